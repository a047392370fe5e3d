"""Pictures that lie on their side or stand on their head: their faces are found as they are in the upright one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from gallery.faces import Box, Detection
from gallery.images.crops import crop_found
from gallery.images.decode import DecodedPhoto
from gallery.images.lying import lies
from gallery.images.turns import turned_face, turned_size, undone
from gallery.indexing.pipeline import find_faces
from gallery.records import Capture
from gallery.vision.detector import MTCNNDetector
from gallery.vision.sideways import lying_faces
from gallery.vision.thorough import ThoroughDetector
from tests.support.photos import astronaut
from tests.support.shots import turned

USUAL = MTCNNDetector(min_face=30)
EMPTY = Image.new("RGB", (480, 360), (90, 120, 90))


def photo(picture: Image.Image, *, is_told: bool = False) -> DecodedPhoto:
    return DecodedPhoto(picture, *picture.size, "JPEG", Capture(), is_told=is_told)


@pytest.fixture(scope="module")
def upright() -> Image.Image:
    return astronaut().crop((60, 0, 460, 300))


@pytest.mark.parametrize("turn", [3, 6, 8])
def test_face_of_a_turned_picture_is_that_of_the_upright_one(upright: Image.Image, turn: int) -> None:
    lying = turned(upright, turn)
    [expected] = USUAL.detect([upright])[0]
    [none, [found]] = USUAL.detect_lying([EMPTY, lying])

    assert none == []
    assert found == turned_face(expected, turn, upright.size, lying.size)
    assert lies([found]) == undone(turn)
    assert crop_found(lying, found).tobytes() == crop_found(upright, expected).tobytes()


def test_each_of_a_batch_is_turned_as_it_needs(upright: Image.Image) -> None:
    batch = [turned(upright, turn) for turn in (8, 3, 6)] + [EMPTY, turned(upright, 6).resize((240, 320))]
    found = USUAL.detect_lying(batch)
    assert [lies(faces) for faces in found] == [6, 3, 8, None, 8]


def test_photo_that_does_not_say_how_it_lies_is_looked_at_turned(upright: Image.Image) -> None:
    lying = turned(upright, 6)
    silent, told = find_faces([photo(lying), photo(lying, is_told=True)], USUAL)
    assert [face.detection.confidence > 0.99 for face in silent] == [True]
    assert not [face for face in told if face.detection.confidence > 0.95]
    assert lies(face.detection for face in silent) == 8


def test_upright_photo_is_not_looked_at_again(upright: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(MTCNNDetector, "detect_lying", lambda _, images: asked.append(len(images)) or [])
    find_faces([photo(upright)], USUAL)
    assert asked == [0]


def test_thorough_search_finds_what_stands_on_its_head(upright: Image.Image) -> None:
    large = turned(upright, 3).resize((1200, 900))
    [[found]] = ThoroughDetector().detect_lying([large])
    assert lies([found]) == 3
    [expected] = USUAL.detect([upright])[0]
    back = turned_face(found, 3, large.size, turned_size(upright.size, 3))
    assert back.box.iou(expected.box) > 0.8


def test_noise_has_no_lying_face() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    assert USUAL.detect_lying([Image.fromarray(noise)]) == [[]]


def test_a_position_that_only_seems_to_show_a_face_gives_way_to_the_next() -> None:
    """The quick search takes the picture upside down for the likelier one; the careful one knows better."""
    eyes = ((40.0, 40.0), (60.0, 40.0), (50.0, 50.0), (42.0, 60.0), (58.0, 60.0))
    places = dict(zip((6, 8, 3), (0, 360, 720), strict=True))

    def quickly(sheets: Sequence[Image.Image]) -> list[list[Detection]]:
        found = [
            Detection(Box(30, 30, 70, 70).moved(places[turn], 0), sure, tuple((x + places[turn], y) for x, y in eyes))
            for turn, sure in ((3, 0.98), (6, 0.9))
        ]
        return [found for _ in sheets]

    def carefully(pictures: Sequence[Image.Image]) -> list[list[Detection]]:
        stands = [picture.getpixel((0, 0)) == (255, 0, 0) for picture in pictures]
        return [[Detection(Box(30, 30, 70, 70), 0.99, eyes)] if one else [] for one in stands]

    upright = Image.new("RGB", (360, 360), (0, 0, 0))
    upright.putpixel((0, 0), (255, 0, 0))
    [faces] = lying_faces([turned(upright, 8)], quickly, carefully)
    assert lies(faces) == 6
