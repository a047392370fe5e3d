"""Loads detector and classifier as the settings say. Importing it imports torch, which takes seconds."""

from __future__ import annotations

from gallery.settings import Settings
from gallery.vision.checkpoints import find_model
from gallery.vision.classifier import NetworkClassifier
from gallery.vision.detector import MTCNNDetector
from gallery.vision.device import choose_device


def load_pipeline(settings: Settings) -> tuple[MTCNNDetector, NetworkClassifier]:
    """Detector and classifier as the settings say, both on the same device.

    Raises UsageError for a device that isn't there or an unknown model, CheckpointError for an unusable one.
    """
    device = choose_device(settings.device)
    classifier = NetworkClassifier(find_model(settings.model), device=device)
    return load_detector(settings), classifier


def load_detector(settings: Settings) -> MTCNNDetector:
    """The detector as the settings say. Raises UsageError for a device that isn't there."""
    return MTCNNDetector(min_face=settings.min_face, device=choose_device(settings.device))
