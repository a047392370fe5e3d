"""Photos as they are to be shown where a person turned them: the picture, and where its faces lie then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gallery.images.turns import turned_box, turned_size
from gallery.records import FaceRecord, PhotoRecord


def as_turned(photo: PhotoRecord) -> PhotoRecord:
    """The photo with width, height and faces as it is shown; the very same one where nobody turned it."""
    if photo.turn == 1:
        return photo
    size = photo.width, photo.height
    width, height = turned_size(size, photo.turn)
    return replace(photo, width=width, height=height, faces=turned_faces(photo.faces, photo.turn, size))


def turned_faces(faces: Sequence[FaceRecord], turn: int, size: tuple[int, int]) -> tuple[FaceRecord, ...]:
    """The faces of a picture of this size in the turned one, without their landmarks."""
    new_size = turned_size(size, turn)
    return tuple(replace(face, box=turned_box(face.box, turn, size, new_size), landmarks=()) for face in faces)
