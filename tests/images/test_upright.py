"""The same face has the same box however the camera was held: all orientations, the real detector."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.faces import Detection
from gallery.images.decode import read_image
from tests.support.faces import real_detector
from tests.support.photos import astronaut, save_photo

SIDE = 480
"""Divisible by 8 and 16, so that JPEG's blocks are the same ones in every orientation."""


def faces_of(path: Path) -> list[Detection]:
    photo = read_image(path, long_side=960, max_megapixels=200)
    assert (photo.width, photo.height) == (SIDE, SIDE // 2)
    [found] = real_detector().detect([photo.image])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_box_and_landmarks_are_the_same_in_every_orientation(tmp_path: Path, suffix: str) -> None:
    # Twice as wide as high: a picture left lying on its side would have another size.
    picture = astronaut().crop((0, 0, 512, 256)).resize((SIDE, SIDE // 2))
    found = {}
    for orientation in (0, 1, 2, 3, 4, 5, 6, 7, 8, 99):
        path = tmp_path / f"{orientation}{suffix}"
        save_photo(picture, path, orientation=orientation, quality=95)
        found[orientation] = faces_of(path)
    [upright] = found[1]
    assert upright.confidence > 0.99
    for orientation, faces in found.items():
        [face] = faces
        assert face.box.iou(upright.box) > 0.97, orientation
        for point, expected in zip(face.landmarks, upright.landmarks, strict=True):
            assert point == pytest.approx(expected, abs=2), orientation
