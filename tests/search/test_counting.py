"""Counting is quick where much is counted, and says what finding would have found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from gallery.curation.labels import label_faces
from gallery.db import schema
from gallery.query.query import Query
from gallery.search import counting, matches
from gallery.search.gate import Gate
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.make import DETECTOR, MODEL, added, box, face, open_store, write

HAPPY = Query.of(emotions=["happy"])


@pytest.fixture(params=[0, matches.MANY])
def store(store: Store, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Four photos with happy faces, one of them overwritten by the fifth and one without a file, counted both ways."""
    monkeypatch.setattr(matches, "MANY", request.param)
    write(
        store,
        added("/p/a.jpg", face("happy"), face("happy", where=box(200))),
        added("/p/b.jpg", face("happy", 0.6), face("sad", where=box(200))),
        added("/p/gone.jpg", face("happy"), face("fear", where=box(200))),
        added("/p/e.jpg", face("happy"), content="overwritten"),
        added("/p/e.jpg", face("neutral")),
    )
    store.mark_missing(["/p/gone.jpg"])
    return store


@pytest.mark.parametrize(
    ("query", "number"),
    [
        (HAPPY, 2),
        (Query.of(emotions=["happy"], missing=True), 4),
        (Query.of(emotions=["happy", "fear"]), 2),
        (Query.of(emotions=["fear"]), 0),
        (Query.of(emotions=["happy"], not_emotions=["sad"]), 1),
        (Query.of(emotions=["happy"], limit=1), 2),
        (Query.of(emotions=["happy"], min_score=0.8), 1),
        (Query.parse("path:gone"), 0),
        (Query.parse("is:missing emotion:happy"), 2),
        (Query(), 3),
        (Query(missing=True), 5),
    ],
)
def test_photos_without_a_file_count_only_where_they_are_asked_for(store: Store, query: Query, number: int) -> None:
    assert store.count(query) == number
    assert len(store.search(query)) == min(number, query.limit or number)


def test_word_of_a_person_counts_however_unsure_the_detector_was(store: Store) -> None:
    store.write([added("/p/u.jpg", face("sad", confidence=0.7))], model=MODEL, detector=DETECTOR)
    (unsure,) = store.photo("/p/u.jpg", settings=Settings(min_confidence=0.5)).faces
    assert store.count(HAPPY) == 2
    label_faces(store, [unsure.id or 0], "happy")
    assert store.count(HAPPY) == 3


def test_many_faces_are_counted_in_the_small_index_and_those_without_a_file_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matches, "MANY", 0)
    with open_store(tmp_path, added("/p/a.jpg", face())) as store, store.read() as connection:
        asked: list[tuple[str, Any]] = []
        event.listen(connection, "before_cursor_execute", lambda _c, _cur, sql, values, *_: asked.append((sql, values)))
        counting.count(connection, HAPPY, Settings())
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()) for sql, values in tuple(asked)
        ]
    walks = [plan for plan in plans if "ix_face_emotion_content_id (emotion=?" in plan]
    assert ["(emotion=? AND content_id=?)" in walk for walk in walks] == [False, True]


def test_small_index_holds_what_the_usual_settings_show() -> None:
    assert (Settings().min_score, Settings().min_confidence) == (schema.USUAL_SCORE, schema.USUAL_CONFIDENCE)
    assert Gate.of(Query(), Settings()).is_usual
    for other in (Settings(min_score=0.6), Settings(min_confidence=0.9)):
        assert not Gate.of(Query(), other).is_usual
    assert not Gate.of(Query.of(emotions=["happy"], min_score=0.4), Settings()).is_usual
