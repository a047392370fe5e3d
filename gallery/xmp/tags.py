"""What is to be written for a photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.records import FaceRecord, PhotoRecord
from gallery.xmp.keywords import keyword
from gallery.xmp.properties import FACE_FIELDS, Property


@dataclass(frozen=True, slots=True)
class FaceTag:
    """A face as it is written: the values of FACE_FIELDS, as texts."""

    values: tuple[str, ...]

    @property
    def emotion(self) -> str:
        """One of EMOTIONS."""
        return self.values[FACE_FIELDS.index("Emotion")]

    @property
    def fields(self) -> dict[str, str]:
        """The values by the names of the fields."""
        return dict(zip(FACE_FIELDS, self.values, strict=True))

    def __str__(self) -> str:
        *sides, emotion, score, source = self.values
        return f"{emotion} {score} {source} {','.join(sides)}"


@dataclass(frozen=True, slots=True)
class Tags:
    """The faces of a photo that show an emotion; none: there is nothing to write."""

    faces: tuple[FaceTag, ...] = ()

    def keywords(self, which: Property) -> list[str]:
        """What belongs into a list of keywords: each emotion once, in the order of EMOTIONS."""
        shown = {face.emotion for face in self.faces}
        return [keyword(which, emotion) for emotion in EMOTIONS if emotion in shown]


def tags_of(photo: PhotoRecord, min_score: float) -> Tags:
    """What is shown of the faces that count, a person's word included, without those that are uncertain.

    Whatever query found the photo: one that asks for lower scores shows faces that are uncertain otherwise.
    """
    return Tags(tuple(_tags(photo, min_score)))


def _tags(photo: PhotoRecord, min_score: float) -> Iterator[FaceTag]:
    for face in photo.faces:
        if face.emotion != UNCERTAIN and face.score >= min_score:
            sides = _shares(face, photo)
            yield FaceTag((*sides, face.emotion, f"{face.as_json()['score']:.4f}", face.source))


def _shares(face: FaceRecord, photo: PhotoRecord) -> Iterator[str]:
    box = face.box.clipped(photo.width, photo.height).scaled(1 / photo.width, 1 / photo.height)
    return (f"{side:.5f}" for side in (box.left, box.top, box.right, box.bottom))
