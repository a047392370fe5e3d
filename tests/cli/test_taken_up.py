"""What `gallery watch` works with, look after look, while others change settings and models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gallery.cli.taken_up import TakenUp, Tools
from gallery.errors import CheckpointError, UsageError
from gallery.indexing.indexer import IndexOptions, index
from gallery.records import ModelInfo
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces

KNOWN = ("first", "second")


class World:
    """The settings file, what was given as flag, and a store in which a model is shown."""

    def __init__(self, folder: Path, flag: str = "") -> None:
        self.photos = folder / "photos"
        self.photos.mkdir()
        self.store = Store.open(folder / "gallery.db")
        self.file: Settings | None = Settings(model="first")
        self.flag = flag
        self.told: list[str] = []
        self.taken_up = TakenUp(
            self.store, Tools(self.read(True), *self.load(self.read(True))), self.read, self.load, self.told.append
        )

    def read(self, flags_too: bool) -> Settings:
        if self.file is None:
            raise UsageError("config.toml: can't be read")
        return replace(self.file, model=self.flag) if flags_too and self.flag else self.file

    def load(self, settings: Settings) -> tuple[FakeDetector, FakeClassifier]:
        if settings.model not in KNOWN:
            raise CheckpointError(settings.model, "isn't there")
        return FakeDetector(), FakeClassifier(settings.model)

    def look(self) -> Tools:
        """As `watch` does, with one new photo each time."""
        tools = self.taken_up.now()
        number = len(list(self.photos.iterdir()))
        draw_faces("happy", seed=number).save(self.photos / f"{number}.jpg")
        options = IndexOptions(keep_model=tools.keep_model)
        list(
            index(
                [self.photos],
                store=self.store,
                detector=tools.detector,
                classifier=tools.classifier,
                settings=replace(tools.settings, workers=1),
                options=options,
            )
        )
        return tools

    def shown(self) -> str:
        model = self.store.current_model()
        return "" if model is None else model.name


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def test_networks_are_kept_where_nothing_changes(world: World) -> None:
    first = world.look()
    assert world.look() == first
    assert (world.shown(), world.told) == ("first", [])


def test_model_and_settings_of_the_file_are_taken_up(world: World) -> None:
    world.look()
    world.file = Settings(model="second", long_side=1280)
    assert world.look().settings.long_side == 1280
    assert world.shown() == "second"


def test_first_look_shows_its_own_model(world: World) -> None:
    world.store.use_model(ModelInfo("id-of-second", "second"))
    world.look()
    assert world.shown() == "first"


def test_model_that_others_made_the_one_shown_is_taken_up_by_its_name(world: World) -> None:
    world.look()
    world.store.use_model(ModelInfo("id-of-second", "second"))
    assert world.look().classifier.name == "second"
    assert world.look().keep_model is False
    assert (world.shown(), world.told) == ("second", [])


def test_model_given_as_flag_gives_way_to_the_one_shown_since(tmp_path: Path) -> None:
    world = World(tmp_path, flag="first")
    with world.store:
        world.look()
        world.file = Settings(model="second")
        assert world.look().classifier.name == "first"  # nobody shows the other one yet
        world.store.use_model(ModelInfo("id-of-second", "second"))
        assert world.look().classifier.name == "second"
        assert world.shown() == "second"


def test_model_that_cannot_be_had_stays_the_one_shown(world: World) -> None:
    world.look()
    world.store.use_model(ModelInfo("id-of-mine", "/models/mine"))
    assert [world.look().keep_model for _ in range(2)] == [True, True]
    assert world.shown() == "/models/mine"
    assert world.told == ["the model /models/mine is shown from now on; new faces are read with first"]
    record = world.store.photo(str(world.photos / "2.jpg"))
    assert [face.emotion for face in record.faces] == ["happy"]


def test_settings_that_cannot_be_read_just_now_are_told_once_and_nothing_changes(world: World) -> None:
    world.look()
    world.file = None
    assert [world.look().settings.model for _ in range(2)] == ["first", "first"]
    assert world.told == ["config.toml: can't be read; going on as before"]
