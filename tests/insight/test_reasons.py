"""Why a face is shown as it is, or isn't counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gallery.curation.history import recorded
from gallery.db import schema
from gallery.errors import NotIndexedError
from gallery.faces import Box
from gallery.insight.reasons import FaceReasons, PhotoReasons, explain_faces
from gallery.records import ScoredFace
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.make import MODEL, OTHER_MODEL, added, box, digest, face, open_store, photo, prediction

PATH = "/p/a.jpg"


def say(store: Store, where: Box, emotion: str | None, day: int) -> None:
    """A person's word on a place in the photo, on this day of June 2024; None: it is no face."""
    sides = {"left": where.left, "top": where.top, "right": where.right, "bottom": where.bottom}
    kind = "emotion" if emotion else "not_face"
    said = {"kind": kind, "emotion": emotion, "said_at": datetime(2024, 6, day, 12, tzinfo=UTC)}
    with recorded(store, "said") as recorder:
        recorder.insert(schema.label, [{"hash": digest(PATH), **sides, **said}])


def reasons(folder: Path, *faces: ScoredFace, settings: Settings | None = None) -> PhotoReasons:
    with open_store(folder, added(PATH, *faces)) as store:
        return explain_faces(store, PATH, settings or Settings())


def told(face_: FaceReasons) -> tuple[bool, str | None, str]:
    return face_.counts, face_.shown, face_.because


def test_sure_face_is_shown_as_its_best_emotion(tmp_path: Path) -> None:
    [one] = reasons(tmp_path, face("happy", 0.93, confidence=0.99)).faces
    assert told(one) == (True, "happy", "shown as happy: the highest score is 0.93 for happy, min_score asks for 0.50")
    assert [(c.setting, c.value, c.least, c.passed) for c in one.checks] == [
        ("min_confidence", 0.99, 0.95, True),
        ("min_score", 0.93, 0.5, True),
        ("min_face", 40, 30, True),
    ]
    assert [(said.model, said.in_use, said.emotion) for said in one.models] == [(MODEL.name, True, "happy")]


def test_numbers_for_programs_are_rounded_down_as_everywhere(tmp_path: Path) -> None:
    """A score of 0.79996 was a 0.8, which `min_score = 0.8` misses."""
    settings = Settings(min_score=0.8, min_confidence=0.99)
    [one] = reasons(tmp_path, face("happy", 0.79996, confidence=0.98996), settings=settings).as_json()["faces"]
    assert one["confidence"] == 0.9899
    assert [check["value"] for check in one["checks"]] == [0.9899, 0.7999, 40]
    assert one["models"][0]["scores"]["happy"] == 0.7999


def test_low_score_is_uncertain(tmp_path: Path) -> None:
    [one] = reasons(tmp_path, face("fear", 0.4999)).faces
    assert told(one) == (
        True,
        "uncertain",
        "shown as uncertain: the highest score is 0.49 for fear, min_score asks for 0.50",
    )
    assert not one.check("min_score").passed


def test_doubtful_detection_is_listed_and_not_counted(tmp_path: Path) -> None:
    found = reasons(tmp_path, face("sad", 0.9, confidence=0.9499), face(where=box(100), confidence=0.97))
    assert [told(one) for one in found.faces] == [
        (False, None, "not counted: the detector is sure by 0.94 that it is a face, min_confidence asks for 0.95"),
        (True, "happy", "shown as happy: the highest score is 0.90 for happy, min_score asks for 0.50"),
    ]
    assert [one.number for one in found.faces] == [1, 2]
    assert [face.number for face in found.photo.faces] == [2]


def test_settings_decide(tmp_path: Path) -> None:
    asked = Settings(min_confidence=0.5, min_score=0.95, min_face=60)
    [one] = reasons(tmp_path, face("sad", 0.9, confidence=0.6), settings=asked).faces
    assert told(one)[:2] == (True, "uncertain")
    assert [check.passed for check in one.checks] == [True, False, False]


