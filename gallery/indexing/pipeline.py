"""From decoded photos to scored faces: detect, crop, classify; many photos at a time."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from PIL import Image

from gallery.errors import CheckpointError, ImageError
from gallery.faces import Detection, EmotionClassifier, FaceDetector
from gallery.images.crops import crop_found
from gallery.images.decode import DecodedPhoto
from gallery.images.lying import stands, with_lying
from gallery.records import FoundFace, ScoredFace

In = TypeVar("In")
Out = TypeVar("Out")
F = TypeVar("F", bound=FoundFace)

_log = logging.getLogger(__name__)

CROP_QUALITY = 90
"""JPEG quality of stored crops."""


def find_faces(photos: Sequence[DecodedPhoto], detector: FaceDetector) -> list[tuple[FoundFace, ...]]:
    """The faces of each photo, best confidence first, their places in pixels of the upright full-size picture.

    Photos that don't say how they lie, and show no face that surely stands, are looked at once more, turned.
    """
    found = detector.detect([photo.image for photo in photos])
    again = [number for number, photo in enumerate(photos) if not photo.is_told and not stands(found[number])]
    for number, lying in zip(again, detector.detect_lying([photos[one].image for one in again]), strict=True):
        found[number] = with_lying(found[number], lying)
    return [
        tuple(FoundFace(_full_size(face, photo), encode_crop(crop_found(photo.image, face))) for face in faces)
        for photo, faces in zip(photos, found, strict=True)
    ]


def score_faces(found: Sequence[Sequence[FoundFace]], classifier: EmotionClassifier) -> list[tuple[ScoredFace, ...]]:
    """The faces of each photo with their emotions.

    Faces of all photos are classified together. What is classified is the crop as it is stored, so that scoring it
    again later gives the same answer.
    """
    predictions = iter(classifier.predict([decode_crop(face.crop) for faces in found for face in faces]))
    return [tuple(ScoredFace(face.detection, face.crop, next(predictions)) for face in faces) for faces in found]


def find_each(photos: Sequence[DecodedPhoto], detector: FaceDetector) -> list[tuple[FoundFace, ...] | ImageError]:
    """As `find_faces`, but a photo on which the detector fails costs only itself: its place holds the error."""
    return each(lambda some: find_faces(some, detector), photos)


def score_each(
    found: Sequence[Sequence[FoundFace]], classifier: EmotionClassifier
) -> list[tuple[ScoredFace, ...] | ImageError]:
    """As `score_faces`, but a photo on which the classifier fails costs only itself: its place holds the error."""
    return each(lambda some: score_faces(some, classifier), found)


def left_to_right(faces: Sequence[F], min_confidence: float) -> tuple[F, ...]:
    """The faces of a photo in the order in which they are numbered: the sure ones first, by the middle of their box."""

    def place(face: FoundFace) -> tuple[bool, float, float]:
        box = face.detection.box
        return face.detection.confidence < min_confidence, box.left + box.right, box.top + box.bottom

    return tuple(sorted(faces, key=place))


def each(work: Callable[[Sequence[In]], Sequence[Out]], photos: Sequence[In]) -> list[Out | ImageError]:
    """What `work` makes of all photos together; where that fails, of each alone, or what was wrong with it."""
    try:
        return list(work(photos))
    except CheckpointError:  # no photo's fault, and the same for all of them
        raise
    except Exception as error:  # whatever it is, the other photos of the batch must not suffer
        if len(photos) != 1:
            return [outcome for photo in photos for outcome in each(work, [photo])]
        _log.debug("looking for faces failed", exc_info=error)
        return [
            ImageError("photo", f"looking for faces in it failed ({type(error).__name__}: {error})", transient=True)
        ]


def encode_crop(crop: Image.Image) -> bytes:
    """A small JPEG of an RGB crop."""
    buffer = io.BytesIO()
    crop.save(buffer, "JPEG", quality=CROP_QUALITY)
    return buffer.getvalue()


def decode_crop(jpeg: bytes) -> Image.Image:
    """The RGB picture that `encode_crop` packed."""
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        return image.convert("RGB")


def _full_size(face: Detection, photo: DecodedPhoto) -> Detection:
    return face.scaled(photo.width / photo.image.width, photo.height / photo.image.height)
