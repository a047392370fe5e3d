from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

import gallery
from gallery.emotions import EMOTIONS
from gallery.errors import ImageError
from gallery.faces import Detection
from gallery.indexing.predictor import predict
from gallery.records import PhotoRecord
from gallery.settings import Settings
from tests.support.faces import real_detector, save_small_checkpoint
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.photos import astronaut, save_photo


class UnsureDetector(FakeDetector):
    """Finds the faces of `draw_faces`, the first for sure, the second at just 0.95, the third below."""

    def detect(self, images):
        unsure = (0.99, 0.95, 0.9499, 0.5)
        return [
            [Detection(face.box, unsure[number]) for number, face in enumerate(faces)]
            for faces in super().detect(images)
        ]


class BrokenDetector(FakeDetector):
    """Fails on every picture."""

    def detect(self, images):
        raise RuntimeError(f"no luck with {len(images)}")


def drawn(path: Path, *emotions: str, seed: int = 0) -> Path:
    return save_photo(draw_faces(*emotions, seed=seed), path)


def read(*paths: Path | str, **settings: float) -> list[PhotoRecord | ImageError]:
    return list(predict(paths, detector=UnsureDetector(), classifier=FakeClassifier(), settings=Settings(**settings)))


def test_photos_are_answered_in_the_order_given(tmp_path):
    paths = [drawn(tmp_path / "b.png", "sad"), drawn(tmp_path / "a.png", "happy", "fear"), drawn(tmp_path / "c.png")]
    answers = read(*paths)
    assert [answer.path for answer in answers] == [str(path) for path in paths]
    assert [[face.emotion for face in answer.faces] for answer in answers] == [["sad"], ["happy", "fear"], []]


def test_json_is_the_documented_object(tmp_path):
    path = drawn(tmp_path / "photo.png", "happy")
    [answer] = read(path)
    shown = answer.as_json()
    assert json.loads(json.dumps(shown)) == shown
    described = ["path", "paths", "hash", "width", "height", "taken_at", "turned", "sideways"]
    assert list(shown) == [*described, "faces", "replaced", "word", "files"]
    assert (shown["path"], shown["paths"]) == (str(path), [str(path)])
    assert shown["hash"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (shown["width"], shown["height"]) == (640, 480)
    [face] = shown["faces"]
    assert list(face) == ["id", "number", "box", "confidence", "emotion", "score", "scores", "source"]
    assert face == {
        "id": None,
        "number": 1,
        "box": [20, 100, 120, 200],
        "confidence": 0.99,
        "emotion": "happy",
        "score": 0.88,
        "scores": {label: 0.88 if label == "happy" else 0.02 for label in EMOTIONS},
        "source": "model",
    }


def test_faces_below_the_least_confidence_are_not_shown(tmp_path):
    path = drawn(tmp_path / "photo.png", "happy", "sad", "fear", "angry")
    assert [face.confidence for face in read(path)[0].faces] == [0.99, 0.95]
    assert len(read(path, min_confidence=0.0)[0].faces) == 4
    assert len(read(path, min_confidence=1.0)[0].faces) == 0


@pytest.mark.parametrize(("min_score", "emotion"), [(0.88, "happy"), (0.89, "uncertain")])
def test_face_below_the_least_score_is_uncertain(tmp_path, min_score, emotion):
    [answer] = read(drawn(tmp_path / "photo.png", "happy"), min_score=min_score)
    assert [face.emotion for face in answer.faces] == [emotion]


def test_boxes_are_in_pixels_of_the_full_size_picture(tmp_path):
    path = save_photo(draw_faces("happy").resize((1280, 960)), tmp_path / "large.png")
    [answer] = read(path, long_side=320)
    assert (answer.width, answer.height) == (1280, 960)
    assert answer.as_json()["faces"][0]["box"] == [40, 200, 240, 400]


def test_file_that_cannot_be_read_is_answered_with_its_error(tmp_path):
    good, text = drawn(tmp_path / "good.png", "happy"), tmp_path / "text.jpg"
    text.write_text("no picture")
    answers = read(tmp_path / "gone.jpg", text, good, tmp_path)
    assert [type(answer) for answer in answers] == [ImageError, ImageError, PhotoRecord, ImageError]
    assert [answer.path for answer in answers] == [str(tmp_path / "gone.jpg"), str(text), str(good), str(tmp_path)]


def test_network_that_fails_is_told_of_the_photo(tmp_path):
    path = drawn(tmp_path / "photo.png", "happy")
    [answer] = predict([path], detector=BrokenDetector(), classifier=FakeClassifier())
    assert isinstance(answer, ImageError)
    assert (answer.path, answer.transient) == (str(path), True)
    assert "no luck with 1" in answer.reason


def test_photo_is_named_by_its_absolute_path(tmp_path, monkeypatch):
    drawn(tmp_path / "photo.png", "happy")
    monkeypatch.chdir(tmp_path)
    [answer] = read("photo.png")
    assert answer.path == os.path.join(tmp_path, "photo.png")  # noqa: PTH118


def test_photos_are_read_one_by_one_as_answers_are_asked_for(tmp_path):
    detector = FakeDetector()
    paths = [drawn(tmp_path / f"{number}.png", "happy") for number in range(3)]
    answers = predict(paths, detector=detector, classifier=FakeClassifier())
    next(answers)
    assert detector.seen == 1


def test_library_reads_a_real_face_with_a_checkpoint(tmp_path):
    model = save_small_checkpoint(tmp_path / "small.safetensors")
    path = save_photo(astronaut(), tmp_path / "astronaut.jpg")
    settings = Settings(model=str(model), device="cpu", min_score=0.0)
    [answer] = gallery.predict(path, detector=real_detector(), settings=settings)
    [face] = answer.faces
    assert face.emotion in EMOTIONS
    assert sum(face.scores.values()) == pytest.approx(1)
