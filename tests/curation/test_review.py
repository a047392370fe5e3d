"""What a review makes of a person's answers."""

from __future__ import annotations

import pytest

from gallery.curation.doubt import doubtful_faces
from gallery.curation.history import list_actions
from gallery.curation.labels import label_faces, reject_faces
from gallery.curation.review import Review
from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.doubtful_faces import MOST_DOUBTFUL_FIRST, A, B, add_doubtful


@pytest.fixture
def store(store: Store) -> Store:
    add_doubtful(store)
    return store


def test_answers_are_in_the_database_at_once_and_undone_one_by_one(store: Store) -> None:
    session = Review(store, doubtful_faces(store))
    assert session.label("angry")
    assert session.reject()
    assert (session.position, session.total, session.answered) == (2, 4, 2)
    assert [face.emotion for face in store.photo(B).faces] == ["angry"]
    assert len(store.photo(A).faces) == 1
    session.skip()
    assert session.undo()
    assert (session.position, session.answered) == (1, 1)
    assert len(store.photo(A).faces) == 2
    assert session.undo()
    assert not session.undo()
    assert (session.position, session.answered, list_actions(store)) == (0, 0, [])
    assert list(map(str, doubtful_faces(store))) == MOST_DOUBTFUL_FIRST


def test_undo_leaves_alone_what_was_done_elsewhere_since(store: Store) -> None:
    faces = doubtful_faces(store)
    session = Review(store, faces)
    session.label("angry")
    label_faces(store, [faces[3].id], "neutral")
    assert not session.undo()
    assert [action.summary for action in list_actions(store)] == ["1 face labelled neutral", "1 face labelled angry"]
    assert (session.position, session.answered) == (1, 1)


def test_face_behind_a_rejected_one_keeps_its_number(store: Store) -> None:
    second, first = doubtful_faces(store, Query.of(path="a.jpg"))
    session = Review(store, [first, second])
    session.reject()
    assert str(session.current()) == f"{A}#2"
    session.label("angry")
    assert [(face.number, face.emotion) for face in store.photo(A).faces] == [(2, "angry")]


def test_face_rejected_elsewhere_is_passed_over(store: Store) -> None:
    faces = doubtful_faces(store)
    session = Review(store, faces)
    reject_faces(store, [faces[0].id, faces[1].id])
    assert session.current() == faces[2]
    assert session.position == 2


def test_face_that_vanishes_before_the_answer_costs_only_itself(store: Store) -> None:
    faces = doubtful_faces(store)
    with store.write_connection() as connection:
        connection.exec_driver_sql("DELETE FROM face WHERE id = ?", (faces[0].id,))
    session = Review(store, faces)
    assert not session.label("happy")
    assert (session.position, session.answered, list_actions(store)) == (1, 0, [])
