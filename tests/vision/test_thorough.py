"""The search that takes its time: it loses nothing, and finds small, tilted and lying faces besides."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
import pytest
from PIL import Image

from gallery.faces import Box, Detection
from gallery.images.crops import TILTED, crop_face, crop_found, tilt
from gallery.vision.detector import MTCNNDetector
from gallery.vision.thorough import ThoroughDetector
from tests.support.photos import astronaut

USUAL = MTCNNDetector(min_face=30)
THOROUGH = ThoroughDetector()


def turned(picture: Image.Image, degrees: float) -> Image.Image:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(128, 128, 128))


def place_in_turned(x: float, y: float, picture: Image.Image, degrees: float) -> tuple[float, float]:
    """Where a point of the picture is in it turned counterclockwise about its middle."""
    right, down, angle = x - picture.width / 2, y - picture.height / 2, radians(degrees)
    larger = turned(picture, degrees).size
    return (
        larger[0] / 2 + right * cos(angle) + down * sin(angle),
        larger[1] / 2 - right * sin(angle) + down * cos(angle),
    )


@pytest.mark.parametrize("degrees", [40, -40, 90, -90])
def test_tilted_and_lying_face_is_found_where_it_is(degrees: float) -> None:
    picture = astronaut()
    [upright] = USUAL.detect([picture])[0][:1]
    faces = THOROUGH.detect([turned(picture, degrees)])[0]
    assert len(faces) >= 1
    best = faces[0]
    assert best.confidence > 0.97
    for found, expected in zip(best.landmarks, upright.landmarks, strict=True):
        # A tenth of the face.
        assert found == pytest.approx(place_in_turned(*expected, picture, degrees), abs=upright.box.width / 10)
    middle = (best.box.left + best.box.right) / 2, (best.box.top + best.box.bottom) / 2
    expected = place_in_turned(
        (upright.box.left + upright.box.right) / 2, (upright.box.top + upright.box.bottom) / 2, picture, degrees
    )
    assert middle == pytest.approx(expected, abs=upright.box.width / 8)


def test_lying_face_is_missed_by_the_usual_search() -> None:
    """Else the one above would show nothing."""
    assert not [face for face in USUAL.detect([turned(astronaut(), 90)])[0] if face.confidence > 0.95]


def test_small_face_of_a_small_photo_is_found() -> None:
    picture = astronaut().resize((64, 64), Image.Resampling.LANCZOS)
    assert [face for face in USUAL.detect([picture])[0] if face.confidence > 0.95] == []
    [face] = THOROUGH.detect([picture])[0]
    assert face.confidence > 0.97
    # The astronaut's face is at 220, 90 of 512 pixels, in the middle.
    assert ((face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2) == pytest.approx(
        (222 * 64 / 512, 118 * 64 / 512), abs=4
    )


def test_usual_faces_stay_as_they_are() -> None:
    picture = astronaut()
    found = THOROUGH.detect([picture])[0]
    assert all(face in found for face in USUAL.detect([picture])[0])


@pytest.mark.parametrize("degrees", [55, 60, 75])
def test_doubtful_find_of_the_usual_search_gives_way_to_a_sure_one_in_its_place(degrees: float) -> None:
    lying = turned(astronaut(), degrees)
    usual = [face.confidence for face in USUAL.detect([lying])[0]]
    assert usual
    assert max(usual) < 0.95  # found, and not shown
    assert THOROUGH.detect([lying])[0][0].confidence >= 0.97


def face_at(left: tuple[float, float], right: tuple[float, float]) -> Detection:
    return Detection(Box(0, 0, 10, 10), 1.0, (left, right, (5, 5), (3, 8), (7, 8)))


@pytest.mark.parametrize(
    ("left", "right", "degrees"),
    [((2, 4), (6, 4), 0), ((2, 4), (6, 8), 45), ((2, 8), (6, 4), -45), ((5, 2), (5, 8), 90), ((6, 4), (2, 4), 180)],
)
def test_tilt_is_that_of_the_line_between_the_eyes(
    left: tuple[float, float], right: tuple[float, float], degrees: float
) -> None:
    assert tilt(face_at(left, right).landmarks) == pytest.approx(degrees)


def test_face_without_landmarks_is_taken_for_upright() -> None:
    assert tilt(()) == 0


def test_crop_of_a_lying_face_is_upright() -> None:
    picture = astronaut()
    [upright] = USUAL.detect([picture])[0][:1]
    lying = turned(picture, 90)
    [face] = THOROUGH.detect([lying])[0][:1]
    assert abs(tilt(face.landmarks)) > TILTED
    one = np.asarray(crop_face(picture, upright.box).resize((48, 48)).convert("L"), dtype=float)
    other = np.asarray(crop_found(lying, face).resize((48, 48)).convert("L"), dtype=float)
    as_it_lies = np.asarray(crop_face(lying, face.box).resize((48, 48)).convert("L"), dtype=float)
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9
    assert np.corrcoef(one.ravel(), as_it_lies.ravel())[0, 1] < 0.5


def test_crop_of_an_upright_face_is_the_usual_one() -> None:
    picture = astronaut()
    [face] = USUAL.detect([picture])[0][:1]
    assert crop_found(picture, face).tobytes() == crop_face(picture, face.box).tobytes()
