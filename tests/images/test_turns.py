"""Boxes and points of turned pictures lie where Pillow puts their pixels."""

from __future__ import annotations

from itertools import product

import pytest
from PIL import Image

from gallery.faces import Box, Detection
from gallery.images.turns import TURNS, between, both, turned_box, turned_face, turned_size, undone
from tests.support.shots import turned


@pytest.mark.parametrize("turn", TURNS)
def test_a_box_lies_where_its_pixels_are(turn: int) -> None:
    picture = Image.new("L", (60, 40))
    picture.paste(255, (5, 10, 25, 17))
    after = turned(picture, turn)

    assert after.size == turned_size((60, 40), turn)
    box = turned_box(Box(5, 10, 25, 17), turn, (60, 40), after.size)
    assert tuple(map(round, (box.left, box.top, box.right, box.bottom))) == after.getbbox()
    twice = (after.width * 2, after.height * 2)
    assert turned_box(Box(5, 10, 25, 17), turn, (60, 40), twice).scaled(0.5, 0.5).iou(box) == pytest.approx(1)


@pytest.mark.parametrize(("first", "then"), list(product(TURNS, TURNS)))
def test_turns_one_after_the_other_are_one(first: int, then: int) -> None:
    picture = Image.frombytes("L", (3, 2), bytes(range(6)))
    assert turned(picture, both(first, then)).tobytes() == turned(turned(picture, first), then).tobytes()
    assert turned(turned(picture, first), undone(first)).tobytes() == picture.tobytes()
    # The same pixels under two orientations, each made upright.
    assert turned(turned(picture, first), between(first, then)).tobytes() == turned(picture, then).tobytes()


def test_eyes_keep_their_sides_also_in_a_mirror() -> None:
    face = Detection(Box(10, 10, 30, 30), 0.9, ((15, 15), (25, 16), (20, 20), (16, 25), (24, 26)))
    mirrored = turned_face(face, 2, (100, 50), (100, 50))
    assert [tuple(map(round, point)) for point in mirrored.landmarks] == [
        (75, 16),
        (85, 15),
        (80, 20),
        (76, 26),
        (84, 25),
    ]
    assert mirrored.confidence == 0.9
    assert turned_face(face, 3, (100, 50), (100, 50)).landmarks[0] == pytest.approx((85, 35))
    assert turned_face(Detection(Box(0, 0, 1, 1), 0.5), 2, (100, 50), (100, 50)).landmarks == ()
