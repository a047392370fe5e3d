from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from gallery.curation.drawing import Drawn, draw_face
from gallery.curation.history import list_actions, undo
from gallery.curation.labels import clear_labels, faces_named, label_faces, reject_faces
from gallery.errors import ImageError, NotIndexedError, UsageError
from gallery.faces import Box, Detection
from gallery.indexing.pruning import find_gone, forget_gone
from gallery.query.query import Query
from gallery.records import FaceRecord
from tests.support.fakes import FakeDetector
from tests.support.library import Library

MISSED = Box(320, 250, 420, 350)
"""Where the fakes find nothing: in `draw_faces` the faces are at the top."""


class LaterDetector(FakeDetector):
    """Finds the face that was missed, too, with a box of its own."""

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        found = super().detect(images)
        return [[*faces, Detection(Box(330, 255, 425, 360), 0.97)] for faces in found]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


@pytest.fixture
def path(library: Library) -> Path:
    """A photo with two faces that were found."""
    path = library.draw("a.jpg", "happy", "sad")
    library.run()
    return path


def faces(library: Library, path: Path) -> list[tuple[int, str, str]]:
    return [(face.number, face.emotion, face.source) for face in library.store.photo(str(path)).faces]


def face_3(library: Library, path: Path) -> FaceRecord:
    [face] = [face for face in library.store.photo(str(path)).faces if face.number == 3]
    return face


FOUND = [(1, "happy", "model"), (2, "sad", "model")]
ALL = [*FOUND, (3, "fear", "person")]


def force(library: Library) -> None:
    list(library.start(force=True))


def test_drawn_face_is_a_face_as_others(library: Library, path: Path) -> None:
    assert draw_face(library.store, path, MISSED, "fear") == Drawn(3, is_new=True)
    assert faces(library, path) == ALL
    face = face_3(library, path)
    assert (face.box, face.confidence) == (MISSED, 1.0)
    crop = Image.open(io.BytesIO(library.store.crop(face.id or 0)))
    assert crop.size == (105, 105)  # 1.05 of the height of the box, as of faces that are found
    assert library.names(Query.parse("emotion:fear faces:3")) == {"a.jpg"}
    label_faces(library.store, faces_named(library.store, [f"{path}#3"]), "angry")
    assert faces(library, path) == [*FOUND, (3, "angry", "person")]


def test_drawing_is_one_action_that_is_taken_back_and_its_number_waits(library: Library, path: Path) -> None:
    draw_face(library.store, path, MISSED, "fear")
    assert [action.summary for action in list_actions(library.store)] == ["1 face drawn, fear"]
    undo(library.store)
    assert faces(library, path) == FOUND
    force(library)
    assert faces(library, path) == FOUND
    assert draw_face(library.store, path, Box(20, 300, 120, 400), "sad").number == 4
    assert draw_face(library.store, path, MISSED, "fear").number == 3


def test_drawn_face_outlives_every_search_for_faces(library: Library, path: Path) -> None:
    draw_face(library.store, path, MISSED, "fear")
    force(library)
    assert faces(library, path) == ALL
    assert face_3(library, path).box == MISSED
    assert library.store.check() == []


def test_detector_that_finds_it_later_takes_it_over_and_may_lose_it_again(library: Library, path: Path) -> None:
    draw_face(library.store, path, MISSED, "fear")
    library.detector = LaterDetector()
    force(library)
    assert faces(library, path) == ALL
    assert (face_3(library, path).box.left, face_3(library, path).confidence) == (330, 0.97)
    library.detector = FakeDetector()
    force(library)
    assert faces(library, path) == ALL
    assert face_3(library, path).box == MISSED


def test_next_model_reads_a_drawn_face_as_every_other(library: Library, path: Path) -> None:
    draw_face(library.store, path, MISSED, "fear")
    assert face_3(library, path).scores == {}
    library.run()
    assert set(face_3(library, path).scores) >= {"happy", "fear"}
    clear_labels(library.store, faces_named(library.store, [f"{path}#3"]))
    assert face_3(library, path).source == "model"


def test_drawn_face_may_be_rejected_and_undo_brings_it_back(library: Library, path: Path) -> None:
    draw_face(library.store, path, MISSED, "fear")
    reject_faces(library.store, faces_named(library.store, [f"{path}#3"]))
    assert faces(library, path) == FOUND
    force(library)
    assert faces(library, path) == FOUND
    undo(library.store)
    assert faces(library, path) == ALL


def test_box_on_a_face_that_is_there_means_that_one(library: Library, path: Path) -> None:
    assert draw_face(library.store, path, Box(25, 105, 122, 199), "angry") == Drawn(1, is_new=False)
    assert faces(library, path) == [(1, "angry", "person"), (2, "sad", "model")]
    undo(library.store)
    assert faces(library, path) == FOUND


def test_drawn_face_waits_for_a_photo_that_was_forgotten(library: Library, path: Path) -> None:
    library.draw("other.jpg")
    library.run()
    draw_face(library.store, path, MISSED, "fear")
    content = path.read_bytes()
    path.unlink()
    library.run()
    forget_gone(library.store, find_gone(library.store))
    back = path.with_name("back.jpg")
    back.write_bytes(content)
    library.run()
    assert faces(library, back) == ALL


def test_drawn_face_waits_while_no_file_is_there_and_comes_with_the_next_run(library: Library, path: Path) -> None:
    draw_face(library.store, path, MISSED, "fear")
    with library.store.write_connection() as connection:  # as after a merge, or a run that was killed
        connection.exec_driver_sql("DELETE FROM face WHERE drawn")
    aside = path.rename(library.folder.with_name("aside.jpg"))
    library.draw("other.jpg")
    library.run()
    assert faces(library, path) == FOUND
    aside.rename(path)
    library.run()
    assert [number for number, *_ in faces(library, path)] == [1, 2, 3]


@pytest.mark.parametrize(
    "box",
    [Box(0, 0, 7, 100), Box(700, 0, 800, 100), Box(100, 0, 0, 100), Box(0, 0, float("inf"), float("nan"))],
    ids=["thin", "beyond the edge", "upside down", "endless"],
)
def test_box_that_is_no_face_is_refused(library: Library, path: Path, box: Box) -> None:
    with pytest.raises(UsageError, match="box"):
        draw_face(library.store, path, box, "fear")
    assert list_actions(library.store) == []


def test_box_beyond_the_edge_is_cut_off_there(library: Library, path: Path) -> None:
    draw_face(library.store, path, Box(580, 300, 800, 600), "fear")
    assert face_3(library, path).box == Box(580, 300, 640, 480)


def test_unknown_emotion_photo_and_unreadable_file_are_refused(library: Library, path: Path) -> None:
    with pytest.raises(UsageError, match="emotion is 'glad'"):
        draw_face(library.store, path, MISSED, "glad")
    with pytest.raises(NotIndexedError):
        draw_face(library.store, path.with_name("unknown.jpg"), MISSED, "fear")
    path.write_bytes(b"another file")
    with pytest.raises(ImageError, match="has changed since it was indexed"):
        draw_face(library.store, path, MISSED, "fear")
    assert faces(library, path) == FOUND
