"""A second look at pictures that show no upright face: they may lie on their side, or stand on their head.

Each is searched in its three other positions, quickly, for large faces; only where one seems to be there it is searched
as carefully as an upright one, so that the same faces are found, with the same confidence.

Of 96 sure faces in 100 photos, turned by a quarter to the right and to the left, 93 are found again, upside down 89;
nothing is found besides, also in the 28 photos without any. Indexing photos of 12 megapixels, none of which says how it
lies and one in five of which has no face, takes 1.09 times as long: `python -m benchmarks.sideways` counts both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

from PIL import Image

from gallery.faces import Detection
from gallery.images.decode import LEEWAY
from gallery.images.lying import position
from gallery.images.turns import turned_face, turned_image, turned_size, undone

LONG_SIDE: Final = 360
LEAST_FACE: Final = 30
"""Pixels, at that size."""
OTHERS: Final = (6, 8, 3)
"""The turns that are tried; upside down comes last."""
SEEMS: Final = 0.8
"""From which confidence of the quick search on it is worth the careful one."""
SURE: Final = 0.97
"""Least confidence of the careful one with which it must find a face: as for lying faces in `thorough`."""

Detect = Callable[[Sequence[Image.Image]], Sequence[Sequence[Detection]]]


def lying_faces(images: Sequence[Image.Image], quickly: Detect, carefully: Detect) -> list[list[Detection]]:
    """The faces of each picture that stand when it is turned, in pixels of the picture as it is; empty without any.

    `quickly` is shown small pictures, of which only the large faces matter.
    """
    sheets = [_sheet(shrunk(image, LONG_SIDE)) for image in images]
    seems = [_seems(faces, ends) for faces, (_, ends) in zip(quickly([one for one, _ in sheets]), sheets, strict=True)]
    faces: list[list[Detection]] = [[] for _ in images]
    for place in range(len(OTHERS)):
        turns = {number: seem[place] for number, seem in enumerate(seems) if len(seem) > place and not faces[number]}
        found = carefully([turned_image(images[number], turn) for number, turn in turns.items()])
        for (number, turn), theirs in zip(turns.items(), found, strict=True):
            if any(face.confidence >= SURE and position(face) == 1 for face in theirs):
                faces[number] = [_turned_back(face, turn, images[number].size) for face in theirs]
    return faces


def _sheet(image: Image.Image) -> tuple[Image.Image, list[int]]:
    """The picture in its other positions, side by side, and where on the sheet each of them ends.

    One search of the sheet takes three quarters of the time of three searches.
    """
    turned = [turned_image(image, turn) for turn in OTHERS]
    ends = list(accumulate(each.width for each in turned))
    sheet = Image.new("RGB", (ends[-1], max(image.size)))
    for each, end in zip(turned, ends, strict=True):
        sheet.paste(each, (end - each.width, 0))
    return sheet, ends


def _seems(faces: Sequence[Detection], ends: Sequence[int]) -> list[int]:
    """The turns of the positions on a sheet that seem to show an upright face, the surest first."""
    best: dict[int, float] = {}
    for face in faces:
        if face.confidence >= SEEMS and position(face) == 1:
            place = bisect_right(ends, (face.box.left + face.box.right) / 2)
            turn = OTHERS[min(place, len(OTHERS) - 1)]
            best[turn] = max(best.get(turn, 0.0), face.confidence)
    return sorted(best, key=lambda turn: -best[turn])


def _turned_back(face: Detection, turn: int, size: tuple[int, int]) -> Detection:
    return turned_face(face, undone(turn), turned_size(size, turn), size)


def shrunk(image: Image.Image, long_side: int) -> Image.Image:
    """As a picture that is decoded for a search at this size."""
    if max(image.size) <= LEEWAY * long_side:
        return image
    scale = long_side / max(image.size)
    return image.resize(
        (max(1, round(image.width * scale)), max(1, round(image.height * scale))),
        Image.Resampling.HAMMING,
        reducing_gap=2.0,
    )
