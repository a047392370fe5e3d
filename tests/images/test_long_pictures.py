"""At which size, and in which pieces, long pictures are searched."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from gallery.images import long_pictures
from gallery.images.decode import Wanted
from gallery.images.long_pictures import LONGEST, MOST_PIXELS, detailed_side, is_long, pieces


def test_table_of_sizes_holds() -> None:
    rows = re.findall(r"\| (\d+) x (\d+) \| (\d+) \|", long_pictures.detailed_side.__doc__ or "")
    assert len(rows) == 5
    for width, height, side in rows:
        assert detailed_side((int(width), int(height)), 960) == int(side)


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (6000, 3000), (1080, 2400), (4500, 2000), (900, 300)])
def test_ordinary_and_small_pictures_are_no_long_ones(size: tuple[int, int]) -> None:
    assert not is_long(size, 960)
    assert Wanted(960, 200, detailed=True).of(size) == Wanted(960, 200).of(size)


def test_short_side_of_a_long_picture_is_that_of_an_ordinary_photo() -> None:
    assert Wanted(960, 200).of((4000, 3000)) == (960, 720)
    assert Wanted(960, 200, detailed=True).of((30_000, 1_500)) == (14_400, 720)
    assert Wanted(960, 200, detailed=True).of((1_500, 30_000)) == (720, 14_400)


@pytest.mark.parametrize("long_side", [640, 960, 1600, 4000])
@pytest.mark.parametrize("size", [(65_500, 3_000), (200_000, 1_000), (30_000, 6_600), (20_000_000, 10)])
def test_no_picture_has_more_detail_than_memory_is_meant_for(size: tuple[int, int], long_side: int) -> None:
    wanted = Wanted(long_side, 200, detailed=True).of(size)
    assert wanted[0] * wanted[1] <= MOST_PIXELS * 1.01


@pytest.mark.parametrize("size", [(14_400, 720), (720, 14_400), (1_700, 720), (3_000, 100), (1_921, 960), (5_000, 1)])
def test_pieces_cover_the_picture_are_ordinary_and_overlap_by_half_the_short_side(size: tuple[int, int]) -> None:
    boxes = pieces(size, 960)
    upright = size[1] > size[0]
    ends = [(box.top, box.bottom) if upright else (box.left, box.right) for box in boxes]
    assert ends[0][0] == 0
    assert ends[-1][1] == max(size)
    assert all(one[1] - other[0] >= min(size) // 2 - 1 for one, other in pairwise(ends))
    assert all(end - start <= max(960, LONGEST * min(size)) for start, end in ends)
    assert all((box.width if upright else box.height) == min(size) for box in boxes)
