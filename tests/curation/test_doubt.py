"""Which faces are in doubt, and in which order."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest

from gallery.curation.doubt import doubtful_faces, margin
from gallery.curation.labels import label_faces, reject_faces
from gallery.emotions import EMOTIONS
from gallery.errors import AlbumError
from gallery.faces import Box, Prediction
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.doubtful_faces import MOST_DOUBTFUL_FIRST, A, B, C, add_doubtful, scored
from tests.support.make import MODEL, OTHER_MODEL, added, open_store


@pytest.fixture
def store(store: Store) -> Store:
    add_doubtful(store)
    return store


def names(store: Store, query: Query | None = None, limit: int | None = None) -> list[str]:
    return [str(face) for face in doubtful_faces(store, query, limit=limit)]


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
    [face] = doubtful_faces(store, limit=1)
    assert (face.path, face.number, face.box) == (B, 2, Box(200, 20, 240, 60))
    assert face.scores == (0, 0, 0.4375, 0.0625, 0.5, 0, 0)
    assert face.taken_at == datetime(2024, 5, 6, 7, 8)
    assert (face.emotion, face.score, face.margin) == ("sad", 0.5, 0.0625)
    assert face.likeliest(3) == [("sad", 0.5), ("fear", 0.4375), ("happy", 0.0625)]


def test_query_restricts_and_its_limit_counts_no_photos(store: Store) -> None:
    assert names(store, Query.of(path="a.jpg", limit=1)) == [f"{A}#2", f"{A}#1"]
    assert names(store, Query.of(since="2024")) == [f"{B}#2"]
    assert names(store, Query.of(path="nowhere")) == []
    with pytest.raises(AlbumError):
        doubtful_faces(store, Query.of(album="none"))


def test_settings_say_which_faces_count_and_change_no_number(store: Store) -> None:
    found = doubtful_faces(store, settings=Settings(min_confidence=0.4))
    assert [str(face) for face in found] == [f"{B}#1", *MOST_DOUBTFUL_FIRST]


def test_face_of_which_a_person_spoke_is_not_asked_about(store: Store) -> None:
    sad, fear, happy, _ = doubtful_faces(store)
    label_faces(store, [sad.id], "happy")
    reject_faces(store, [happy.id])
    assert names(store) == [f"{A}#2", f"{A}#1"]
    reject_faces(store, [fear.id])
    assert names(store) == [f"{A}#1"]


def test_photo_whose_file_is_gone_is_asked_about_only_on_request(store: Store) -> None:
    store.mark_missing([A])
    assert names(store) == [f"{B}#2", f"{C}#1"]
    assert names(store, Query.of(missing=True)) == MOST_DOUBTFUL_FIRST


def test_current_model_decides_and_for_a_face_it_has_not_seen_the_other(store: Store) -> None:
    certain, even = doubtful_faces(store)[0], doubtful_faces(store)[3]
    store.add_predictions(
        OTHER_MODEL,
        [(certain.id, Prediction((0, 0, 0, 1, 0, 0, 0))), (even.id, Prediction((0.5, 0.5, 0, 0, 0, 0, 0)))],
    )
    assert names(store) == MOST_DOUBTFUL_FIRST
    store.use_model(OTHER_MODEL)
    others_first = [f"{A}#1", f"{A}#2", f"{C}#1", f"{B}#2"]
    assert names(store) == others_first
    assert [names(store, limit=count) for count in (1, 3)] == [others_first[:1], others_first[:3]]
    store.use_model(MODEL)
    assert names(store) == MOST_DOUBTFUL_FIRST
    assert [names(store, limit=count) for count in (1, 3)] == [MOST_DOUBTFUL_FIRST[:1], MOST_DOUBTFUL_FIRST[:3]]


def test_a_few_of_very_many_are_the_first_of_all(tmp_path: Path) -> None:
    """Whether or not there are enough of which the model is so unsure that the others needn't be looked at."""
    dice = random.Random(4)
    photos = []
    for number in range(60):
        raw = [dice.random() ** 3 for _ in EMOTIONS]
        shares = {emotion: share / sum(raw) for emotion, share in zip(EMOTIONS, raw, strict=True)}
        photos.append(added(f"/p/{number}.jpg", scored(**shares)))
    with open_store(tmp_path, *photos) as many:
        whole = names(many)
        assert len(whole) == 60
        for count in (1, 5, 20, 40, 59, 60, 99):
            assert names(many, limit=count) == whole[:count]
        for emotion in EMOTIONS:
            of_it = [str(face) for face in doubtful_faces(many) if face.emotion == emotion]
            assert [str(face) for face in doubtful_faces(many, limit=3, likeliest=emotion)] == of_it[:3]
