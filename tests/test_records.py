from __future__ import annotations

import json
import os
import random
from dataclasses import fields
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

import pytest

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.faces import Box, Detection, Prediction
from gallery.records import Capture, FaceRecord, FileStamp, PhotoRecord, rounded_down, shown_score


def record(score: float = 0.7, min_score: float = 0.5, confidence: float = 0.98765) -> FaceRecord:
    rest = (1 - score) / 6
    prediction = Prediction((rest, rest, rest, score, rest, rest, rest))
    return FaceRecord.of_model(2, Detection(Box(1.26, 2, 30, 44.04), confidence, ((1, 2),)), prediction, min_score)


def test_capture_without_a_time_has_none():
    assert Capture().iso8601() is None


@pytest.mark.parametrize(
    ("offset", "text"),
    [
        (None, "2023-06-01T12:30:00.250000"),
        (120, "2023-06-01T12:30:00.250000+02:00"),
        (-210, "2023-06-01T12:30:00.250000-03:30"),
        (0, "2023-06-01T12:30:00.250000+00:00"),
    ],
)
def test_capture_time_is_the_wall_clock_with_its_offset(offset, text):
    taken = datetime(2023, 6, 1, 12, 30, 0, 250000)
    assert Capture(taken, offset).iso8601() == text


def test_every_field_of_a_capture_has_its_column():
    assert {field.name for field in fields(Capture)} <= set(schema.content.c.keys())


def test_face_read_by_a_model_carries_all_scores():
    face = record(0.7)
    assert (face.id, face.emotion, face.score, face.source) == (None, "happy", 0.7, "model")
    assert list(face.scores) == list(EMOTIONS)
    assert face.scores["happy"] == 0.7
    assert face.landmarks == ((1, 2),)


@pytest.mark.parametrize(("score", "emotion"), [(0.4999, "uncertain"), (0.5, "happy"), (0.5001, "happy")])
def test_face_below_the_least_score_is_uncertain(score, emotion):
    assert record(score, min_score=0.5).emotion == emotion


def test_face_as_json_has_the_documented_keys_and_digits():
    face = record(0.70006).as_json()
    assert list(face) == ["id", "number", "box", "confidence", "emotion", "score", "scores", "source"]
    assert face["box"] == [1.3, 2, 30, 44.0]
    assert face["number"] == 2
    assert face["confidence"] == 0.9876
    assert face["score"] == 0.7
    assert list(face["scores"]) == list(EMOTIONS)


def test_printed_score_is_never_above_the_real_one():
    assert record(0.79996).as_json()["score"] == 0.7999


def test_number_of_four_digits_is_printed_as_it_is():
    for number in range(10_001):
        assert record(confidence=number / 10_000).as_json()["confidence"] == number / 10_000


def test_number_is_cut_after_four_digits():
    dice = random.Random(3)
    for number in (dice.random() for _ in range(2000)):
        cut = Decimal(number).quantize(Decimal("0.0001"), ROUND_FLOOR)
        assert record(confidence=number).as_json()["confidence"] == float(cut)


def test_what_arithmetic_leaves_of_a_number_is_that_number():
    assert [rounded_down(1 - 0.9), rounded_down(0.55 - 0.25), rounded_down(0.8 - 5e-7)] == [0.1, 0.3, 0.7999]
    assert [shown_score(1 - 0.9), shown_score(0.29), shown_score(0.8 - 5e-7)] == [0.1, 0.29, 0.79]


def test_photo_as_json_is_the_documented_object():
    capture = Capture(datetime(2023, 6, 1, 12, 30), 120, "exif", "Canon")
    photo = PhotoRecord("/a.jpg", ("/a.jpg", "/b.jpg"), "ab12", 640, 480, capture, [record()])
    assert photo.as_json() == {
        "path": "/a.jpg",
        "paths": ["/a.jpg", "/b.jpg"],
        "hash": "ab12",
        "width": 640,
        "height": 480,
        "taken_at": "2023-06-01T12:30:00+02:00",
        "turned": 0,
        "sideways": None,
        "faces": [record().as_json()],
        "replaced": False,
        "word": None,
        "files": [],
    }


def test_photo_without_faces_or_time_is_plain_json():
    photo = PhotoRecord("/a.jpg", ["/a.jpg"], "ab12", 1, 1, Capture(), [])
    assert json.loads(json.dumps(photo.as_json())) == photo.as_json()
    assert (photo.as_json()["taken_at"], photo.as_json()["faces"]) == (None, [])


def test_file_has_changed_when_its_size_or_time_has(tmp_path):
    file = tmp_path / "a.jpg"
    file.write_bytes(b"12345")
    os.utime(file, ns=(0, 1_700_000_000_000_000_001))
    now = FileStamp.of(str(file), file.stat())
    assert now == FileStamp(str(file), 5, 1_700_000_000_000_000_001)
    assert now.unchanged_since(FileStamp("elsewhere", 5, 1_700_000_000_000_000_001))
    assert not now.unchanged_since(FileStamp(str(file), 5, 1_700_000_000_000_000_000))
    assert not now.unchanged_since(FileStamp(str(file), 4, 1_700_000_000_000_000_001))
