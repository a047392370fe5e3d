"""Sharpness follows the blur, and round dark irises count as open eyes: on drawn faces."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from gallery.faces import Box
from gallery.images.crops import crop_face
from gallery.images.quality import eyes_open, sharpness
from tests.support.make import landmarks
from tests.support.photos import astronaut, draw_picture

BOX = Box(100, 60, 280, 280)
"""Of the drawn face, in a picture of 400 x 400."""


def draw_face(*, left_open: bool, right_open: bool) -> Image.Image:
    """The crop of a face with its eyes where `landmarks` says, each a round iris or a line."""
    picture = Image.new("RGB", (400, 400), (200, 160, 140))
    pen = ImageDraw.Draw(picture)
    for (x, y), is_open in zip(landmarks(BOX)[:2], (left_open, right_open), strict=True):
        if is_open:
            pen.ellipse((x - 16, y - 9, x + 16, y + 9), "white")
            pen.ellipse((x - 8, y - 8, x + 8, y + 8), (40, 25, 15))
        else:
            pen.line((x - 16, y + 2, x + 16, y + 2), (40, 25, 15), 4)
    return crop_face(picture.filter(ImageFilter.GaussianBlur(1.5)), BOX)


def test_open_eyes_score_more_than_shut_ones_and_one_shut_eye_is_enough() -> None:
    def score(left: bool, right: bool) -> float | None:
        return eyes_open(draw_face(left_open=left, right_open=right), BOX, landmarks(BOX))

    assert score(True, True) == 1
    for shut in (score(False, False), score(True, False), score(False, True)):
        assert shut is not None
        assert shut < 0.5


def test_eyes_cannot_be_told_without_landmarks_or_in_a_small_crop() -> None:
    crop = draw_face(left_open=True, right_open=True)
    assert eyes_open(crop, BOX, ()) is None
    assert eyes_open(crop.resize((31, 31)), BOX, landmarks(BOX)) is None


@pytest.mark.parametrize("crop", [Image.new("RGB", (112, 112), "gray"), Image.new("RGB", (112, 112))])
def test_face_without_any_eyes_counts_as_shut(crop: Image.Image) -> None:
    assert eyes_open(crop, BOX, landmarks(BOX)) == 0


def test_both_eyes_in_one_point_do_no_harm() -> None:
    crop = draw_face(left_open=True, right_open=True)
    assert eyes_open(crop, BOX, ((150, 150), (150, 150))) == 0


@pytest.mark.parametrize("picture", [astronaut().crop((150, 20, 310, 180)), draw_picture((160, 160), seed=4)])
def test_sharpness_falls_with_every_step_of_blur(picture: Image.Image) -> None:
    blurred = [sharpness(picture.filter(ImageFilter.GaussianBlur(radius))) for radius in (0, 1, 2, 4, 8)]
    assert blurred == sorted(blurred, reverse=True)
    assert blurred[0] > 1.5 * blurred[1] > 0


def test_sharpness_hardly_depends_on_brightness_and_contrast() -> None:
    face = astronaut().crop((150, 20, 310, 180))
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast):
        assert sharpness(change(face).enhance(0.7)) == pytest.approx(sharpness(face), rel=0.1)


def test_flat_and_tiny_pictures_have_no_sharpness() -> None:
    assert sharpness(Image.new("RGB", (50, 50), "white")) == 0
    assert sharpness(Image.new("L", (1, 1))) == 0
    assert sharpness(Image.new("RGB", (900, 1))) == 0
