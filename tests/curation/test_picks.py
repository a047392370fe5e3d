from __future__ import annotations

from pathlib import Path

import pytest

from gallery.curation.history import list_actions, undo
from gallery.curation.picks import clear_picks, pick_photos, reject_photos, say_of_photos
from gallery.db import schema
from gallery.errors import NotIndexedError
from gallery.indexing.pruning import find_gone, forget_gone
from gallery.query.query import Query
from gallery.records import Capture, Picture
from gallery.store import versions
from gallery.store.changes import FindAgain, Touch
from gallery.store.picks import words_on
from gallery.store.store import Store
from tests.support.library import Library
from tests.support.make import DETECTOR, MODEL, added, face, photo, stamp

A, B, C = "/p/a.jpg", "/p/b.jpg", "/p/c.jpg"


@pytest.fixture
def store(store: Store) -> Store:
    store.write([added(A, face()), added(B), added(C)], model=MODEL, detector=DETECTOR)
    return store


def found(store: Store, text: str) -> list[str]:
    return sorted(one.path for one in store.search(Query.parse(text)))


def test_photos_are_picked_rejected_and_neither_again(store: Store) -> None:
    assert pick_photos(store, [A, B]) == 2
    assert (found(store, "is:picked"), found(store, "is:rejected-shot")) == ([A, B], [])
    assert reject_photos(store, Query.parse("is:picked path:b")) == 1
    assert (found(store, "is:picked"), found(store, "is:rejected-shot")) == ([A], [B])
    assert clear_picks(store, [A, C]) == 1
    assert (found(store, "is:picked"), found(store, "is:rejected-shot")) == ([], [B])
    assert found(store, "-is:rejected-shot") == [A, C]


def test_each_word_is_an_action_that_is_taken_back(store: Store) -> None:
    pick_photos(store, [A, B])
    reject_photos(store, [A])
    assert [action.summary for action in list_actions(store)] == ["1 photo rejected", "2 photos picked"]
    undo(store)
    assert found(store, "is:picked") == [A, B]
    undo(store)
    assert found(store, "is:picked or is:rejected-shot") == []


def test_saying_the_same_again_is_no_action(store: Store) -> None:
    pick_photos(store, [A])
    assert pick_photos(store, [A]) == 0
    assert clear_picks(store, [B]) == 0
    assert len(list_actions(store)) == 1


def test_dry_run_changes_nothing(store: Store) -> None:
    assert pick_photos(store, [A, B], dry_run=True) == 2
    assert found(store, "is:picked") == []
    assert list_actions(store) == []


def test_unknown_photo_is_refused_and_nothing_is_said(store: Store) -> None:
    with pytest.raises(NotIndexedError):
        pick_photos(store, [A, "/p/unknown.jpg"])
    with pytest.raises(NotIndexedError, match="photo 99: isn't in the database"):
        say_of_photos(store, [1, 99], "pick")
    assert found(store, "is:picked") == []


def test_words_are_told_by_number(store: Store) -> None:
    say_of_photos(store, [1], "pick")
    say_of_photos(store, [3], "reject")
    with store.read() as connection:
        assert words_on(connection, [1, 2, 3]) == {1: "pick", 3: "reject"}


def test_word_outlives_another_search_for_faces(store: Store) -> None:
    pick_photos(store, [A])
    store.write([FindAgain(Touch(stamp(A)), photo(A))], model=MODEL, detector=DETECTOR)
    assert found(store, "is:picked") == [A]


def test_word_waits_for_a_photo_that_was_forgotten(tmp_path: Path) -> None:
    library = Library(tmp_path)
    stays, goes = library.draw("stays.jpg"), library.draw("goes.jpg")
    library.run()
    pick_photos(library.store, [str(goes)])
    content = goes.read_bytes()
    goes.unlink()
    library.run()
    forget_gone(library.store, find_gone(library.store))
    assert library.names() == {stays.name}
    (library.folder / "back.jpg").write_bytes(content)
    library.run()
    assert library.names(Query.parse("is:picked")) == {"back.jpg"}


def test_of_two_photos_that_prove_to_be_one_the_last_word_counts(store: Store) -> None:
    reject_photos(store, [B])
    pick_photos(store, [A])
    with store.write_connection() as connection:
        versions.learn(connection, 1, Picture("a" * 32, 1))
        versions.learn(connection, 2, Picture("a" * 32, 1))
    assert (found(store, "is:picked"), found(store, "is:rejected-shot")) == ([A], [])
    clear_picks(store, [A])
    assert found(store, "is:picked or is:rejected-shot") == []


def test_word_is_of_the_photo_in_every_version(store: Store) -> None:
    pick_photos(store, [A])
    with store.write_connection() as connection:
        versions.add(connection, 1, photo("starred").hash, None, Capture())
        [[digest]] = connection.execute(schema.pick.select().with_only_columns(schema.pick.c.hash)).all()
    assert digest == photo(A).hash
    assert found(store, "is:picked") == [A]
