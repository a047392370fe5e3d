"""What pictures look like: near after harmless changes, far between pictures, and nothing for blank ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from gallery.images.look import FARTHEST, FLAT, distance, look_of
from tests.support.photos import draw_picture


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture.resize((320, 240)),
        lambda picture: picture.filter(ImageFilter.GaussianBlur(3)),
        lambda picture: picture.convert("L"),
        lambda picture: ImageEnhance.Brightness(picture).enhance(0.8),
        lambda picture: picture.crop((6, 5, 634, 475)),
    ],
    ids=["smaller", "blurred", "grey", "darker", "cropped"],
)
def test_harmless_changes_turn_few_bits(change: Callable[[Image.Image], Image.Image]) -> None:
    for seed in range(10):
        picture = draw_picture(seed=seed)
        assert distance(look_of(picture), look_of(change(picture))) <= 6


def test_different_and_turned_pictures_are_far_apart() -> None:
    looks = [look_of(draw_picture(seed=seed)) for seed in range(20)]
    apart = [distance(one, other) for one in looks for other in looks if one != other]
    assert min(apart) > 6
    turned = look_of(draw_picture(seed=1).transpose(Image.Transpose.ROTATE_180))
    assert distance(looks[1], turned) > 20


def test_look_fits_into_a_signed_number_of_sqlite_with_31_bits_set() -> None:
    for seed in range(20):
        look = look_of(draw_picture(seed=seed))
        assert 0 < look < 2**63
        assert look.bit_count() == 31


def test_flat_pictures_are_like_nothing_nor_each_other() -> None:
    noise = Image.effect_noise((640, 480), 12)  # its mean over the pixels that are taken together hardly varies
    for flat in (Image.new("RGB", (640, 480), "white"), Image.new("L", (3, 900)), noise):
        assert look_of(flat) == FLAT
    assert distance(FLAT, FLAT) == distance(FLAT, 5) == distance(5, FLAT) == FARTHEST


def test_distance_counts_the_bits_that_differ() -> None:
    assert distance(0b1011, 0b1101) == 2
    assert distance(7, 7) == 0
