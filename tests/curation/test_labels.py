"""A person's word on faces: which faces are meant, what is shown then, and how it finds its face again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from gallery.curation.albums import create_album, create_smart_album
from gallery.curation.history import list_actions, undo
from gallery.curation.labels import clear_labels, faces_meant, faces_named, label_faces, names_face, reject_faces
from gallery.curation.saved_queries import save_query
from gallery.db import schema
from gallery.errors import NotIndexedError, UsageError
from gallery.faces import Box
from gallery.query.query import Query
from gallery.store.changes import FindAgain, Touch
from gallery.store.store import Store
from tests.support.make import DETECTOR, MODEL, added, face, open_store, photo, stamp, write

LEFT, RIGHT, FAR = Box(100, 100, 200, 200), Box(150, 100, 250, 200), Box(400, 100, 500, 200)
"""A third of the area that LEFT and RIGHT cover is shared by both."""


@pytest.fixture
def store(store: Store) -> Store:
    """`/p/a.jpg` with a happy face, a sad one far from it and an uncertain one, likeliest fear; `/p/b.jpg` happy."""
    faces = (face("happy", where=LEFT), face("sad", 0.8, where=FAR), face("fear", 0.4, where=Box(600, 100, 700, 200)))
    write(store, added("/p/a.jpg", *faces), added("/p/b.jpg", face("happy", where=LEFT)))
    return store


def shown(store: Store, path: str = "/p/a.jpg") -> list[tuple[str, str]]:
    return [(face.emotion, face.source) for face in store.photo(path).faces]


def ids(store: Store, path: str = "/p/a.jpg") -> list[int]:
    return [face.id for face in store.photo(path).faces if face.id is not None]


def look_again(store: Store, *boxes: Box) -> None:
    """As `index --force` does, with faces at these places, all neutral to the model."""
    again = photo("/p/a.jpg", *(face("neutral", where=where) for where in boxes))
    store.write([FindAgain(Touch(stamp("/p/a.jpg")), again)], model=MODEL, detector=DETECTOR)


@pytest.mark.parametrize(
    ("text", "is_face"),
    [
        ("12", True),
        ("a.jpg#2", True),
        ("/p/b#1.jpg#3", True),
        ("a.jpg", False),
        ("#2", False),
        ("a#", False),
        ("", False),
    ],
)
def test_name_of_a_face(text: str, is_face: bool) -> None:
    assert names_face(text) is is_face


def test_faces_are_found_by_id_and_by_number(store: Store) -> None:
    first, second, third = ids(store)
    assert faces_named(store, [str(third), "/p/a.jpg#2", f"{third}", "/p/a.jpg#1"]) == [third, second, first]


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("999", NotIndexedError, "face 999: isn't in the database"),
        (
            "/p/a.jpg#4",
            UsageError,
            "/p/a.jpg#4: the photo has no face 4; its faces are 1, 2, 3; `gallery why` shows them",
        ),
        ("/p/a.jpg#0", UsageError, "the photo has no face 0"),
        ("/p/z.jpg#1", NotIndexedError, "/p/z.jpg: isn't in the database"),
        ("a.jpg", UsageError, "'a.jpg' names no face"),
    ],
)
def test_face_that_is_not_there_is_named(store: Store, name: str, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        faces_named(store, [name])


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        (Query(), ["/p/a.jpg#1", "/p/a.jpg#2", "/p/a.jpg#3", "/p/b.jpg#1"]),
        (Query.of(where="emotion:happy"), ["/p/a.jpg#1", "/p/b.jpg#1"]),
        (Query.of(where="emotion:happy emotion:sad"), ["/p/a.jpg#1", "/p/a.jpg#2"]),
        (Query.of(where="emotion:sad -emotion:angry"), ["/p/a.jpg#2"]),
        (Query.of(where="fear:0.3.."), ["/p/a.jpg#3"]),
        (Query.of(where="is:uncertain"), ["/p/a.jpg#3"]),
        (Query.of(where="path:b.jpg"), ["/p/b.jpg#1"]),
        (Query.of(emotions=["sad"]), ["/p/a.jpg#2"]),
        (Query.of(where="emotion:angry"), []),
    ],
)
def test_query_means_the_faces_it_asks_for(store: Store, query: Query, meant: list[str]) -> None:
    assert sorted(map(str, faces_meant(store, query))) == meant


def test_range_of_scores_means_what_is_shown_after_a_persons_word(store: Store) -> None:
    first, second, _ = ids(store)
    label_faces(store, [first], "sad")
    label_faces(store, [second], "happy")
    assert [str(found) for found in faces_meant(store, Query.of(where="happy:0.8..", path="a.jpg"))] == ["/p/a.jpg#2"]


def test_names_in_a_query_mean_what_they_stand_for(store: Store) -> None:
    save_query(store, "glad", Query.of(where="emotion:happy limit:5"))
    create_smart_album(store, "Glad", Query.of(where="query:glad"))
    create_album(store, "All", Query())
    for where, meant in {
        "query:glad": ["/p/a.jpg#1", "/p/b.jpg#1"],
        "album:Glad path:b": ["/p/b.jpg#1"],
        "album:All path:b": ["/p/b.jpg#1"],
        "album:All not query:glad": [],
    }.items():
        assert sorted(str(found) for found in faces_meant(store, Query.of(where=where))) == meant, where


def test_last_word_counts_whatever_clock_was_wrong(store: Store) -> None:
    first, *_ = ids(store)
    label_faces(store, [first], "angry")
    label = schema.label
    with store.write_connection() as connection:
        connection.execute(update(label).values(said_at=datetime(2999, 1, 1, tzinfo=UTC)))
    label_faces(store, [first], "fear")
    assert shown(store)[0] == ("fear", "person")


def test_label_is_shown_and_taken_back(store: Store) -> None:
    first, second, _ = ids(store)
    assert label_faces(store, [first, second, first], "surprise") == 2
    assert shown(store) == [("surprise", "person"), ("surprise", "person"), ("uncertain", "model")]
    assert [action.summary for action in list_actions(store)] == ["2 faces labelled surprise"]
    undo(store)
    assert shown(store) == [("happy", "model"), ("sad", "model"), ("uncertain", "model")]


def test_last_word_counts_and_a_rejected_face_can_come_back(store: Store) -> None:
    first, *_ = ids(store)
    label_faces(store, [first], "angry")
    reject_faces(store, [first])
    assert shown(store) == [("sad", "model"), ("uncertain", "model")]
    label_faces(store, [first], "disgust")
    assert shown(store)[0] == ("disgust", "person")
    assert clear_labels(store, [first]) == 3
    assert shown(store)[0] == ("happy", "model")
    undo(store)
    assert shown(store)[0] == ("disgust", "person")


def test_unknown_face_or_emotion_changes_nothing(store: Store) -> None:
    first, *_ = ids(store)
    with pytest.raises(NotIndexedError, match="face 999"):
        label_faces(store, [first, 999], "sad")
    with pytest.raises(UsageError, match="emotion is 'glad'"):
        label_faces(store, [first], "glad")
    assert list_actions(store) == []
    assert shown(store)[0] == ("happy", "model")


def test_label_belongs_to_the_face_it_overlaps_most(store: Store) -> None:
    first, *_ = ids(store)
    label_faces(store, [first], "angry")
    # Both overlap the labelled box enough: 20 px further, and 5 px further.
    look_again(store, LEFT.moved(20, 0), LEFT.moved(5, 0))
    assert shown(store) == [("angry", "person"), ("neutral", "model")]


def test_neighbour_does_not_inherit_a_label(store: Store) -> None:
    first, *_ = ids(store)
    label_faces(store, [first], "angry")
    look_again(store, LEFT.moved(60, 0))  # a quarter of the area of both is shared
    assert shown(store) == [("neutral", "model")]


def test_two_faces_in_each_others_way_keep_their_own_labels(tmp_path: Path) -> None:
    with open_store(tmp_path, added("/p/a.jpg", face(where=LEFT), face(where=RIGHT))) as store:
        left, right = ids(store)
        label_faces(store, [left], "angry")
        label_faces(store, [right], "sad")
        look_again(store, RIGHT.moved(-4, 3), LEFT.moved(4, 3))
        assert shown(store) == [("angry", "person"), ("sad", "person")]
        left, right = ids(store)
        assert clear_labels(store, [left]) == 1
        assert shown(store) == [("neutral", "model"), ("sad", "person")]


def test_face_found_again_with_less_confidence_still_counts(store: Store) -> None:
    first, *_ = ids(store)
    label_faces(store, [first], "angry")
    again = photo("/p/a.jpg", face("neutral", where=LEFT, confidence=0.9), face("sad", where=FAR, confidence=0.9))
    store.write([FindAgain(Touch(stamp("/p/a.jpg")), again)], model=MODEL, detector=DETECTOR)
    assert shown(store) == [("angry", "person")]
    assert store.search_paths(Query.of(where="all:angry faces:1")) == ["/p/a.jpg"]
    assert store.stats().faces == 2
    undo(store)
    assert shown(store) == []


def test_label_waits_for_a_face_that_is_not_found_and_comes_back_with_it(store: Store) -> None:
    first, *_ = ids(store)
    label_faces(store, [first], "angry")
    look_again(store, FAR)
    assert shown(store) == [("neutral", "model")]
    look_again(store, FAR, LEFT.moved(3, 3))
    assert shown(store) == [("angry", "person"), ("neutral", "model")]
    assert store.check() == []
