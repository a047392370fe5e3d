"""Looks for faces in long pictures: in the whole, as in any, and in pieces that have the detail of an ordinary photo.

The detail takes as much memory as many photos, and the photos of a batch are decoded together: so it is read when the
turn of the picture has come, and gone before that of the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gallery.errors import ImageError
from gallery.faces import Box, Detection, FaceDetector, are_one_face
from gallery.images.crops import crop_found
from gallery.images.decode import DecodedPhoto, Wanted
from gallery.images.long_pictures import is_long, pieces
from gallery.images.sources import Source, read_source
from gallery.indexing.pipeline import each, encode_crop
from gallery.records import FoundFace
from gallery.settings import Settings

if TYPE_CHECKING:
    from gallery.images.effort import Elsewhere

_AT_ONCE: Final = 16
"""Pieces."""
_SURE: Final = Settings().min_confidence
_EDGE: Final = 1.0
"""Pixels from the edge of a piece to a face that goes on beyond it."""

CLEAR, WHOLE, DIM = range(3)
"""Ranks of finds: of the piece that shows most about the face; of the whole picture; of a piece that may cut it."""


@dataclass(frozen=True, slots=True)
class Again:
    """How a long picture is read once more."""

    settings: Settings
    elsewhere: Elsewhere | None = None
    turn: int = 1
    """As a person turned the picture."""

    def needed(self, photo: DecodedPhoto) -> bool:
        """Whether there is more to be seen of it than `photo` has."""
        return is_long((photo.width, photo.height), self.settings.long_side)

    def read(self, source: Source) -> DecodedPhoto:
        """With its detail. Raises ImageError, also where the file was changed meanwhile."""
        wanted = Wanted(self.settings.long_side, self.settings.max_megapixels, quick=True, detailed=True)
        return read_source(source, wanted, self.elsewhere).turned(self.turn)


def with_pieces(
    found: Sequence[FoundFace], source: Source, detector: FaceDetector, again: Again
) -> tuple[FoundFace, ...] | ImageError:
    """The faces of a long picture, best confidence first, given those that were found in it as a whole.

    None is lost: where both find a face, that with the detail counts. ImageError where the detail can't be had.
    """
    try:
        photo = again.read(source)
    except ImageError as error:
        return error
    faces = [face.detection for face in found]
    side = again.settings.long_side
    [outcome] = each(lambda photos: [found_in_pieces(one, faces, detector, side) for one in photos], [photo])
    return outcome


@dataclass(frozen=True, slots=True)
class Find:
    """A face that was found in one of several searches, which are told apart by a number; the lowest rank counts."""

    face: Detection
    search: int
    rank: int


def merged(finds: Sequence[Find]) -> list[Detection]:
    """Each face once, best confidence first. Nothing that would be shown gives way to what is in doubt."""
    kept: list[Find] = []
    for find in sorted(finds, key=lambda one: (one.face.confidence < _SURE, one.rank, -one.face.confidence)):
        same = (one for one in kept if one.search != find.search and are_one_face(one.face.box, find.face.box))
        if next(same, None) is None:
            kept.append(find)
    return sorted((find.face for find in kept), key=lambda face: -face.confidence)


def found_in_pieces(
    photo: DecodedPhoto, whole: Sequence[Detection], detector: FaceDetector, long_side: int
) -> tuple[FoundFace, ...]:
    """The faces of a long picture that is decoded with its detail, and those that were found in the whole.

    These are given, and all are returned, in pixels of the picture at full size.
    """
    scale = photo.image.width / photo.width, photo.image.height / photo.height
    as_whole = [Find(face.scaled(*scale), -1, WHOLE) for face in whole]
    parts = pieces(photo.image.size, long_side)
    faces = merged([*as_whole, *_in_pieces(photo, parts, detector)])
    return tuple(
        FoundFace(face.scaled(1 / scale[0], 1 / scale[1]), encode_crop(crop_found(photo.image, face))) for face in faces
    )


def _in_pieces(photo: DecodedPhoto, parts: Sequence[Box], detector: FaceDetector) -> Iterator[Find]:
    for first in range(0, len(parts), _AT_ONCE):
        some = parts[first : first + _AT_ONCE]
        cut = [photo.image.crop((int(p.left), int(p.top), int(p.right), int(p.bottom))) for p in some]
        for number, faces in enumerate(detector.detect(cut), start=first):
            for face in faces:
                moved = face.moved(parts[number].left, parts[number].top)
                is_clear = _is_clear(moved.box, number, parts, photo.image.size)
                yield Find(moved, number, CLEAR if is_clear else DIM)


def _is_clear(box: Box, number: int, parts: Sequence[Box], size: tuple[int, int]) -> bool:
    """Whether a face that this part shows ends before the part does, and no other part has it nearer to its middle."""
    part = parts[number]
    is_cut = (
        (0 < part.left >= box.left - _EDGE)
        or (0 < part.top >= box.top - _EDGE)
        or (size[0] > part.right <= box.right + _EDGE)
        or (size[1] > part.bottom <= box.bottom + _EDGE)
    )
    return not is_cut and min(range(len(parts)), key=lambda one: _distance(box, parts[one])) == number


def _distance(one: Box, other: Box) -> float:
    """Between the middles, along both axes together."""
    return abs(one.left + one.right - other.left - other.right) + abs(one.top + one.bottom - other.top - other.bottom)
