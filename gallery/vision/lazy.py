"""The networks that the settings name, loaded when the first photo needs them.

A rescan that finds nothing new has its answer before torch is even imported, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from gallery.faces import Detection, EmotionClassifier, FaceDetector, Prediction
from gallery.settings import Settings
from gallery.system.machine import LEAST_TO_DECODE, cores, some_cores, suitable
from gallery.vision.checkpoints import find_model, read_card
from gallery.vision.loading import check_chosen, load_classifier, load_detector

if TYPE_CHECKING:
    from PIL import Image


def networks(
    settings: Settings, *, on_load: Callable[[], None] | None = None
) -> tuple[FaceDetector, EmotionClassifier]:
    """Detector and classifier as the settings say; `on_load` is called when they are really loaded.

    Raises at once UsageError for an unknown detector, classifier or model, and CheckpointError for a model that
    describes itself wrongly; what else is wrong with it, and a device that isn't there, shows when the first picture is
    looked at.
    """
    check_chosen(settings)
    loader = _Loader(settings, on_load or (lambda: None))
    return _LazyDetector(loader), _LazyClassifier(loader)


class _Loader:
    def __init__(self, settings: Settings, on_load: Callable[[], None]) -> None:
        self.settings, self._on_load = settings, on_load
        card = read_card(find_model(settings.model))
        self.name, self.model_id = card.name, card.model_id()

    @cached_property
    def pair(self) -> tuple[FaceDetector, EmotionClassifier]:
        self._on_load()
        return load_detector(self.settings), load_classifier(self.settings)


class _LazyDetector(FaceDetector):
    def __init__(self, loader: _Loader) -> None:
        self._loader = loader

    def __reduce__(self) -> tuple[Callable[[Settings], FaceDetector], tuple[Settings]]:
        """In another process the detector alone is loaded."""
        return load_detector, (self._loader.settings,)

    @property
    def signature(self) -> str:
        return self._loader.pair[0].signature

    @property
    def processes(self) -> int:
        """One on a GPU, which several would only share."""
        return 1 if self._is_on_gpu else suitable()

    @property
    def decoders(self) -> int:
        """None but on a GPU."""
        return suitable(each=LEAST_TO_DECODE) if self._is_on_gpu else 0

    @property
    def _is_on_gpu(self) -> bool:
        from gallery.vision.device import choose_device

        return choose_device(self._loader.settings.device).type != "cpu"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        if not images:
            return []
        with _threads(some_cores()):  # as photos are decoded meanwhile
            return self._loader.pair[0].detect(images)

    def detect_lying(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        if not images:
            return []
        with _threads(some_cores()):
            return self._loader.pair[0].detect_lying(images)


class _LazyClassifier(EmotionClassifier):
    def __init__(self, loader: _Loader) -> None:
        self._loader = loader
        self._threads = cores()

    @property
    def model_id(self) -> str:
        return self._loader.model_id

    @property
    def name(self) -> str:
        return self._loader.name

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """Inside, most of the cores are left to others."""
        self._threads = some_cores()
        try:
            yield
        finally:
            self._threads = cores()

    def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:
        if not crops:
            return []
        with _threads(self._threads):
            return self._loader.pair[1].predict(crops)


def _threads(number: int) -> AbstractContextManager[None]:
    from gallery.vision.device import threads_at_most

    return threads_at_most(number)
