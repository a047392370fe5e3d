from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gallery.faces import Box, Detection
from gallery.images.crops import FRAMINGS, crop_face
from gallery.training.faces import Faces
from gallery.training.framing import BORDER, ENLARGED, measure, summary
from tests.support.faces import easy_faces


class FixedDetector:
    """Finds in every picture the same places, the surest first, and remembers the sizes it was shown."""

    signature = "fixed"

    def __init__(self, *faces: Detection) -> None:
        self.faces, self.sizes = list(faces), []

    def detect(self, images):
        self.sizes += [image.size for image in images]
        return [list(self.faces) for _ in images]


def place(left: float, top: float, right: float, bottom: float, confidence: float = 0.99) -> Detection:
    """A face at this place of a 48-pixel picture that was given a border and enlarged."""
    return Detection(Box(left, top, right, bottom).moved(BORDER, BORDER).scaled(ENLARGED, ENLARGED), confidence)


def test_boxes_are_measured_in_sides_of_the_picture():
    detector = FixedDetector(place(12, 0, 36, 48), place(0, 0, 48, 48, 0.96))
    boxes = measure(easy_faces(2), detector)
    assert boxes.tolist() == [pytest.approx([0.25, 0, 0.75, 1])] * 14
    assert set(detector.sizes) == {((48 + 2 * BORDER) * ENLARGED,) * 2}


def test_faces_are_spread_over_the_data_when_fewer_are_asked_for():
    detector = FixedDetector(place(0, 0, 48, 48))
    assert len(measure(easy_faces(10), detector, count=20)) == len(detector.sizes) == 20


@pytest.mark.parametrize("found", [[], [place(0, 0, 48, 48, 0.5)]], ids=["no face", "unsure"])
def test_pictures_without_a_sure_face_are_left_out(found):
    assert measure(easy_faces(1), FixedDetector(*found)).shape == (0, 4)


def test_summary_tells_how_the_picture_lies_about_the_box():
    # The box is 0.8 high, its middle at (0.46, 0.54): the picture's middle is 0.05 boxes to its right and above it.
    [low, middle, high] = zip(*summary(np.array([[0.2, 0.14, 0.72, 0.94]] * 5)).values(), strict=True)
    assert low == middle == high == pytest.approx((1.25, 0.05, -0.05))


def test_summary_gives_quartiles():
    heights = [0.5, 0.625, 0.8, 1.0, 1.25]
    boxes = np.array([[0.5 - h / 2, 0.5 - h / 2, 0.5 + h / 2, 0.5 + h / 2] for h in heights])
    assert summary(boxes)["side"] == pytest.approx((1.0, 1.25, 1.6))


def test_crop_framed_by_the_summary_is_the_picture_itself(monkeypatch):
    # The way back: a crop about the box that was measured shows what the training picture shows.
    [pixels], labels = easy_faces(1).pixels[3:4], easy_faces(1).labels[3:4]
    boxes = measure(Faces(pixels[None], labels), FixedDetector(place(8, 10, 38, 42)), border=BORDER)
    side, dx, dy = (quartiles[1] for quartiles in summary(boxes).values())
    monkeypatch.setitem(FRAMINGS, "measured", type(FRAMINGS["fer2013"])(side, dx, dy))
    picture = Image.fromarray(pixels.numpy())
    assert np.array_equal(np.asarray(crop_face(picture, Box(8, 10, 38, 42), "measured")), pixels.numpy())
