"""Reads the emotions of single photos, without a database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from gallery.errors import ImageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.images.decode import hash_file, read_image
from gallery.indexing.pipeline import find_each, left_to_right, score_each
from gallery.records import FaceRecord, PhotoRecord
from gallery.settings import Settings
from gallery.system.paths import absolute


def predict(
    paths: Sequence[str | os.PathLike[str]],
    *,
    detector: FaceDetector,
    classifier: EmotionClassifier,
    settings: Settings | None = None,
) -> Iterator[PhotoRecord | ImageError]:
    """What the models say of each photo, in the order given; ImageError, not raised, for a file that can't be read."""
    for path in paths:
        try:
            yield _predict_one(os.fspath(path), detector, classifier, settings or Settings())
        except ImageError as error:
            yield error


def _predict_one(path: str, detector: FaceDetector, classifier: EmotionClassifier, settings: Settings) -> PhotoRecord:
    digest = hash_file(path)
    photo = read_image(path, long_side=settings.long_side, max_megapixels=settings.max_megapixels, quick=True)
    [found] = find_each([photo], detector)
    [faces] = [found] if isinstance(found, ImageError) else score_each([found], classifier)
    if isinstance(faces, ImageError):
        raise ImageError(path, faces.reason, transient=True)
    full = absolute(path)
    shown = [
        FaceRecord.of_model(number, face.detection, face.prediction, settings.min_score)
        for number, face in enumerate(left_to_right(faces, settings.min_confidence), start=1)
        if face.detection.confidence >= settings.min_confidence
    ]
    return PhotoRecord(full, [full], digest, photo.width, photo.height, photo.capture, shown)
