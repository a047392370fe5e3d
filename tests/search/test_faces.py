"""Which faces a query is about. The expectations are worked out by hand from the table in `store`."""

from __future__ import annotations

import pytest

from gallery.curation.albums import create_album, create_smart_album
from gallery.curation.labels import label_faces, reject_faces
from gallery.curation.saved_queries import save_query
from gallery.emotions import EMOTIONS
from gallery.errors import AlbumError
from gallery.query.query import Query
from gallery.search.faces import matched_faces
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.make import added, box, face, write

FACES = ["a1", "a2", "a3", "a4", "b1", "b2", "c1", "d1", "d2"]
"""In the order in which they were stored: a1 is face 1, d2 face 9."""


@pytest.fixture
def store(store: Store) -> Store:
    """
    | photo | taken | faces that count                              | others                |
    |-------|-------|-----------------------------------------------|-----------------------|
    | a     | 2023  | 1 happy .95, 2 happy .7, 3 sad .92, 4 fear .4 |                       |
    | b     | 2022  | 1 happy .6                                    | 2 happy .99, .9 sure  |
    | c     | 2021  | 1 sad .8                                      |                       |
    | d     | 2020  | 2 happy, as a person said; sad .3 to a model  | 1 happy .99, rejected |
    """
    write(
        store,
        added(
            "/p/a.jpg",
            face("happy", 0.95),
            face("happy", 0.7, where=box(110)),
            face("sad", 0.92, where=box(210)),
            face("fear", 0.4, where=box(310)),
            taken_at="2023-01-01",
        ),
        added(
            "/p/b.jpg",
            face("happy", 0.6),
            face("happy", 0.99, confidence=0.9, where=box(110)),
            taken_at="2022-01-01",
        ),
        added("/p/c.jpg", face("sad", 0.8), taken_at="2021-01-01"),
        added("/p/d.jpg", face("happy", 0.99), face("sad", 0.3, where=box(110)), taken_at="2020-01-01"),
    )
    reject_faces(store, [8])
    label_faces(store, [9], "happy")
    return store


def matched(store: Store, query: Query, settings: Settings | None = None) -> list[str]:
    with store.read() as connection:
        return [FACES[number - 1] for number in sorted(matched_faces(connection, query, settings or Settings()))]


def check(store: Store, query: Query, faces: str) -> None:
    assert matched(store, query) == faces.split(), query


@pytest.mark.parametrize(
    ("query", "faces"),
    [
        (Query(), "a1 a2 a3 a4 b1 c1 d2"),
        (Query.of(where="path:a.jpg"), "a1 a2 a3 a4"),
        (Query.of(where="faces:1 album:all"), "b1 c1 d2"),
        (Query.of(where="emotion:happy"), "a1 a2 b1 d2"),
        (Query.of(emotions=["happy"], where="path:a"), "a1 a2"),
        (Query.of(all_emotions=["happy", "sad"]), "a1 a2 a3"),
        (Query.of(where="happy:0.7.."), "a1 a2 d2"),
        (Query.of(where="fear:..0.4"), "a4"),
        (Query.of(where="is:uncertain"), "a4"),
        (Query.of(where="all:happy"), "b1 d2"),
        (Query.of(where="most:happy,sad"), "a1 a2 a3 b1 c1 d2"),
        (Query.of(where="mixed:"), "a1 a2 a3 a4"),
        (Query.of(where="emotion:angry"), ""),
    ],
)
def test_faces_asked_for_are_meant_else_all_that_count(store: Store, query: Query, faces: str) -> None:
    create_album(store, "All", Query())
    check(store, query, faces)


@pytest.mark.parametrize(
    ("query", "faces"),
    [
        (Query.of(emotions=["happy"], min_score=0.9), "a1 d2"),
        (Query.of(where="emotion:happy", min_score=0.9), "a1 d2"),
        (Query.of(all_emotions=["happy", "sad"], min_score=0.9), "a1 a3"),
        (Query.of(where="most:happy,sad", min_score=0.85), "d2"),
        (Query.of(where="all:happy", min_score=0.6), "b1 d2"),
        (Query.of(where="all:happy", min_score=0.61), "d2"),
        (Query.of(emotions=["fear"], min_score=0.3), "a4"),
        (Query.of(emotions=["happy"], min_scores={"happy": 0.65}), "a1 a2 d2"),
        (Query.of(emotions=["happy"], min_scores={"happy": None}), "d2"),
        (Query.of(emotions=["happy", "sad"], min_scores={"happy": None, "sad": 0.9}), "a3 d2"),
    ],
)
def test_face_below_the_least_score_is_not_meant(store: Store, query: Query, faces: str) -> None:
    check(store, query, faces)


