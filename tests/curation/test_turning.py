"""Photos that a person turned: said, taken back, kept, and left behind where the file itself is turned."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.curation.dump import dump_text
from gallery.curation.dump_lines import read_dump
from gallery.curation.history import list_actions, undo
from gallery.curation.restoring import restore_dump
from gallery.curation.turning import rotate_photos
from gallery.errors import NotIndexedError, UsageError
from gallery.faces import Box
from gallery.query.query import Query
from gallery.store.changes import AddPhoto, FindAgain, Follows, Touch
from gallery.store.store import Store
from gallery.store.succession import Succession
from gallery.store.thumbnail_rows import pictured
from tests.support.make import DETECTOR, MODEL, added, digest, face, open_store, photo, stamp

A, B, C = "/p/a.jpg", "/p/b.jpg", "/p/c.jpg"


@pytest.fixture
def store(store: Store) -> Store:
    """The faces of B say that it lies on its side."""
    lying = photo(B, face())
    lying = type(lying)(lying.hash, 640, 480, "JPEG", lying.capture, lying.faces, lies=6)
    store.write([added(A, face()), AddPhoto(stamp(B), lying), added(C)], model=MODEL, detector=DETECTOR)
    return store


def turns(store: Store) -> dict[str, int]:
    """As they are told to programs, by name."""
    return {one.path[-5:]: one.as_json()["turned"] for one in store.search(Query()) if one.as_json()["turned"]}


def sideways(store: Store) -> list[str]:
    return [one.path for one in store.search(Query.parse("is:sideways"))]


def test_photos_are_turned_to_either_side_and_back(store: Store) -> None:
    assert rotate_photos(store, [A, C], 90) == 2
    assert rotate_photos(store, Query.parse("path:c"), -90) == 1
    assert rotate_photos(store, [A], 90) == 0
    assert turns(store) == {"a.jpg": 90, "c.jpg": 270}
    assert rotate_photos(store, [C], 180) == 1
    assert rotate_photos(store, [A], 0) == 1
    assert turns(store) == {"c.jpg": 180}
    assert pictured(store, digest(C)).turn == 3  # type: ignore[union-attr]


def test_lying_photo_is_asked_about_until_something_is_said(store: Store) -> None:
    assert sideways(store) == [B]
    assert store.photo(B).as_json()["sideways"] == 90
    rotate_photos(store, [B], 90)
    assert (sideways(store), turns(store)) == ([], {"b.jpg": 90})
    rotate_photos(store, [B], 0)
    assert (sideways(store), turns(store)) == ([], {})
    assert store.photo(B).as_json()["sideways"] is None
    assert rotate_photos(store, [B], 0) == 0
    undo(store)
    undo(store)
    assert sideways(store) == [B]


def test_each_word_is_an_action_that_is_taken_back(store: Store) -> None:
    rotate_photos(store, [A, B], 90)
    rotate_photos(store, [A], 0)
    assert [action.summary for action in list_actions(store)] == [
        "1 photo as in the file",
        "2 photos turned by 90 degrees",
    ]
    undo(store)
    assert turns(store) == {"a.jpg": 90, "b.jpg": 90}
    undo(store)
    assert turns(store) == {}
    assert rotate_photos(store, [A], 270, dry_run=True) == 1
    assert (turns(store), list_actions(store)) == ({}, [])


@pytest.mark.parametrize("degrees", [45, 360, -360, 1])
def test_other_degrees_are_refused(store: Store, degrees: int) -> None:
    with pytest.raises(UsageError, match="90, 180 or 270"):
        rotate_photos(store, [A], degrees)


def test_unknown_photo_is_refused_and_nothing_is_said(store: Store) -> None:
    with pytest.raises(NotIndexedError):
        rotate_photos(store, [A, "/p/unknown.jpg"], 90)
    assert turns(store) == {}


def test_word_comes_back_from_a_dump(store: Store, tmp_path: Path) -> None:
    rotate_photos(store, [A], 90)
    rotate_photos(store, [B], 0)
    text = dump_text(store)
    assert [text.count(f'"degrees": {degrees}') for degrees in (90, 0)] == [1, 1]
    (tmp_path / "other").mkdir()
    file = tmp_path / "dump.jsonl"
    file.write_text(text)
    with open_store(tmp_path / "other") as other:
        restored = restore_dump(other, read_dump(file))
        assert (restored.turned, restored.waiting, restored.problems) == (2, 2, ())
        assert list_actions(other)[0].summary.endswith("0 queries, 2 turned photos")
        other.write([added(A, face())], model=MODEL, detector=DETECTOR)
        assert turns(other) == {"a.jpg": 90}
        assert dump_text(other).count('"fact": "turned"') == 2
        assert restore_dump(other, read_dump(file)).already_there == 2


@pytest.mark.parametrize("degrees", ["91", "true", '"90"', "null", "-90"])
def test_other_degrees_in_a_dump_are_a_problem(store: Store, tmp_path: Path, degrees: str) -> None:
    file = tmp_path / "dump.jsonl"
    fact = f'{{"fact": "turned", "hash": "{"a" * 64}", "degrees": {degrees}, "said_at": "2024-05-01T12:00:00+00:00"}}'
    file.write_text(f'{{"gallery dump": 2, "facts": 1}}\n{fact}\n')
    [problem] = restore_dump(store, read_dump(file)).problems
    assert "allowed: 0, 90, 180, 270" in problem.reason


@pytest.mark.parametrize(
    ("turn", "followed"),
    [(1, {"a.jpg": 90}), (6, {}), (2, {}), (None, {})],
    ids=["as it lay", "turned", "mirror", "part"],
)
def test_word_follows_to_what_lies_as_it_did(store: Store, turn: int | None, followed: dict[str, int]) -> None:
    """Retouched or compressed again it lies as before; what was turned, or may have been, lies as its file says."""
    rotate_photos(store, [A], 90)
    pairs = () if turn else ((Box(10, 20, 50, 60), Box(10, 20, 50, 60)),)
    succession = Succession(digest(A), digest("edited"), (640, 480), (640, 480), turn, pairs)
    edited = AddPhoto(stamp(A), photo("edited", face()), Follows(succession, (1,)))
    store.write([edited], model=MODEL, detector=DETECTOR)
    assert turns(store) == followed
    assert store.left_behind(digest("edited"))[2] is (turn != 1)
    # The old file is put back.
    store.write([added(A, face())], model=MODEL, detector=DETECTOR)
    assert turns(store) == {"a.jpg": 90}


def test_word_outlives_another_search_for_faces(store: Store) -> None:
    rotate_photos(store, [A], 90)
    store.write([FindAgain(Touch(stamp(A)), photo(A))], model=MODEL, detector=DETECTOR)
    assert turns(store) == {"a.jpg": 90}
