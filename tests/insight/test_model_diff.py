"""Two models side by side."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gallery.errors import UsageError
from gallery.insight.model_diff import Change, Verdict, model_diff
from gallery.query.query import Query
from gallery.records import ModelInfo
from gallery.store.shown import refresh
from gallery.store.store import Store
from tests.support.databases import content
from tests.support.make import MODEL, OTHER_MODEL, added, box, face, open_store, prediction
from tests.support.said import label


def read_again(store: Store, model: ModelInfo, *said: tuple[str, float]) -> None:
    """Has the model say so of the faces, by rising number; None of a name passes one over."""
    told = [(number, prediction(*each)) for number, each in enumerate(said, start=1) if each[0]]
    store.add_predictions(model, told)


def compared(folder: Path) -> Store:
    """MODEL has read all seven faces, OTHER_MODEL all but the last; a person spoke of three in /p/c and /p/d."""
    store = open_store(
        folder,
        added("/p/a", face("happy", 0.9), face("sad", 0.8, where=box(100))),
        added("/p/b", face("happy", 0.6)),
        added("/p/c", face("fear", 0.9)),
        added("/p/d", face("sad", 0.9), face("angry", 0.9, where=box(100))),
        added("/q/e", face("neutral", 0.9)),
    )
    read_again(
        store, OTHER_MODEL,
        ("surprise", 0.95), ("sad", 0.9), ("happy", 0.2), ("surprise", 0.8), ("sad", 0.7), ("happy", 0.9), ("", 0),
    )  # fmt: skip
    label(store, "/p/c", "surprise", box())
    label(store, "/p/d", "sad", box(), 1)
    label(store, "/p/d", "angry", box(100), 2)
    with store.write_connection() as connection:
        refresh(connection)
    return store


def test_what_would_change_and_what_people_said(tmp_path: Path) -> None:
    with compared(tmp_path) as store:
        found = model_diff(store, "first", "second")
    # /p/a#1 becomes surprise, /p/b too unsure; of the others a person said what they show.
    assert (found.before.id, found.after.id) == (MODEL.id, OTHER_MODEL.id)
    assert (found.faces, found.unread_before, found.unread_after) == (6, 0, 1)
    assert (found.changed_faces, found.changed_photos) == (2, 2)
    assert found.changes == (Change("happy", "surprise", 1, 1), Change("happy", "uncertain", 1, 1))
    first, second = found.telling
    assert (first.path, first.number, first.before, first.after) == ("/p/a", 1, "happy", "surprise")
    assert (first.before_score, first.after_score) == pytest.approx((0.9, 0.95))
    assert (second.path, second.after) == ("/p/b", "uncertain")
    assert found.verdict is not None
    assert (found.verdict.judged, found.verdict.right_before, found.verdict.right_after) == (3, 2, 2)


def test_a_query_chooses_the_photos(tmp_path: Path) -> None:
    with compared(tmp_path) as store:
        assert model_diff(store, "first", "second", Query.parse("path:b")).changed_faces == 1
        elsewhere = model_diff(store, "first", "second", Query.parse("path:/q/"))
        assert (elsewhere.faces, elsewhere.unread_after, elsewhere.verdict) == (0, 1, None)
        assert (elsewhere.changes, elsewhere.telling) == ((), ())


def test_models_are_named_by_name_or_id_and_others_are_refused(tmp_path: Path) -> None:
    with compared(tmp_path) as store:
        assert model_diff(store, "a" * 6, "second").before.id == MODEL.id
        for before, after, words in (
            ("first", "first", "the same model"),
            (
                "first",
                "third",
                r"no model 'third' has read faces here; those that have: first \(aaaaaaaaaaaa\), second",
            ),
            ("aaa", "second", "no model 'aaa'"),
            ("resnet18", "second", "has read no face here; `gallery rescore --model resnet18` has it"),
        ):
            with pytest.raises(UsageError, match=words):
                model_diff(store, before, after)
        read_again(store, ModelInfo("c" * 64, "first"), ("sad", 0.9))
        with pytest.raises(UsageError, match="2 models here are called first"):
            model_diff(store, "first", "second")


def test_another_model_and_the_first_again_leave_all_as_it_was(tmp_path: Path) -> None:
    with compared(tmp_path) as store:
        [file] = tmp_path.glob("*.db")
        before = content(file)
        store.use_model(OTHER_MODEL)
        assert content(file) != before
        store.use_model(MODEL)
        assert content(file) == before


def test_gain_has_an_interval_that_holds_its_middle_and_narrows() -> None:
    # Of 100 faces the second alone is right about 20, the first alone about 5: a gain of 0.15, by hand
    # (20.5 - 5.5) / 102 = 0.1471, and 1.96 * sqrt(26 - 15^2 / 102) / 102 = 0.0937 to either side.
    verdict = Verdict.of(both=50, first=5, second=20, neither=25)
    assert (verdict.judged, verdict.right_before, verdict.right_after) == (100, 55, 70)
    assert verdict.low == pytest.approx(0.0533, abs=2e-4)
    assert verdict.high == pytest.approx(0.2408, abs=2e-4)
    even = Verdict.of(both=0, first=0, second=0, neither=1)
    assert even.low == -even.high
    assert math.isfinite(even.high)
    wide, narrow = Verdict.of(5, 1, 2, 2), Verdict.of(500, 100, 200, 200)
    assert narrow.high - narrow.low < (wide.high - wide.low) / 5
