"""Whether the faces in a picture stand, as they do in one that isn't turned; and how it lies where they don't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from gallery.faces import Detection, are_one_face
from gallery.images.crops import tilt
from gallery.images.turns import nearest_turn
from gallery.settings import Settings

MOST_TILTED: Final = 35.0
"""Degrees from one of the four positions: what is tilted by more says nothing of how the picture lies.

In 97 upright photos one of 96 sure faces was tilted by more, by 37; of sure finds in the same photos turned by a
quarter, most of which are half of a face, 27 of 44.
"""
STANDS: Final = 0.998
"""From which confidence on an upright face proves that the picture isn't turned.

Of 72 of those photos that show people five have no face with so much. Of the same ones upside down sixteen have one
with more than 0.98, and none with so much; of those turned to either side one of 144 does. With 0.997 seven faces fewer
are found upside down, and no time is saved.
"""
SURE: Final = Settings().min_confidence
"""From which confidence on a face says how its picture lies."""


def position(face: Detection) -> int | None:
    """The turn, 1, 3, 6 or 8, that makes this face stand; None where that can't be told."""
    degrees = tilt(face.landmarks)
    off = abs(degrees - 90 * round(degrees / 90))
    return nearest_turn(degrees) if face.landmarks and off <= MOST_TILTED else None


def stands(faces: Iterable[Detection]) -> bool:
    """Whether one of the faces of a picture proves that it isn't turned."""
    return any(face.confidence >= STANDS and position(face) == 1 for face in faces)


def lies(faces: Iterable[Detection]) -> int | None:
    """The turn, 3, 6 or 8, that would make a picture with these faces upright; None where it is, or nothing tells it.

    Most of those that are sure lie in that way. So may people in an upright picture: it is worth asking, no more.
    """
    told = Counter(position(face) for face in faces if face.confidence >= SURE)
    del told[None]
    turn, count = max(told.items(), key=lambda item: item[1], default=(1, 0))
    return turn if turn != 1 and 2 * count > told.total() else None


def with_lying(found: Sequence[Detection], lying: Sequence[Detection]) -> list[Detection]:
    """What was found in a picture as it is, and when it was turned, the surest first; each face once.

    Upright a part of a lying face may be taken for one: where the turned picture shows one for sure, that counts.
    Nothing does of a turned picture that shows no face more surely.
    """
    best = max((face.confidence for face in found), default=0.0)
    if max((face.confidence for face in lying), default=0.0) <= best:
        return list(found)
    sure = [face for face in lying if face.confidence >= SURE]
    kept = [face for face in found if not any(are_one_face(face.box, one.box) for one in sure)]
    doubtful = [
        face for face in lying if face.confidence < SURE and not any(are_one_face(face.box, one.box) for one in kept)
    ]
    return sorted([*kept, *sure, *doubtful], key=lambda face: -face.confidence)
