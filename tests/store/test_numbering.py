"""Numbers of faces: given once, kept by faces that are found again, and waiting for those that aren't."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.curation.labels import faces_named, label_faces, reject_faces
from gallery.faces import Box
from gallery.indexing.pruning import find_gone, forget_gone
from gallery.store.changes import FindAgain, Touch
from gallery.store.numbering import numbers_again
from gallery.store.store import Store
from tests.support.make import DETECTOR, MODEL, added, face, open_store, photo, stamp

PATH = "/p/a.jpg"
ONE, TWO, THREE, FOUR = (Box(left, 100, left + 100, 200) for left in (20, 170, 320, 470))


def look_again(store: Store, *boxes: Box) -> None:
    again = photo(PATH, *(face(where=where) for where in boxes))
    store.write([FindAgain(Touch(stamp(PATH)), again)], model=MODEL, detector=DETECTOR)


def numbered(store: Store) -> dict[int, Box]:
    return {face.number: face.box for face in store.photo(PATH).faces}


def test_face_found_again_keeps_its_number_and_a_new_one_gets_the_next(tmp_path: Path) -> None:
    with open_store(tmp_path, added(PATH, face(where=ONE), face(where=THREE))) as store:
        look_again(store, TWO, ONE.moved(5, 5), THREE.moved(-5, 5), FOUR)
        assert numbered(store) == {1: ONE.moved(5, 5), 2: THREE.moved(-5, 5), 3: TWO, 4: FOUR}


def test_face_that_vanishes_leaves_its_number_to_no_other_and_has_it_back(tmp_path: Path) -> None:
    with open_store(tmp_path, added(PATH, face(where=ONE), face(where=TWO), face(where=THREE))) as store:
        [second] = faces_named(store, [f"{PATH}#2"])
        label_faces(store, [second], "angry")
        look_again(store, ONE)
        look_again(store, ONE, FOUR)
        assert numbered(store) == {1: ONE, 4: FOUR}
        look_again(store, FOUR)
        look_again(store, ONE, TWO.moved(8, 0), THREE, FOUR)
        assert numbered(store) == {1: ONE, 2: TWO.moved(8, 0), 3: THREE, 4: FOUR}
        assert [face.number for face in store.photo(PATH).faces if face.emotion == "angry"] == [2]
        assert store.check() == []


def test_rejected_face_that_is_found_again_keeps_its_number(tmp_path: Path) -> None:
    with open_store(tmp_path, added(PATH, face(where=ONE), face(where=TWO))) as store:
        reject_faces(store, faces_named(store, [f"{PATH}#1"]))
        look_again(store, ONE, TWO, THREE)
        assert numbered(store) == {2: TWO, 3: THREE}


def test_numbers_go_with_the_photo(tmp_path: Path) -> None:
    path = str(tmp_path / "gone.jpg")
    with open_store(tmp_path, added(path, face(where=ONE), face(where=TWO), content="x")) as store:
        again = FindAgain(Touch(stamp(path)), photo("x", face(where=TWO)))
        store.write([again], model=MODEL, detector=DETECTOR)
        store.mark_missing([path])
        forget_gone(store, find_gone(store))
        store.write([added(path, face(where=TWO), content="x")], model=MODEL, detector=DETECTOR)
        assert [face.number for face in store.photo(path).faces] == [1]


@pytest.mark.parametrize(
    ("known", "found", "numbers"),
    [
        ({}, [], []),
        ({}, [ONE, TWO], [1, 2]),
        ({1: ONE, 5: TWO}, [], []),
        ({1: ONE, 5: TWO}, [THREE, TWO, ONE], [6, 5, 1]),
        # 80 of 120 columns are shared with the first, 90 of 110 with the second: the closer one takes the number.
        ({1: ONE}, [ONE.moved(20, 0), ONE.moved(-10, 0)], [2, 1]),
        # 67 of 133 columns are shared, and 30 of 170, which are too few.
        ({1: ONE}, [ONE.moved(33, 0)], [1]),
        ({1: ONE}, [ONE.moved(70, 0)], [2]),
    ],
)
def test_numbers_after_another_look(known: dict[int, Box], found: list[Box], numbers: list[int]) -> None:
    assert numbers_again(known, found) == numbers
