"""The numbers by which people call the faces of a photo, as in PHOTO#2.

A number is given once and stays with its face, whatever settings say which faces count:

| when | numbers |
|---|---|
| a photo is indexed for the first time | from left to right over the faces the detector is sure of, then the others |
| its faces are looked for again | what is found again keeps its number, what is new gets the next free one |
| a face isn't found again | its number waits for it, and is given to no other face of the photo |

Numbers are forgotten with the photo: one that comes back after `gallery prune` is numbered as a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from gallery.faces import Box
from gallery.store.overlap import SAME_FACE_IOU


def numbers_again(known: Mapping[int, Box], found: Sequence[Box]) -> list[int]:
    """The numbers of faces that were looked for again, where `known` are all that the photo ever had, by their numbers.

    A face is found again where a box overlaps its own by SAME_FACE_IOU; the pairs that overlap most come first.
    """
    overlaps = ((box.iou(found[place]), number, place) for number, box in known.items() for place in range(len(found)))
    pairs = sorted((pair for pair in overlaps if pair[0] >= SAME_FACE_IOU), key=lambda pair: (-pair[0], *pair[1:]))
    numbers: dict[int, int] = {}
    for _, number, place in pairs:
        if place not in numbers and number not in numbers.values():
            numbers[place] = number
    free = count(max(known, default=0) + 1)
    return [numbers[place] if place in numbers else next(free) for place in range(len(found))]
