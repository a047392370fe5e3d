"""Which photos a search finds. The expectations are worked out by hand from the table in `album_of_five`."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert

from gallery.db import schema
from gallery.errors import AlbumError, NotIndexedError
from gallery.query import terms
from gallery.query.query import Query
from gallery.records import Capture, PhotoRecord
from gallery.search import matches
from gallery.settings import Settings
from gallery.store.store import LinkPath, Store, Touch
from tests.support.make import (
    DETECTOR,
    MODEL,
    added,
    box,
    digest,
    face,
    landmarks,
    open_store,
    prediction,
    stamp,
    write,
)

A, B, C, D, E = (f"/p/{name}.jpg" for name in "abcde")


@pytest.fixture
def store(store: Store) -> Store:
    """
    | photo | taken      | faces that count               | others               |
    |-------|------------|--------------------------------|----------------------|
    | a     | 2023-06-01 | happy .9, sad .4               |                      |
    | b     | 2024-01-01 | fear .8                        | happy .9 at .90 sure |
    | c     | never      |                                |                      |
    | d     | 2022-12-31 | happy .6, happy .95, sad .7    |                      |
    | e     | 2023-06-01 | neutral .3                     |                      |
    """
    write(
        store,
        added(A, face("happy"), face("sad", 0.4, where=box(200))),
        added(B, face("fear", 0.8), face("happy", 0.9, confidence=0.9, where=box(200)), taken_at="2024-01-01"),
        added(C, taken_at=None),
        added(
            D, face("happy", 0.6), face("happy", 0.95, where=box(200)), face("sad", 0.7), taken_at="2022-12-31T23:59"
        ),
        added(E, face("neutral", 0.3)),
    )
    return store


ALL = [B, E, A, D, C]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), ALL),
        (Query.of(emotions=("happy",)), [A, D]),
        (Query.of(emotions=("happy",), min_score=0.92), [D]),
        (Query.of(emotions=("sad",)), [D]),
        (Query.of(emotions=("sad",), min_score=0.4), [A, D]),
        (Query.of(emotions=("neutral",)), []),
        (Query.of(emotions=("happy", "fear")), [B, A, D]),
        (Query.of(emotions=("happy", "sad"), sort="oldest"), [D, A]),
        (Query.of(emotions=("disgust",)), []),
        (Query.of(all_emotions=("happy",)), [A, D]),
        (Query.of(all_emotions=("happy", "sad")), [D]),
        (Query.of(all_emotions=("happy", "sad"), min_score=0.3), [A, D]),
        (Query.of(all_emotions=("happy",), emotions=("sad", "fear")), [D]),
        (Query.of(not_emotions=("happy",)), [B, E, C]),
        (Query.of(not_emotions=("sad",)), [B, E, A, C]),
        (Query.of(not_emotions=("sad",), min_score=0.3), [B, E, C]),
        (Query.of(not_emotions=("sad",), min_score=0.9), [B, E, A, C]),
        (Query.of(emotions=("happy",), not_emotions=("sad",)), [A]),
        (Query.of(min_score=0.85), [A, D]),
        (Query.of(emotions=("happy",), min_scores={"happy": 0.92}), [D]),
        (Query.of(emotions=("happy",), min_scores={"happy": None}), []),
        (Query.of(emotions=("happy",), min_scores={"sad": 0.99}), [A, D]),
        (Query.of(emotions=("sad",), min_scores={"sad": 0.4}), [A, D]),
        (Query.of(emotions=("happy", "sad"), min_scores={"happy": 0.92, "sad": 0.4}), [A, D]),
        (Query.of(emotions=("happy", "sad"), min_scores={"happy": None, "sad": 0.6}), [D]),
        (Query.of(emotions=("happy", "sad"), min_scores={"happy": 0.92, "sad": 0.4}, sort="path"), [A, D]),
        (Query.of(all_emotions=("happy", "sad"), min_scores={"sad": 0.4}), [A, D]),
        (Query.of(all_emotions=("happy", "sad"), min_scores={"happy": 0.92, "sad": 0.4}), [D]),
        (Query.of(not_emotions=("sad",), min_scores={"sad": 0.3}), [B, E, C]),
        (Query.of(not_emotions=("sad",), min_scores={"sad": 0.9}), [B, E, A, C]),
        (Query.of(not_emotions=("sad",), min_scores={"sad": None}), [B, E, A, C]),
        (Query.of(min_scores={"happy": None, "neutral": 0.29}), [B, E, D]),
        (Query.of(faces="0"), [C]),
        (Query.of(faces="1"), [B, E]),
        (Query.of(faces="2.."), [A, D]),
        (Query.of(faces="..2"), [B, E, A, C]),
        (Query.of(faces="3..9", emotions=("happy",)), [D]),
        (Query.of(since="2023-01-01"), [B, E, A]),
        (Query.of(since="2022-12-31T23:59"), [B, E, A, D]),
        (Query.of(until="2023-05-31"), [D]),
        (Query.of(until="2023-05-31", emotions=("happy",)), [D]),
        (Query.of(since="2023-06-01", until="2023-06-01"), [E, A]),
        (Query(sort="oldest"), [D, A, E, B, C]),
        (Query(sort="path"), [A, B, C, D, E]),
        (Query(sort="added"), [E, D, C, B, A]),
        (Query(sort="faces"), [D, A, B, E, C]),
        (Query(sort="score"), [D, A, B, E, C]),
        (Query.of(sort="score", emotions=("happy", "sad")), [D, A]),
        (Query.of(sort="path", emotions=("happy",)), [A, D]),
        (Query.of(sort="faces", all_emotions=("happy",)), [D, A]),
        (Query(limit=2), [B, E]),
        (Query.of(limit=1, emotions=("happy",)), [A]),
        (Query.of(limit=1, emotions=("happy", "fear")), [B]),
    ],
    ids=str,
)
def test_search_finds(store: Store, query: Query, found: list[str]) -> None:
    assert [photo.path for photo in store.search(query)] == found
    assert store.search_paths(query) == found
    if query.limit is None:
        assert store.count(query) == len(found)


def test_count_and_figures_ignore_the_limit(store: Store) -> None:
    assert store.count(Query(limit=1)) == 5
    assert store.stats(Query(limit=1)).photos == 5


def test_gates_are_settings(store: Store) -> None:
    lenient = Settings(min_score=0.2, min_confidence=0.5)
    assert [photo.path for photo in store.search(Query.of(emotions=("happy",)), settings=lenient)] == [B, A, D]
    assert [photo.path for photo in store.search(Query.of(emotions=("neutral",)), settings=lenient)] == [E]


def test_a_face_is_shown_at_the_lower_of_the_two_thresholds(store: Store) -> None:
    def emotions(query: Query) -> list[str]:
        return [face.emotion for photo in store.search(query) for face in photo.faces]

    assert emotions(Query.of(path=A)) == ["happy", "uncertain"]
    assert emotions(Query.of(path=A, min_score=0.4)) == ["happy", "sad"]
    assert emotions(Query.of(path=A, min_score=0.9)) == ["happy", "uncertain"]


def test_least_score_of_an_emotion_shows_it_below_the_usual_one(store: Store) -> None:
    def emotions(*min_scores: tuple[str, float | None]) -> list[str]:
        return [
            face.emotion
            for photo in store.search(Query.of(path=A, min_scores=dict(min_scores)))
            for face in photo.faces
        ]

    assert emotions(("sad", 0.4)) == ["happy", "sad"]
    assert emotions(("sad", 0.3), ("happy", 0.99)) == ["happy", "sad"]
    assert emotions(("sad", 0.3), ("happy", None)) == ["happy", "sad"]
    stats = store.stats(Query.of(min_scores={"sad": 0.4}, path=A))
    assert (stats.emotions["sad"], stats.emotions["uncertain"]) == (1, 0)


def test_record_holds_everything_that_was_stored(store: Store) -> None:
    record = store.photo(B)
    (found,) = record.faces
    assert record == PhotoRecord(
        path=B,
        paths=(B,),
        hash=digest(B),
        width=640,
        height=480,
        capture=Capture(datetime(2024, 1, 1), taken_source="exif"),
        faces=(found,),
    )
    assert (found.box, found.landmarks, found.confidence) == (box(), landmarks(box()), 0.99)
    assert (found.emotion, found.score, found.source) == ("fear", 0.8, "model")
    assert tuple(found.scores.values()) == prediction("fear", 0.8).probabilities
    assert store.crop(found.id or 0) == b"jpeg"


def test_unknown_photo_and_face_are_refused(store: Store) -> None:
    with pytest.raises(NotIndexedError, match=r"/p/none\.jpg"):
        store.photo("/p/none.jpg")
    with pytest.raises(NotIndexedError, match="face 99"):
        store.crop(99)


def test_missing_photos_are_found_only_when_asked(store: Store) -> None:
    store.mark_missing([A])
    assert store.search_paths(Query.of(emotions=("happy",))) == [D]
    assert store.search_paths(Query.of(emotions=("happy",), missing=True)) == [A, D]
    assert [photo.missing for photo in store.search(Query.of(emotions=("happy",), missing=True))] == [True, False]
    assert store.search_paths(Query.of(path="/p", missing=True)) == ALL
    store.write([Touch(stamp(A))], model=MODEL, detector=DETECTOR)
    assert store.search_paths(Query.of(emotions=("happy",))) == [A, D]


def test_copy_is_found_once_under_its_first_path(store: Store) -> None:
    store.write([LinkPath(stamp("/p/0.jpg"), digest(A))], model=MODEL, detector=DETECTOR)
    (record,) = store.search(Query.of(emotions=("happy",), limit=1))
    assert record.paths == ("/p/0.jpg", A)
    assert store.photo(A).paths == (A, "/p/0.jpg")
    store.mark_missing(["/p/0.jpg"])
    assert store.photo("/p/0.jpg").path == A
    assert store.search_paths(Query.of(path="/p/0.jpg")) == []


ODD = ["/q/50%/x.jpg", "/q/50x/x.jpg", "/q/a_b/x.jpg", "/q/aXb/x.jpg", "/q/back\\slash/x.jpg", "/q/[bold]/Ä.jpg"]
BYTES = os.fsdecode(b"/q/caf\xe9/\xff.jpg")


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("/q/50%", ["/q/50%/x.jpg"]),
        ("/q/a_b", ["/q/a_b/x.jpg"]),
        ("/q/back\\slash", ["/q/back\\slash/x.jpg"]),
        ("/q/50", []),
        ("/q/50%/x.jpg", ["/q/50%/x.jpg"]),
        (os.fsdecode(b"/q/caf\xe9"), [BYTES]),
        ("/q", sorted([*ODD, BYTES], key=os.fsencode)),
        ("/", sorted([*ODD, BYTES], key=os.fsencode)),
        ("50%", ["/q/50%/x.jpg"]),
        ("A_B", ["/q/a_b/x.jpg"]),
        ("[BOLD]", ["/q/[bold]/Ä.jpg"]),
        ("ä.J", ["/q/[bold]/Ä.jpg"]),
        ("\\", ["/q/back\\slash/x.jpg"]),
        ("axb", ["/q/aXb/x.jpg"]),
        (os.fsdecode(b"\xff"), [BYTES]),
    ],
)
def test_names_are_taken_literally_in_places(tmp_path: Path, place: str, found: list[str]) -> None:
    with open_store(tmp_path, *(added(path) for path in (*ODD, BYTES))) as store:
        assert store.search_paths(Query.of(path=place, sort="path")) == found


def test_place_with_many_files_gives_the_same_photos(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    query = Query.of(path="/p", emotions=("happy", "fear"))
    few = store.search_paths(query)
    monkeypatch.setattr("gallery.search.matches._COMMON", 1)
    assert store.search_paths(query) == few == [B, A, D]


def test_search_of_more_photos_than_one_chunk_keeps_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.db.keyed._CHUNK", 3)
    paths = [f"/p/{number:04}.jpg" for number in range(10)]
    with open_store(tmp_path, *(added(path, face("happy")) for path in paths)) as store:
        assert [photo.path for photo in store.search(Query(sort="path"))] == paths
        assert store.search_paths(Query.of(emotions=("happy",), sort="newest")) == paths[::-1]


def test_unknown_album_is_an_error_not_an_empty_answer(store: Store) -> None:
    for look in (store.search, store.search_paths, store.count, store.stats):
        with pytest.raises(AlbumError, match="'nowhere'"):
            look(Query.of(album="nowhere"))  # type: ignore[operator]


def _statements(engine: Engine) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cur, sql, values, *_: seen.append((sql, values)))
    return seen


@pytest.mark.parametrize("emotions", [("disgust",), ("happy",), ("disgust", "happy")])
@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("min_scores", [(), (("disgust", 0.3), ("happy", 0.8))])
def test_emotions_by_date_walk_the_covering_index(
    store: Store, emotions: tuple[str, ...], sort: str, min_scores: tuple[tuple[str, float], ...]
) -> None:
    with store.read() as connection:
        seen = _statements(connection.engine)
    store.search_paths(Query.of(emotions=emotions, sort=sort, limit=50, min_scores=dict(min_scores)))
    with store.read() as connection:
        sql, values = next(entry for entry in seen if "face" in entry[0])
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    walks = [line for line in plan if "USING COVERING INDEX ix_face_emotion_taken_at" in line]
    assert len(walks) == len(emotions)
    # A sort or a temporary table would read every face of a common emotion before the first result.
    assert not [line for line in plan if "TEMP B-TREE" in line]


def test_of_several_emotions_asked_for_together_the_rarest_is_walked(store: Store) -> None:
    with store.read() as connection:
        query = Query(where=terms.And(tuple(terms.HasEmotion((name,)) for name in ("happy", "fear", "sad"))))
        assert matches.plan(connection, query, Settings()).walk == terms.HasEmotion(("fear",))


def test_of_several_common_emotions_more_are_counted_to_find_the_rarer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matches, "_COMMON", 1)
    with store.read() as connection:
        query = Query(where=terms.And(tuple(terms.HasEmotion((name,)) for name in ("happy", "sad"))))
        assert matches.plan(connection, query, Settings()).walk == terms.HasEmotion(("sad",))


def test_label_of_a_person_is_found_with_full_score(store: Store) -> None:
    found = store.photo(E).faces[0]
    with store.write_connection() as connection:
        row = {
            "hash": store.photo(E).hash,
            "content_id": 5,
            "left": 11,
            "top": 21,
            "right": 51,
            "bottom": 61,
            "said_at": datetime.now().astimezone(),
        }
        connection.execute(insert(schema.label).values(kind="emotion", emotion="surprise", **row))
    store.add_predictions(MODEL, [(found.id or 0, prediction("neutral", 0.3))])
    (said,) = store.photo(E).faces
    assert (said.emotion, said.score, said.source, said.scores["neutral"]) == ("surprise", 1.0, "person", 0.3)
    assert store.search_paths(Query.of(emotions=("surprise",), min_score=1.0)) == [E]
    for least in (0.99, None):
        assert store.search_paths(Query.of(emotions=("surprise",), min_scores={"surprise": least})) == [E]


def test_where_no_score_is_enough_a_model_that_is_certain_does_not_count(tmp_path: Path) -> None:
    with open_store(tmp_path, added(A, face("happy", 1.0))) as store:
        assert store.search_paths(Query.of(emotions=("happy",), min_scores={"happy": 1.0})) == [A]
        assert store.search_paths(Query.of(emotions=("happy",), min_scores={"happy": None})) == []


def test_figures(store: Store) -> None:
    store.mark_missing([A])
    stats = store.stats()
    assert (stats.photos, stats.missing, stats.faces, stats.failures) == (5, 1, 7, 0)
    assert stats.emotions == {
        "angry": 0,
        "disgust": 0,
        "fear": 1,
        "happy": 3,
        "sad": 1,
        "surprise": 0,
        "neutral": 0,
        "uncertain": 2,
    }
    assert list(stats.years.items()) == [(2024, 1), (2023, 2), (2022, 1), (None, 1)]
    assert [(model.id, model.is_current, model.predictions) for model in stats.models] == [(MODEL.id, True, 8)]
    assert (stats.database_bytes or 0) > 0
    assert store.stats(Query.of(emotions=("happy",))).photos == 1