@pytest.mark.parametrize(
    ("query", "faces"),
    [
        (Query.of(min_score=0.9), "a1 a3 d2"),
        (Query.of(min_score=0.9, path="a.jpg"), "a1 a3"),
        (Query.of(min_score=0.3, path="a.jpg"), "a1 a2 a3 a4"),
        (Query.of(min_scores={"happy": None, "sad": 0.8}), "a3 c1 d2"),
        (Query.of(min_score=0.65, not_emotions=["sad"]), "d2"),
        (Query.of(min_scores=dict.fromkeys(EMOTIONS, 0.65), where="none:fear -path:a"), "c1 d2"),
        (Query.of(min_score=0.9, where="query:glad"), "a1 d2"),
        (Query.of(min_score=0.9, where="album:Glad"), "a1 d2"),
        (Query.of(min_score=0.9, where="query:first"), "a1"),
    ],
)
def test_least_score_alone_asks_it_of_whatever_emotion_and_of_what_a_name_asks_for(
    store: Store, query: Query, faces: str
) -> None:
    save_query(store, "glad", Query.of(where="emotion:happy"))
    save_query(store, "first", Query.of(where="emotion:happy limit:1"))
    create_smart_album(store, "Glad", Query.of(emotions=["happy"], min_score=0.6))
    check(store, query, faces)


def test_names_mean_what_they_stand_for(store: Store) -> None:
    save_query(store, "first", Query.of(where="emotion:happy limit:1"))
    save_query(store, "sure", Query.of(emotions=["happy"], min_score=0.9))
    save_query(store, "glum", Query.of(where="not emotion:sad"))
    create_smart_album(store, "Best", Query.of(where="query:first or sad:0.8..0.9"))
    for where, faces in {
        "query:first": "a1 a2",
        "query:first emotion:sad": "a1 a2 a3",
        "query:sure": "a1 d2",
        "album:Best": "a1 a2 c1",
        "query:glum": "b1 d2",
        "not query:glum": "a3 c1",
        "emotion:happy not query:first": "b1 d2",
    }.items():
        check(store, Query.of(where=where), faces)


@pytest.mark.parametrize(
    ("where", "faces"),
    [
        ("-emotion:sad", "b1 d2"),
        ("emotion:happy -emotion:sad", "b1 d2"),
        ("not (not emotion:happy)", "a1 a2 b1 d2"),
        ("not (not emotion:happy not emotion:sad)", "a1 a2 a3 b1 c1 d2"),
        ("not (-emotion:sad or path:c)", "a3"),
    ],
)
def test_what_is_not_wanted_asks_for_no_face(store: Store, where: str, faces: str) -> None:
    check(store, Query.of(where=where), faces)


@pytest.mark.parametrize(
    ("where", "faces"),
    [
        ("emotion:happy or emotion:sad", "a1 a2 a3 b1 c1 d2"),
        ("(emotion:happy path:a) or (emotion:sad path:c)", "a1 a2 c1"),
        ("not (not (emotion:happy path:a) not (emotion:sad path:c))", "a1 a2 c1"),
        ("all:happy or sad:0.9..", "a3 b1 d2"),
        ("emotion:happy or path:c", "a1 a2 b1 d2"),
    ],
)
def test_of_alternatives_those_that_hold_for_the_photo_say_which_faces(store: Store, where: str, faces: str) -> None:
    check(store, Query.of(where=where), faces)


def test_alternative_that_holds_for_a_file_that_is_gone_tells_where_gone_files_count(store: Store) -> None:
    store.mark_missing(["/p/a.jpg"])
    where = "(emotion:happy path:a) or (emotion:sad path:c)"
    check(store, Query.of(where=where), "c1")
    check(store, Query.of(where=where, missing=True), "a1 a2 c1")
    save_query(store, "gone", Query.of(where=f"(is:missing or {where}) limit:9"))
    check(store, Query.of(where="query:gone", missing=True), "a1 a2 c1")


def test_only_faces_within_the_limit_are_meant(store: Store) -> None:
    check(store, Query.of(emotions=["happy"], limit=2), "a1 a2 b1")
    check(store, Query.of(emotions=["happy"], min_score=0.9, limit=2), "a1 d2")
    check(store, Query.of(where="sort:oldest limit:1"), "d2")


def test_settings_decide_which_faces_count_and_are_shown(store: Store) -> None:
    lenient = Settings(min_confidence=0.5, min_score=0.3)
    assert matched(store, Query.of(where="emotion:fear,happy"), lenient) == ["a1", "a2", "a4", "b1", "b2", "d2"]
    assert matched(store, Query(), Settings(min_confidence=1)) == ["d2"]
    strict = Settings(min_score=0.9)
    assert matched(store, Query.of(where="emotion:happy"), strict) == ["a1", "d2"]
    assert matched(store, Query.of(where="is:uncertain"), strict) == ["a2", "a4", "b1", "c1"]
    assert matched(store, Query.of(where="emotion:happy", min_score=0.65), strict) == ["a1", "a2", "d2"]


def test_name_that_does_not_exist_is_an_error(store: Store) -> None:
    with pytest.raises(AlbumError, match="doesn't exist"):
        matched(store, Query.of(where="album:nowhere"))
