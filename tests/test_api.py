"""The front door: `gallery.index` and `gallery.predict` with the networks that the settings name."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from functools import partial
from pathlib import Path

import pytest

import gallery
from gallery.api import IndexKeywords
from gallery.errors import CheckpointError, ImageError, UsageError
from gallery.vision.lazy import networks
from tests.support.faces import save_small_checkpoint
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.photos import astronaut


@pytest.fixture
def settings(tmp_path: Path) -> gallery.Settings:
    model = save_small_checkpoint(tmp_path / "small.safetensors")
    return gallery.Settings(model=str(model), device="cpu")


def test_one_folder_is_indexed_with_the_named_networks(tmp_path: Path, settings: gallery.Settings) -> None:
    photos = tmp_path / "Photos"
    photos.mkdir()
    astronaut().save(photos / "eileen.png")
    with gallery.Store.open(tmp_path / "gallery.db") as store:
        [result] = gallery.index(photos, store=store, settings=settings)
        assert (result.path, result.status, result.faces) == (str(photos / "eileen.png"), gallery.Status.NEW, 1)
        [photo] = store.search(gallery.Query.of(faces="1"))
        assert photo.path == result.path


def test_home_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    draw_faces("happy").save(tmp_path / "a.png")
    fakes = {"detector": FakeDetector(), "classifier": FakeClassifier()}
    with gallery.Store.open(tmp_path / "gallery.db") as store:
        [result] = gallery.index(["~/a.png"], store=store, **fakes)
    [photo] = gallery.predict("~/a.png", **fakes)
    assert isinstance(photo, gallery.PhotoRecord)
    assert result.path == photo.path == str(tmp_path / "a.png")
    assert [face.emotion for face in photo.faces] == ["happy"]


def test_every_option_may_be_given_by_itself(tmp_path: Path) -> None:
    assert [field.name for field in fields(gallery.IndexOptions)] == list(IndexKeywords.__annotations__)

    draw_faces("happy").save(tmp_path / "a.png")
    fakes = {"detector": FakeDetector(), "classifier": FakeClassifier()}
    with gallery.Store.open(tmp_path / "gallery.db") as store:
        index = partial(gallery.index, tmp_path / "a.png", store=store, **fakes)
        given = [{}, {}, {"options": gallery.IndexOptions(force=True)}, {"force": True}]
        assert [result.status for more in given for result in index(**more)] == ["new", "unchanged", "reread", "reread"]
        # What is given by itself wins over the options.
        [result] = index(options=gallery.IndexOptions(force=True), force=False)
        assert result.status is gallery.Status.UNCHANGED
        with pytest.raises(TypeError, match="hurry"):
            index(hurry=True)
        with pytest.raises(UsageError, match="workers is -1; allowed: 0 to 256"):
            index(workers=-1)


def test_file_that_is_no_photo_is_yielded_as_an_error(tmp_path: Path, settings: gallery.Settings) -> None:
    (tmp_path / "a.jpg").write_text("no picture")
    [error] = gallery.predict(tmp_path / "a.jpg", settings=settings)
    assert isinstance(error, ImageError)


def test_unknown_network_or_damaged_model_is_told_before_any_photo_is_looked_at(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nonsense"):
        networks(gallery.Settings(model="nonsense"))
    with pytest.raises(UsageError, match="detector is 'nonsense'; allowed: mtcnn"):
        networks(gallery.Settings(detector="nonsense"))
    with pytest.raises(UsageError, match="classifier is 'nonsense'; allowed: torch"):
        networks(gallery.Settings(classifier="nonsense"))
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    with pytest.raises(CheckpointError):
        networks(gallery.Settings(model=str(tmp_path / "bad.safetensors")))


def test_networks_are_loaded_once_and_only_when_needed(settings: gallery.Settings) -> None:
    loads: list[str] = []
    detector, classifier = networks(settings, on_load=lambda: loads.append("now"))
    assert classifier.name == "small"
    assert len(classifier.model_id) == 64
    assert detector.detect([]) == []
    assert classifier.predict([]) == []
    assert loads == []
    assert detector.detect([draw_faces()]) == [[]]
    assert detector.signature.startswith("mtcnn")
    assert loads == ["now"]


@pytest.mark.parametrize("status", ["unchanged", "moved"])
def test_rescan_without_new_photos_never_imports_torch(tmp_path: Path, settings: gallery.Settings, status: str) -> None:
    photo = tmp_path / "a.png"
    draw_faces("happy").save(photo)
    database = tmp_path / "gallery.db"
    with gallery.Store.open(database) as store:
        list(gallery.index(tmp_path, store=store, settings=settings))
    if status == "moved":
        photo.rename(tmp_path / "b.png")
    script = f"""
import sys
sys.modules["torch"] = None
import gallery
settings = gallery.Settings(model={settings.model!r})
with gallery.Store.open({str(database)!r}) as store:
    print(*(result.status for result in gallery.index({str(tmp_path)!r}, store=store, settings=settings)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"{status}\n"
