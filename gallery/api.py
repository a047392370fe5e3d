"""The library's front door: the same jobs as the command line, with the shipped networks unless others are given."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gallery.errors import ImageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.indexing import indexer, predictor, rescoring
from gallery.records import PhotoRecord
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.lazy import networks

PathLike = str | os.PathLike[str]


def index(
    paths: PathLike | Sequence[PathLike],
    *,
    store: Store,
    detector: FaceDetector | None = None,
    classifier: EmotionClassifier | None = None,
    settings: Settings | None = None,
    workers: int | None = None,
    follow_links: bool = False,
    retry_failed: bool = False,
    force: bool = False,
    on_plan: Callable[[int], None] | None = None,
    on_rescore: Callable[[rescoring.Rescored], None] | None = None,
) -> Iterator[indexer.PhotoResult]:
    """Brings the store up to date with folders and files (`~` is understood), yielding a result per photo.

    Networks that aren't given are those that `settings` name, loaded when the first photo needs them. `workers` is for
    this run what the setting of that name is for all. For the rest see `indexer.index`.
    """
    if workers is not None:
        settings = replace(settings or Settings(), workers=workers)
    detector, classifier = _networks(detector, classifier, settings or Settings())
    return indexer.index(
        _expanded(paths),
        store=store,
        detector=detector,
        classifier=classifier,
        settings=settings,
        follow_links=follow_links,
        retry_failed=retry_failed,
        force=force,
        on_plan=on_plan,
        on_rescore=on_rescore,
    )


def rescore(
    store: Store, *, classifier: EmotionClassifier | None = None, settings: Settings | None = None
) -> Iterator[rescoring.Rescored]:
    """Gives every stored face a prediction of a model, by default the one that `settings` name; no photo is opened.

    Yields where it is after each batch. For the rest see `rescoring.rescore`.
    """
    return rescoring.rescore(store, classifier or networks(settings or Settings())[1])


def predict(
    paths: PathLike | Sequence[PathLike],
    *,
    detector: FaceDetector | None = None,
    classifier: EmotionClassifier | None = None,
    settings: Settings | None = None,
) -> Iterator[PhotoRecord | ImageError]:
    """The faces of single photos, nothing remembered; an ImageError is yielded for a file that can't be read."""
    settings = settings or Settings()
    detector, classifier = _networks(detector, classifier, settings)
    return predictor.predict(_expanded(paths), detector=detector, classifier=classifier, settings=settings)


def _networks(
    detector: FaceDetector | None, classifier: EmotionClassifier | None, settings: Settings
) -> tuple[FaceDetector, EmotionClassifier]:
    if detector is not None and classifier is not None:
        return detector, classifier
    named_detector, named_classifier = networks(settings)
    return detector or named_detector, classifier or named_classifier


def _expanded(paths: PathLike | Sequence[PathLike]) -> list[Path]:
    several = [paths] if isinstance(paths, str | os.PathLike) else paths
    return [Path(path).expanduser() for path in several]
