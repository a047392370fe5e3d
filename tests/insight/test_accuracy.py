"""How often models were right where a person spoke."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import insert

from gallery.db import schema
from gallery.insight.accuracy import EmotionAccuracy, ModelAccuracy, Shift, accuracy_report
from gallery.query.query import Query
from gallery.store.shown import refresh, register_model
from gallery.store.store import Store
from tests.support.make import DETECTOR, MODEL, OTHER_MODEL, added, box, face, open_store, prediction
from tests.support.said import label


def spoken(folder: Path) -> Store:
    """MODEL, in use, read a to e, OTHER_MODEL only f; g is rejected; one label finds no face, one no photo."""
    store = open_store(
        folder,
        added("/p/a", face("happy", 0.9)),
        added("/p/b", face("happy", 0.8)),
        added("/p/c", face("happy", 0.4)),
        added("/p/d", face("fear", 0.7)),
        added("/p/e", face("sad", 0.9, confidence=0.5)),
        added("/p/g", face("angry", 0.9)),
        added("/p/silent", face("angry", 0.9)),
    )
    store.write([added("/q/f", face("sad", 0.6))], model=OTHER_MODEL, detector=DETECTOR)
    store.use_model(MODEL)
    said = {"/p/a": "happy", "/p/b": "sad", "/p/c": "happy", "/p/d": "sad", "/p/e": "sad", "/q/f": "sad", "/p/g": None}
    label(store, "/p/a", "angry", box())
    for minute, (path, emotion) in enumerate(said.items(), start=1):
        label(store, path, emotion, box(), minute)
    label(store, "/p/a", "fear", box(300, 300), 20)
    label(store, "/gone", "fear", box(), 21)
    with store.write_connection() as connection:
        refresh(connection)
    return store


def test_each_model_is_judged_by_the_last_word_on_faces_it_read(tmp_path: Path) -> None:
    with spoken(tmp_path) as store:
        found = accuracy_report(store)
    # MODEL: right on a, c and e; sure of all but c.
    assert found.models == (
        ModelAccuracy(MODEL.id, "first", True, judged=5, right=3, sure=4, sure_right=2),
        ModelAccuracy(OTHER_MODEL.id, "second", False, judged=1, right=1, sure=1, sure_right=1),
    )
    assert (found.judged, found.rejected, found.rejected_share) == (6, 1, 1 / 7)
    # Of the sad ones b was called happy and d fear: a tie goes by the order of emotions.
    assert found.emotions == (EmotionAccuracy("happy", 2, 2, None, 0), EmotionAccuracy("sad", 4, 2, "fear", 1))


def test_search_before_and_after(tmp_path: Path) -> None:
    with spoken(tmp_path) as store:
        found = accuracy_report(store)
    # e is below min_confidence, so it counts for the person's word alone; c was shown as uncertain; the rejected g was
    # shown as angry.
    assert (found.judged, found.right_before) == (6, 2)
    assert [shift for shift in found.shifts if shift.before or shift.after] == [
        Shift("angry", 1, 0),
        Shift("fear", 1, 0),
        Shift("happy", 2, 2),
        Shift("sad", 1, 4),
        Shift("uncertain", 1, 0),
    ]


def test_labels_without_face_or_photo_wait(tmp_path: Path) -> None:
    with spoken(tmp_path) as store:
        assert (accuracy_report(store).waiting_faces, accuracy_report(store).waiting_photos) == (1, 1)


def test_query_chooses_the_photos(tmp_path: Path) -> None:
    with spoken(tmp_path) as store:
        found = accuracy_report(store, Query.of(path="/q"))
    assert [model.name for model in found.models] == ["second"]
    assert (found.judged, found.rejected, found.waiting_faces, found.waiting_photos) == (1, 0, 0, 0)


def test_nothing_said_is_empty(tmp_path: Path) -> None:
    with open_store(tmp_path, added("/p/a", face())) as store:
        found = accuracy_report(store)
    assert found.is_empty
    assert found.rejected_share is None


def test_face_that_two_models_read_is_shown_by_the_one_in_use(tmp_path: Path) -> None:
    with open_store(tmp_path, added("/p/a", face("happy", 0.9))) as store:
        label(store, "/p/a", "sad", box())
        with store.write_connection() as connection:
            other = register_model(connection, OTHER_MODEL.id, OTHER_MODEL.name)
            row = {"face_id": 1, "model_id": other, "scores": prediction("sad").probabilities}
            connection.execute(insert(schema.prediction).values(row))
            refresh(connection)
        found = accuracy_report(store)
    assert [(model.name, model.right) for model in found.models] == [("first", 0), ("second", 1)]
    assert found.emotions == (EmotionAccuracy("sad", 1, 0, "happy", 1),)
    assert found.right_before == 0
