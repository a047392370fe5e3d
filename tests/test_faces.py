"""What a detector and a classifier have to be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PIL import Image

from gallery.faces import Detection, EmotionClassifier, FaceDetector, Prediction


def test_detector_and_classifier_of_ones_own_are_classes_with_one_method() -> None:
    class Mine(FaceDetector, EmotionClassifier):
        signature = model_id = name = "mine"

        def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
            return [[] for _ in images]

        def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:
            return [Prediction((1.0, *[0.0] * 6)) for _ in crops]

    mine = Mine()
    assert (mine.processes, mine.decoders) == (1, 0)
    with mine.beside_others():
        assert mine.detect([]) == mine.predict([]) == []


def test_detector_without_its_method_is_refused_when_it_is_made() -> None:
    class Nothing(FaceDetector):
        signature = "nothing"

    with pytest.raises(TypeError, match="detect"):
        Nothing()  # type: ignore[abstract]
