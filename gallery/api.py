"""The library's front door: the same jobs as the command line, with the shipped networks unless others are given."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

from gallery.errors import ImageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.indexing import indexer, predictor, rescoring
from gallery.records import FileStamp, PhotoRecord
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.lazy import networks

PathLike = str | os.PathLike[str]


class IndexKeywords(TypedDict, total=False):
    """The fields of `IndexOptions`, as keywords of `index`."""

    workers: int | None
    follow_links: bool
    retry_failed: bool
    force: bool
    skip: Callable[[FileStamp], bool] | None
    on_plan: Callable[[int], None] | None
    on_rescore: Callable[[rescoring.Rescored], None] | None


def index(
    paths: PathLike | Sequence[PathLike],
    *,
    store: Store,
    detector: FaceDetector | None = None,
    classifier: EmotionClassifier | None = None,
    settings: Settings | None = None,
    options: indexer.IndexOptions | None = None,
    **more: Unpack[IndexKeywords],
) -> Iterator[indexer.PhotoResult]:
    """Brings the store up to date with folders and files (`~` is understood), yielding a result per photo.

    Networks that aren't given are those that `settings` name, loaded when the first photo needs them. Each field of
    `options` may be given by itself, too: `index("~/Photos", store=store, force=True)`. For the rest see
    `indexer.index`.
    """
    detector, classifier = _networks(detector, classifier, settings or Settings())
    return indexer.index(
        _expanded(paths),
        store=store,
        detector=detector,
        classifier=classifier,
        settings=settings,
        options=replace(options or indexer.IndexOptions(), **more),
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
