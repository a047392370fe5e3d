"""The detectors and classifiers there are, and the loading of those that the settings name.

Importing this imports no torch; loading one of them does, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from gallery.errors import UsageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.settings import Settings

DETECTORS: Final[Mapping[str, str]] = {"mtcnn": "gallery.vision.detector", "thorough": "gallery.vision.thorough"}
"""By the names that the setting `detector` chooses from: modules whose `load(settings)` gives a FaceDetector."""

CLASSIFIERS: Final[Mapping[str, str]] = {"torch": "gallery.vision.classifier"}
"""By the names that the setting `classifier` chooses from: modules whose `load(settings)` gives an EmotionClassifier
that reads with the model of the settings."""


def check_chosen(settings: Settings) -> None:
    """Raises UsageError unless there are a detector and a classifier of the names in the settings."""
    _module("detector", settings.detector, DETECTORS)
    _module("classifier", settings.classifier, CLASSIFIERS)


def load_detector(settings: Settings) -> FaceDetector:
    """The detector that the settings name. Raises UsageError where it, or the device, isn't there."""
    module = import_module(_module("detector", settings.detector, DETECTORS))
    detector: FaceDetector = module.load(settings)
    return detector


def load_classifier(settings: Settings) -> EmotionClassifier:
    """The classifier that the settings name, with their model.

    Raises UsageError where it, the model or the device isn't there, CheckpointError for an unusable model.
    """
    module = import_module(_module("classifier", settings.classifier, CLASSIFIERS))
    classifier: EmotionClassifier = module.load(settings)
    return classifier


def _module(setting: str, name: str, known: Mapping[str, str]) -> str:
    if name not in known:
        raise UsageError(f"{setting} is {name!r}; allowed: {', '.join(known)}")
    return known[name]
