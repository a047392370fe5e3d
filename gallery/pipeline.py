"""From decoded photos to scored faces: detect, crop, classify; many photos at a time."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence

from PIL import Image

from gallery.errors import CheckpointError, ImageError
from gallery.faces import Detection, EmotionClassifier, FaceDetector, crop_face
from gallery.images import DecodedPhoto
from gallery.records import ScoredFace

_log = logging.getLogger(__name__)

CROP_QUALITY = 90
"""JPEG quality of stored crops."""


def score_faces(
    photos: Sequence[DecodedPhoto], detector: FaceDetector, classifier: EmotionClassifier
) -> list[tuple[ScoredFace, ...]]:
    """The faces of each photo, best confidence first, their places in pixels of the upright full-size picture.

    Faces of all photos are classified together. What is classified is the crop as it is stored, so that scoring it
    again later gives the same answer.
    """
    found = detector.detect([photo.image for photo in photos])
    crops = [
        [encode_crop(crop_face(p.image, face.box)) for face in faces] for p, faces in zip(photos, found, strict=True)
    ]
    predictions = iter(classifier.predict([decode_crop(crop) for many in crops for crop in many]))
    return [
        tuple(
            ScoredFace(_full_size(face, photo), crop, next(predictions)) for face, crop in zip(faces, many, strict=True)
        )
        for photo, faces, many in zip(photos, found, crops, strict=True)
    ]


def score_each(
    photos: Sequence[DecodedPhoto], detector: FaceDetector, classifier: EmotionClassifier
) -> list[tuple[ScoredFace, ...] | ImageError]:
    """As `score_faces`, but a photo on which a network fails costs only itself: its place holds the error."""
    try:
        return list(score_faces(photos, detector, classifier))
    except CheckpointError:  # no photo's fault, and the same for all of them
        raise
    except Exception as error:  # whatever it is, the other photos of the batch must not suffer
        if len(photos) != 1:
            return [outcome for photo in photos for outcome in score_each([photo], detector, classifier)]
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
