"""A stored crop is told from others, also where it was moved, made larger, lightened or cut off."""

from __future__ import annotations

import pytest
from PIL import Image, ImageEnhance

from gallery.faces import Box
from gallery.images.likeness import likeness
from tests.support.shots import draw_shot

SQUARE = Box(380, 200, 520, 340)
"""About the right face."""


def crop(picture: Image.Image) -> Image.Image:
    return picture.crop((380, 200, 520, 340)).resize((112, 112)).convert("L")


@pytest.mark.parametrize("moved", [(0, 0), (15, -10), (-20, 20)])
@pytest.mark.parametrize("scale", [0.9, 1.0, 1.1])
def test_the_same_face_is_found_close_by(moved: tuple[float, float], scale: float) -> None:
    picture = draw_shot(1)
    side = 140 * scale
    place = Box(450 - side / 2, 270 - side / 2, 450 + side / 2, 270 + side / 2).moved(*moved)
    assert likeness(crop(picture), picture.convert("L"), place) > 0.9


@pytest.mark.parametrize(
    "edit",
    [
        lambda picture: ImageEnhance.Brightness(picture).enhance(0.6),
        lambda picture: ImageEnhance.Contrast(picture).enhance(0.5),
    ],
    ids=["darker", "paler"],
)
def test_light_is_no_matter(edit: object) -> None:
    assert callable(edit)
    assert likeness(crop(draw_shot(1)), edit(draw_shot(1)).convert("L"), SQUARE) > 0.9


@pytest.mark.parametrize("cut", [(400, 0, 640, 480), (0, 0, 500, 480), (0, 215, 640, 480), (0, 0, 640, 320)])
def test_what_was_cut_off_is_left_out(cut: tuple[int, int, int, int]) -> None:
    picture = draw_shot(1)
    found = likeness(crop(picture), picture.crop(cut).convert("L"), SQUARE.moved(-cut[0], -cut[1]))
    assert found > 0.9


def test_another_face_a_flat_place_and_a_place_outside_are_not_alike() -> None:
    wanted = crop(draw_shot(1))
    assert likeness(wanted, draw_shot(2).convert("L"), SQUARE) < 0.8
    assert likeness(wanted, Image.new("L", (640, 480), 90), SQUARE) < 0.2
    assert likeness(wanted, draw_shot(1).convert("L"), SQUARE.moved(5000, 5000)) <= 0
