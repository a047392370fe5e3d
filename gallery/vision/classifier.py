"""A trained network behind the EmotionClassifier protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch
from PIL import Image

from gallery.errors import CheckpointError
from gallery.faces import EmotionClassifier, Prediction
from gallery.settings import Settings
from gallery.vision.batches import Batches
from gallery.vision.checkpoints import find_model, read_card
from gallery.vision.device import choose_device
from gallery.vision.weights import load_network, preprocessing_of

BATCH: Final = 64


def load(settings: Settings) -> NetworkClassifier:
    """The network of the model that the settings name, on their device.

    Raises UsageError for an unknown model and a device that isn't there, CheckpointError for an unusable model.
    """
    return NetworkClassifier(find_model(settings.model), device=choose_device(settings.device))


class NetworkClassifier(EmotionClassifier):
    """Reads emotions with the network of one checkpoint.

    Raises CheckpointError where the file is none, or wants faces prepared in a way this program doesn't know.
    """

    def __init__(self, path: Path, *, device: torch.device | str = "cpu") -> None:
        card = read_card(path)
        self._preprocessing = preprocessing_of(card)
        self._path, self._device = path, torch.device(device)
        self._network = load_network(path).to(self._device)
        self._temperature = card.temperature
        self._name, self._model_id = card.name, card.model_id()
        self._batches = Batches(BATCH)

    @property
    def model_id(self) -> str:
        """SHA-256 of the checkpoint."""
        return self._model_id

    @property
    def name(self) -> str:
        """The name in the checkpoint."""
        return self._name

    @torch.inference_mode()
    def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:
        """Calibrated probabilities for each crop made by `crop_face`."""
        return self._batches.run(self._read, crops)

    def _read(self, crops: Sequence[Image.Image]) -> list[Prediction]:
        faces = self._preprocessing.grey_faces(crops).to(self._device)
        logits = self._preprocessing.logits(self._network, faces).cpu()
        if not logits.isfinite().all():
            raise CheckpointError(self._path, "its weights overflow: what it says of a face is not finite")
        probabilities = (logits.double() / self._temperature).softmax(1).tolist()
        return [Prediction(tuple(row)) for row in probabilities]
