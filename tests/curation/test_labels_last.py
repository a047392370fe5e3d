"""What a person said stands, whatever becomes of the photos, the models and the database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from gallery.cli import cli
from gallery.curation.labels import label_faces, reject_faces
from gallery.emotions import EMOTIONS
from gallery.faces import Box, Detection
from gallery.indexing.indexer import IndexOptions, Status, index
from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.programs import started

PHOTOS, FACES = 100, 3
Said = dict[tuple[str, int], str | None]
"""By hash of the photo and place of the face in it, from the left: an emotion, or None for "not a face"."""


class OtherDetector(FakeDetector):
    """Finds the same faces in another order, a tenth larger, not quite in the same place, and is less sure of them."""

    @property
    def signature(self) -> str:
        return "other"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        return [[self._moved(face) for face in reversed(faces)] for faces in super().detect(images)]

    def _moved(self, face: Detection) -> Detection:
        box = face.box
        grown = Box(box.left - 5, box.top - 5, box.right + 5, box.bottom + 5)
        return replace(face, box=grown.moved(10, -8), confidence=0.9)


def place_of(box: Box) -> int:
    """0 for the first face of `draw_faces`; they lie 150 pixels apart."""
    return round(((box.left + box.right) / 2 - 70) / 150)


def run_index(
    store: Store, folder: Path, *, model: str = "first", other: bool = False, force: bool = False
) -> set[Status]:
    results = index(
        [folder],
        store=store,
        detector=OtherDetector() if other else FakeDetector(),
        classifier=FakeClassifier(model, answer="neutral" if model == "second" else None),
        options=IndexOptions(force=force),
    )
    return {result.status for result in results}


def correct(store: Store) -> Said:
    """Says of every face something else than the model does: of each sixth that it is none."""
    said: Said = {}
    for photo in store.search(Query()):
        for face in photo.faces:
            number = len(said)
            wrong = EMOTIONS[(EMOTIONS.index(face.emotion) + 1 + number % 6) % len(EMOTIONS)]
            said[photo.hash, place_of(face.box)] = None if number % 6 == 5 else wrong
            assert face.id is not None
            if number % 6 == 5:
                assert reject_faces(store, [face.id]) == 1
            else:
                assert label_faces(store, [face.id], wrong) == 1
    return said


def shown(store: Store) -> Said:
    """What is shown as a person's word; what isn't shown at all counts as rejected."""
    found: Said = {}
    for photo in store.search(Query()):
        found |= {(photo.hash, place): None for place in range(FACES)}
        for face in photo.faces:
            assert face.source == "person"
            assert face.score == 1.0
            found[photo.hash, place_of(face.box)] = face.emotion
    return found


@pytest.fixture
def folder(isolated: Path) -> Path:
    photos = isolated / "Photos"
    photos.mkdir()
    for number in range(PHOTOS):
        emotions = [EMOTIONS[(number + step) % len(EMOTIONS)] for step in range(FACES)]
        draw_faces(*emotions, seed=number).save(photos / f"{number:03}.jpg", "JPEG")
    return photos


def gallery(database: Path, *args: str | Path) -> None:
    done = CliRunner().invoke(cli, ["--db", str(database), *map(str, args)])
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_three_hundred_corrections_stand_through_everything(folder: Path, tmp_path: Path) -> None:
    database, text = tmp_path / "gallery.db", tmp_path / "said.jsonl"
    with Store.open(database) as store:
        assert run_index(store, folder) == {Status.NEW}
        said = correct(store)
        assert len(said) == 300
        assert list(said.values()).count(None) == 50
        assert shown(store) == said

        folder = folder.rename(tmp_path / "Elsewhere")
        assert run_index(store, folder) == {Status.MOVED}
        assert shown(store) == said

        assert run_index(store, folder, model="second") == {Status.UNCHANGED}
        assert shown(store) == said

        boxes = {photo.hash: [face.box for face in photo.faces] for photo in store.search(Query())}
        assert run_index(store, folder, model="second", other=True, force=True) == {Status.REREAD}
        assert all(boxes[photo.hash] != [face.box for face in photo.faces] for photo in store.search(Query()))
        assert shown(store) == said
        assert store.check() == []
    gallery(database, "dump", text)

    empty, indexed = tmp_path / "empty.db", tmp_path / "indexed.db"
    with Store.open(empty):
        pass
    gallery(empty, "restore", text)
    with Store.open(empty) as store:
        run_index(store, folder, other=True)
        assert shown(store) == said
    with Store.open(indexed) as store:
        run_index(store, folder)
    gallery(indexed, "restore", text)
    with Store.open(indexed) as store:
        assert shown(store) == said
        assert store.check() == []


SAY = """
import sys
from gallery.curation.labels import label_faces
from gallery.store.store import Store

with Store.open(sys.argv[1]) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for face in sys.argv[3:]:
        label_faces(store, [int(face)], sys.argv[2])
"""


def test_two_terminals_correct_at_once(folder: Path, tmp_path: Path) -> None:
    database = tmp_path / "gallery.db"
    with Store.open(database) as store:
        run_index(store, folder)
        faces = [str(face.id) for photo in store.search(Query()) for face in photo.faces][:40]
    command = [sys.executable, "-c", SAY, str(database)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        started([*command, "sad", *faces[::2]], **pipes) as first,
        started([*command, "fear", *faces[1::2]], **pipes) as second,
    ):
        assert [process.stdout.readline() for process in (first, second)] == ["ready\n"] * 2
        for process in (first, second):
            process.stdin.write("go\n")
            process.stdin.flush()
    assert (first.returncode, second.returncode) == (0, 0)
    with Store.open(database) as store:
        said = {
            str(face.id): face.emotion for p in store.search(Query()) for face in p.faces if face.source == "person"
        }
    assert said == {face: "fear" if place % 2 else "sad" for place, face in enumerate(faces)}
