"""Reads the emotions of single photos, without a database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing

from gallery.errors import ImageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.images.apart import Apart
from gallery.images.decode import Wanted, hash_file, read_wanted
from gallery.images.lying import lies
from gallery.images.sources import Source
from gallery.indexing.in_pieces import Again, with_pieces
from gallery.indexing.pipeline import find_each, left_to_right, score_each
from gallery.records import FaceRecord, FileStamp, PhotoRecord
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
    settings = settings or Settings()
    with closing(Apart(settings.max_seconds)) as apart:
        for path in paths:
            try:
                yield _predict_one(os.fspath(path), detector, classifier, settings, apart)
            except ImageError as error:
                yield error


def _predict_one(
    path: str, detector: FaceDetector, classifier: EmotionClassifier, settings: Settings, apart: Apart
) -> PhotoRecord:
    digest, again = hash_file(path), Again(settings, apart)
    photo = read_wanted(path, Wanted(settings.long_side, settings.max_megapixels, quick=True), apart)
    [found] = find_each([photo], detector)
    if not isinstance(found, ImageError) and again.needed(photo):
        by_bytes_alone = FileStamp(path, -1, -1)
        found = with_pieces(found, Source(by_bytes_alone, digest), detector, again)
    [faces] = [found] if isinstance(found, ImageError) else score_each([found], classifier)
    if isinstance(faces, ImageError):
        raise ImageError(path, faces.reason, transient=True)
    full = absolute(path)
    shown = [
        FaceRecord.of_model(number, face.detection, face.prediction, settings.min_score)
        for number, face in enumerate(left_to_right(faces, settings.min_confidence), start=1)
        if face.detection.confidence >= settings.min_confidence
    ]
    lying = None if photo.is_told else lies(face.detection for face in faces)
    return PhotoRecord(full, [full], digest, photo.width, photo.height, photo.capture, shown, lies=lying)
