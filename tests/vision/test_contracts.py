"""What every detector and every classifier promises, each that there is, and the stand-ins of the tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gallery.emotions import EMOTIONS
from gallery.faces import EmotionClassifier, FaceDetector, Prediction
from gallery.settings import Settings
from gallery.vision.loading import CLASSIFIERS, DETECTORS, load_classifier, load_detector
from tests.support.faces import save_small_checkpoint
from tests.support.fakes import FACE_COLOURS, FakeClassifier, FakeDetector, draw_faces
from tests.support.photos import astronaut

FAKE = "fake of the tests"


def made_detector(name: str, min_face: int = 30) -> FaceDetector:
    return FakeDetector() if name == FAKE else load_detector(Settings(detector=name, device="cpu", min_face=min_face))


@pytest.fixture(scope="module", params=[*DETECTORS, FAKE])
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    return made_detector(request.param)


@pytest.fixture
def pictures() -> list[Image.Image]:
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    return [
        astronaut().resize((640, 480)),
        draw_faces("happy", "sad", "angry"),
        Image.fromarray(noise),
        draw_faces("neutral").resize((320, 240)),
        astronaut().crop((200, 80, 260, 140)),
    ]


def test_detector_answers_each_picture(detector: FaceDetector, pictures: list[Image.Image]) -> None:
    found = detector.detect(pictures)
    assert type(found) is list
    assert [type(faces) for faces in found] == [list] * len(pictures)
    assert any(found)


def test_boxes_are_inside_and_the_surest_first(detector: FaceDetector, pictures: list[Image.Image]) -> None:
    for picture, faces in zip(pictures, detector.detect(pictures), strict=True):
        assert [face.confidence for face in faces] == sorted((face.confidence for face in faces), reverse=True)
        for face in faces:
            assert 0 <= face.confidence <= 1
            assert 0 <= face.box.left < face.box.right <= picture.width
            assert 0 <= face.box.top < face.box.bottom <= picture.height
            assert len(face.landmarks) in (0, 5)
            assert all(type(value) is float for point in face.landmarks for value in point)


def test_what_is_found_is_the_same_whatever_is_beside(detector: FaceDetector, pictures: list[Image.Image]) -> None:
    assert detector.detect(pictures[::-1]) == detector.detect(pictures)[::-1]


@pytest.mark.parametrize("size", [(5, 5), (20, 300), (300, 20), (640, 480)])
def test_nothing_is_found_where_nothing_is(detector: FaceDetector, size: tuple[int, int]) -> None:
    assert detector.detect([Image.new("RGB", size)]) == [[]]
    assert detector.detect([]) == []


@pytest.mark.parametrize("name", [*DETECTORS, FAKE])
def test_signature_lasts(name: str) -> None:
    one, other = made_detector(name), made_detector(name)
    assert one.signature == other.signature == one.signature.strip() != ""


@pytest.mark.parametrize("name", DETECTORS)
def test_signature_tells_settings_apart_that_change_what_is_found(name: str) -> None:
    assert made_detector(name, min_face=30).signature != made_detector(name, min_face=40).signature


def test_detector_says_how_many_processes_suit_it(detector: FaceDetector) -> None:
    assert detector.processes >= 1
    assert detector.decoders >= 0


Make = Callable[[], EmotionClassifier]


@pytest.fixture(scope="module", params=[*CLASSIFIERS, FAKE])
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes the classifier, each time anew."""
    if request.param == FAKE:
        return FakeClassifier
    model = save_small_checkpoint(tmp_path_factory.mktemp("model") / "small.safetensors")
    return lambda: load_classifier(Settings(classifier=request.param, model=str(model), device="cpu"))


@pytest.fixture
def classifier(make: Make) -> EmotionClassifier:
    return make()


@pytest.fixture
def crops() -> list[Image.Image]:
    colours = list(FACE_COLOURS.values())
    sides = (112, 48, 33, 20, 1, 47, 96)
    return [Image.new("RGB", (side, side), colour) for side, colour in zip(sides, colours, strict=True)]


def close(one: list[Prediction], other: list[Prediction]) -> bool:
    pairs = zip(one, other, strict=True)
    return all(np.allclose(a.probabilities, b.probabilities, atol=1e-5, rtol=0) for a, b in pairs)


def test_seven_probabilities_sum_to_one(classifier: EmotionClassifier, crops: list[Image.Image]) -> None:
    for prediction in classifier.predict(crops):
        assert len(prediction.probabilities) == len(EMOTIONS)
        assert all(type(p) is float and 0 <= p <= 1 for p in prediction.probabilities)
        assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-6)


def test_answers_come_in_the_order_of_the_crops(classifier: EmotionClassifier, crops: list[Image.Image]) -> None:
    assert close(classifier.predict(crops[::-1]), classifier.predict(crops)[::-1])
    assert len({prediction.probabilities for prediction in classifier.predict(crops)}) == len(crops)


def test_no_crop_has_no_answer(classifier: EmotionClassifier) -> None:
    assert classifier.predict([]) == []


def test_name_and_id_are_the_same_when_it_is_made_again(make: Make) -> None:
    one, other = make(), make()
    assert (one.name, one.model_id) == (other.name, other.model_id)
    assert one.name
    assert one.model_id


def test_answers_are_the_same_beside_others(classifier: EmotionClassifier, crops: list[Image.Image]) -> None:
    alone = classifier.predict(crops)
    with classifier.beside_others():
        assert close(classifier.predict(crops), alone)


def test_usual_detector_is_stored_under_the_words_it_always_was() -> None:
    # A database holds them with each photo: other words would look like another detector.
    assert load_detector(Settings(device="cpu")).signature == "mtcnn min_face=30"


def test_knowing_what_there_is_takes_no_torch() -> None:
    script = "import sys; sys.modules['torch'] = None; import gallery.vision.loading, gallery.vision.lazy"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])
