"""What faces say of how their picture lies."""

from __future__ import annotations

from math import cos, radians, sin

import pytest

from gallery.faces import Box, Detection
from gallery.images.lying import lies, position, stands, with_lying

EYES = ((-10.0, -8.0), (10.0, -8.0))
REST = ((0.0, 0.0), (-8.0, 10.0), (8.0, 10.0))


def face(turned: float = 0, confidence: float = 1.0, at: tuple[float, float] = (100, 100)) -> Detection:
    """One that was turned clockwise by so many degrees about its middle."""
    angle = radians(turned)
    points = ((x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)) for x, y in (*EYES, *REST))
    box = Box(at[0] - 20, at[1] - 20, at[0] + 20, at[1] + 20)
    return Detection(box, confidence, tuple((x + at[0], y + at[1]) for x, y in points))


@pytest.mark.parametrize(
    ("turned", "turn"),
    [(0, 1), (30, 1), (-30, 1), (45, None), (90, 8), (70, 8), (-90, 6), (-120, 6), (180, 3), (160, 3), (-160, 3)],
)
def test_face_stands_again_when_it_is_turned_back(turned: float, turn: int | None) -> None:
    assert position(face(turned)) == turn


def test_face_without_eyes_says_nothing() -> None:
    assert position(Detection(Box(0, 0, 10, 10), 1.0)) is None
    assert lies([Detection(Box(0, 0, 10, 10), 1.0)]) is None


def test_picture_lies_as_most_of_its_sure_faces_do() -> None:
    assert lies([]) is None
    assert lies([face()]) is None
    assert lies([face(90)]) == 8
    assert lies([face(90), face(85), face(0)]) == 8
    assert lies([face(90), face(0)]) is None
    assert lies([face(90), face(-90)]) is None
    assert lies([face(180), face(50), face(0, 0.9)]) == 3
    assert lies([face(90, 0.94)]) is None


def test_only_a_sure_upright_face_proves_that_a_picture_stands() -> None:
    assert stands([face(10, 0.999)])
    assert not stands([face(10, 0.996)])
    assert not stands([face(90, 0.9995)])
    assert not stands([])


def test_half_of_a_lying_face_gives_way_to_the_whole_of_it() -> None:
    part, elsewhere = face(50, 0.98), face(0, 0.96, at=(300, 300))
    whole, doubtful, same = face(90, 0.9999), face(90, 0.8, at=(500, 100)), face(90, 0.75, at=(302, 300))
    assert with_lying([part, elsewhere], [whole, doubtful, same]) == [whole, elsewhere, doubtful]


def test_nothing_changes_where_the_turned_picture_shows_no_surer_face() -> None:
    found = [face(0, 0.99)]
    assert with_lying(found, [face(90, 0.98)]) == found
    assert with_lying(found, []) == found
    assert with_lying([], []) == []