def test_size_is_that_in_the_picture_that_was_searched(tmp_path: Path) -> None:
    # The photo is 640 wide; searched at 320 its 40 pixels are 20.
    [one] = reasons(tmp_path, face(), settings=Settings(long_side=320)).faces
    assert (one.check("min_face").value, one.check("min_face").passed) == (20, False)


def test_size_in_a_panorama_is_that_in_its_pieces(tmp_path: Path) -> None:
    # 5,000 x 1,000 at 96: its pieces are 72 pixels high, so that 40 pixels are 2.9; in the whole they'd be 0.8.
    panorama = replace(added(PATH, face()), photo=replace(photo(PATH, face()), width=5000, height=1000))
    with open_store(tmp_path, panorama) as store:
        [one] = explain_faces(store, PATH, Settings(long_side=96)).faces
    assert one.check("min_face").value == 2


def test_persons_last_word_wins_and_all_of_them_are_kept(tmp_path: Path) -> None:
    with open_store(tmp_path, added(PATH, face("happy", 0.93))) as store:
        say(store, box(), "sad", 1)
        say(store, box(12, 22), "neutral", 2)
        [one] = explain_faces(store, PATH, Settings()).faces
    assert told(one) == (True, "neutral", "shown as neutral: on 2024-06-02 a person said so")
    assert [(word.emotion, word.said_at.day) for word in one.people] == [("sad", 1), ("neutral", 2)]
    assert one.models[0].emotion == "happy"


def test_rejected_face_says_so(tmp_path: Path) -> None:
    with open_store(tmp_path, added(PATH, face())) as store:
        say(store, box(), "happy", 1)
        say(store, box(), None, 3)
        found = explain_faces(store, PATH, Settings())
    assert told(found.faces[0]) == (False, None, "not counted: on 2024-06-03 a person said that it is no face")
    assert found.photo.faces == ()


def test_word_on_a_place_without_a_face_is_kept_apart(tmp_path: Path) -> None:
    with open_store(tmp_path, added(PATH, face())) as store:
        say(store, box(300, 300), "sad", 1)
        found = explain_faces(store, PATH, Settings())
    assert found.faces[0].people == ()
    assert [(word.box, word.emotion) for word in found.unplaced] == [(box(300, 300), "sad")]


def test_models_come_with_the_one_in_use_first(tmp_path: Path) -> None:
    with open_store(tmp_path, added(PATH, face("happy", 0.9))) as store:
        store.add_predictions(OTHER_MODEL, [(1, prediction("sad", 0.8))])
        said = explain_faces(store, PATH, Settings()).faces[0].models
        assert [(word.model, word.emotion, word.in_use) for word in said] == [
            ("first", "happy", True),
            ("second", "sad", False),
        ]
        store.use_model(OTHER_MODEL)
        found = explain_faces(store, PATH, Settings()).faces[0]
    assert [word.model for word in found.models] == ["second", "first"]
    assert found.shown == "sad"


def test_what_is_shown_agrees_with_the_search(tmp_path: Path) -> None:
    faces = (
        face("happy", 0.9, where=box(0)),
        face("sad", 0.3, where=box(50)),
        face("fear", 0.8, where=box(100), confidence=0.8),
        face("angry", 0.9, where=box(150)),
        face("angry", 0.9, where=box(200)),
    )
    with open_store(tmp_path, added(PATH, *faces)) as store:
        say(store, box(150), "surprise", 1)
        say(store, box(200), None, 1)
        say(store, box(100), "happy", 1)
        found = explain_faces(store, PATH, Settings())
        record = store.photo(PATH)
    assert {one.id: one.shown for one in found.faces if one.counts} == {one.id: one.emotion for one in record.faces}
    assert sorted(one.shown or "" for one in found.faces) == ["", "happy", "happy", "surprise", "uncertain"]


def test_photo_without_any_detection_and_unknown_photo(tmp_path: Path) -> None:
    with open_store(tmp_path, added(PATH)) as store:
        assert explain_faces(store, PATH, Settings()).faces == ()
        with pytest.raises(NotIndexedError):
            explain_faces(store, "/p/unknown.jpg", Settings())
