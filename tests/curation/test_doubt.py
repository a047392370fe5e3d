"""Which faces are in doubt, in which order, and what a review makes of the answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from gallery.curation.doubt import Review, doubtful, margin
from gallery.curation.history import actions
from gallery.curation.labels import label_faces, reject_faces
from gallery.emotions import EMOTIONS
from gallery.errors import AlbumError
from gallery.faces import Box, Detection, Prediction
from gallery.query.query import Query
from gallery.records import ScoredFace
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.make import MODEL, OTHER_MODEL, added, box, landmarks, open_store

A, B, C = (f"/p/{name}.jpg" for name in "abc")


def scored(*, left: float = 10, confidence: float = 0.99, **shares: float) -> ScoredFace:
    """A face with these probabilities, the rest being 0."""
    where = box(left)
    scores = tuple(shares.get(emotion, 0.0) for emotion in EMOTIONS)
    return ScoredFace(Detection(where, confidence, landmarks(where)), b"jpeg", Prediction(scores))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """
    | face | best two            | margin |                                   |
    |------|---------------------|--------|-----------------------------------|
    | a#1  | happy .75, sad .25  | .5     |                                   |
    | a#2  | fear .375, sad .25  | .125   | the lowest best score of all      |
    | b    | angry .5, sad .5    | 0      | not sure to be a face: no number  |
    | b#1  | sad .5, fear .4375  | .0625  |                                   |
    | c#1  | happy .5, angry .25 | .25    |                                   |
    """
    with open_store(
        tmp_path,
        added(A, scored(happy=0.75, sad=0.25), scored(fear=0.375, sad=0.25, angry=0.25, happy=0.125, left=200)),
        added(
            B,
            scored(angry=0.5, sad=0.5, confidence=0.5),
            scored(sad=0.5, fear=0.4375, happy=0.0625, left=200),
            taken_at="2024-05-06T07:08",
        ),
        added(C, scored(happy=0.5, angry=0.25, disgust=0.25), taken_at=None),
    ) as store:
        yield store


def names(store: Store, query: Query | None = None, limit: int | None = None) -> list[str]:
    return [str(face) for face in doubtful(store, query, limit=limit)]


MOST_DOUBTFUL_FIRST = [f"{B}#1", f"{A}#2", f"{C}#1", f"{A}#1"]


def test_smallest_lead_comes_first(store: Store) -> None:
    assert names(store) == MOST_DOUBTFUL_FIRST
    assert [names(store, limit=count) for count in (1, 2, 9)] == [
        MOST_DOUBTFUL_FIRST[:1],
        MOST_DOUBTFUL_FIRST[:2],
        MOST_DOUBTFUL_FIRST,
    ]


def test_margin_is_between_the_two_best() -> None:
    assert margin((0.125, 0.5, 0.0, 0.25, 0.0, 0.125, 0.0)) == 0.25
    assert margin((0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0)) == 0


def test_face_is_told_with_all_that_it_takes_to_recognise_it(store: Store) -> None:
    [face] = doubtful(store, limit=1)
    assert (face.path, face.place, face.box) == (B, 1, Box(200, 20, 240, 60))
    assert face.scores == (0, 0, 0.4375, 0.0625, 0.5, 0, 0)
    assert face.taken_at == datetime(2024, 5, 6, 7, 8)
    assert (face.emotion, face.score, face.margin) == ("sad", 0.5, 0.0625)
    assert face.likeliest(3) == [("sad", 0.5), ("fear", 0.4375), ("happy", 0.0625)]


def test_query_restricts_and_its_limit_counts_no_photos(store: Store) -> None:
    assert names(store, Query.of(path="a.jpg", limit=1)) == [f"{A}#2", f"{A}#1"]
    assert names(store, Query.of(since="2024")) == [f"{B}#1"]
    assert names(store, Query.of(path="nowhere")) == []
    with pytest.raises(AlbumError):
        doubtful(store, Query.of(album="none"))


def test_settings_say_which_faces_count(store: Store) -> None:
    found = doubtful(store, settings=Settings(min_confidence=0.4))
    assert [str(face) for face in found] == [f"{B}#1", f"{B}#2", *MOST_DOUBTFUL_FIRST[1:]]


def test_face_of_which_a_person_spoke_is_not_asked_about(store: Store) -> None:
    sad, fear, happy, _ = doubtful(store)
    label_faces(store, [sad.id], "happy")
    reject_faces(store, [happy.id])
    assert names(store) == [f"{A}#2", f"{A}#1"]
    reject_faces(store, [fear.id])
    assert names(store) == [f"{A}#1"]


def test_photo_whose_file_is_gone_is_asked_about_only_on_request(store: Store) -> None:
    store.mark_missing([A])
    assert names(store) == [f"{B}#1", f"{C}#1"]
    assert names(store, Query.of(missing=True)) == MOST_DOUBTFUL_FIRST


def test_current_model_decides_and_for_a_face_it_has_not_seen_the_other(store: Store) -> None:
    certain, even = doubtful(store)[0], doubtful(store)[3]
    store.add_predictions(
        OTHER_MODEL,
        [(certain.id, Prediction((0, 0, 0, 1, 0, 0, 0))), (even.id, Prediction((0.5, 0.5, 0, 0, 0, 0, 0)))],
    )
    assert names(store) == MOST_DOUBTFUL_FIRST
    store.use_model(OTHER_MODEL)
    assert names(store) == [f"{A}#1", f"{A}#2", f"{C}#1", f"{B}#1"]
    store.use_model(MODEL)
    assert names(store) == MOST_DOUBTFUL_FIRST


def test_answers_are_in_the_database_at_once_and_undone_one_by_one(store: Store) -> None:
    session = Review(store, doubtful(store))
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
    assert (session.position, session.answered, actions(store)) == (0, 0, [])
    assert names(store) == MOST_DOUBTFUL_FIRST


def test_undo_leaves_alone_what_was_done_elsewhere_since(store: Store) -> None:
    faces = doubtful(store)
    session = Review(store, faces)
    session.label("angry")
    label_faces(store, [faces[3].id], "neutral")
    assert not session.undo()
    assert [action.summary for action in actions(store)] == ["1 face labelled neutral", "1 face labelled angry"]
    assert (session.position, session.answered) == (1, 1)


def test_face_behind_a_rejected_one_moves_up(store: Store) -> None:
    second, first = doubtful(store, Query.of(path="a.jpg"))
    session = Review(store, [first, second])
    session.reject()
    assert str(session.current()) == f"{A}#1"
    assert session.undo()
    session.skip()
    assert str(session.current()) == f"{A}#2"


def test_face_rejected_elsewhere_is_passed_over(store: Store) -> None:
    faces = doubtful(store)
    session = Review(store, faces)
    reject_faces(store, [faces[0].id, faces[1].id])
    assert session.current() == faces[2]
    assert session.position == 2


def test_face_that_vanishes_before_the_answer_costs_only_itself(store: Store) -> None:
    faces = doubtful(store)
    with store.write_connection() as connection:
        connection.exec_driver_sql("DELETE FROM face WHERE id = ?", (faces[0].id,))
    session = Review(store, faces)
    assert not session.label("happy")
    assert (session.position, session.answered, actions(store)) == (1, 0, [])
