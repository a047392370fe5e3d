"""Reads the stored faces with another model: no photo is opened, nothing is looked for again."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from gallery.faces import EmotionClassifier
from gallery.indexing.pipeline import decode_crop
from gallery.records import ModelInfo
from gallery.store.store import Store, StoredCrop

_log = logging.getLogger(__name__)

BATCH = 256
"""Faces per transaction."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """How far it is: `done` of the `total` faces that the model hadn't seen, of which `failed` have no usable crop."""

    done: int
    total: int
    failed: int = 0

    @property
    def read(self) -> int:
        """Faces that have a prediction now."""
        return self.done - self.failed


def rescore(store: Store, classifier: EmotionClassifier, *, batch: int = BATCH) -> Iterator[Rescored]:
    """Gives every stored face a prediction of this model, from the stored crops alone, and makes it the one shown.

    Yields where it is, first before any face, then after each committed batch; nothing where no face was missing one.
    An interrupted run is gone on with by the next. A face whose crop is damaged keeps what is known of it, is logged,
    and tried again in every run. Raises StoreLockedError where another process indexes into the database.
    """
    with store.index_lock():
        yield from rescore_locked(store, classifier, batch=batch)


def rescore_locked(store: Store, classifier: EmotionClassifier, *, batch: int = BATCH) -> Iterator[Rescored]:
    """As `rescore`, for a caller that holds the `index_lock`."""
    model = ModelInfo(classifier.model_id, classifier.name)
    store.use_model(model)
    so_far, after = Rescored(0, store.count_without_prediction(model)), 0
    if not so_far.total:
        return
    yield so_far
    while crops := store.faces_without_prediction(model, limit=batch, after=after):
        readable = _decoded(crops)
        predictions = classifier.predict([image for _, image in readable])
        store.add_predictions(model, [(face, said) for (face, _), said in zip(readable, predictions, strict=True)])
        so_far = Rescored(so_far.done + len(crops), so_far.total, so_far.failed + len(crops) - len(readable))
        after = crops[-1].face_id
        yield so_far


def _decoded(crops: Sequence[StoredCrop]) -> list[tuple[int, Image.Image]]:
    """Face and picture, for those crops that are pictures."""
    readable = []
    for crop in crops:
        try:
            readable.append((crop.face_id, decode_crop(crop.jpeg)))
        # A database may come from anywhere: whatever a damaged picture makes of Pillow, the other faces mustn't suffer.
        except Exception as error:
            _log.warning("face %d: its stored picture can't be read: %s", crop.face_id, error)
    return readable
