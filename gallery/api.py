"""The library's front door: the same jobs as the command line, with the shipped networks unless others are given."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from gallery.errors import ImageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.images.passed_over import Names
from gallery.indexing import indexer, predictor, rescoring, watching
from gallery.records import FileStamp, PhotoRecord
from gallery.settings import Settings
from gallery.store.roots import known_mounts, known_roots
from gallery.store.store import Store
from gallery.system.paths import AnyPath, expanded
from gallery.vision.lazy import networks

if TYPE_CHECKING:
    from gallery.export import Export
    from gallery.query.query import Query


class IndexKeywords(TypedDict, total=False):
    """The fields of `IndexOptions`, as keywords of `index`."""

    workers: int | None
    follow_links: bool | None
    retry_failed: bool
    include: Collection[str] | None
    keep_model: bool
    force: bool
    thumbnails: bool
    wait: bool
    skip: Callable[[FileStamp], bool] | None
    on_phase: Callable[[indexer.Phase], None] | None
    on_found: Callable[[int], None] | None
    on_plan: Callable[[int], None] | None
    on_bins: Callable[[int], None] | None
    on_other_files: Callable[[int, int], None] | None
    on_rescore: Callable[[rescoring.Rescored], None] | None


def index(
    paths: AnyPath | Sequence[AnyPath],
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


class IndexArguments(IndexKeywords, total=False):
    """All that `index` takes beside paths and store."""

    detector: FaceDetector | None
    classifier: EmotionClassifier | None
    settings: Settings | None
    options: indexer.IndexOptions | None


def watch(
    folders: AnyPath | Sequence[AnyPath],
    *,
    store: Store,
    poll: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    renew: Callable[[], IndexArguments] | None = None,
    **how: Unpack[IndexArguments],
) -> Iterator[Iterator[indexer.PhotoResult]]:
    """Keeps the store up to date with folders: looks at them as `index` does, and again after every change, for ever.

    Yields the results of each look, to be read before the next is asked for. With `poll` the folders are compared every
    few seconds: for network drives, which tell of no changes. `renew` says before each look what other networks,
    settings and so on it is to be done with. For `tell` and the rest see `watching.watch`.
    """
    settings = how.get("settings") or Settings()
    detector, classifier = _networks(how.get("detector"), how.get("classifier"), settings)
    given = IndexArguments({**how, "detector": detector, "classifier": classifier})

    def look(roots: Sequence[str], /, *, skip: Callable[[FileStamp], bool]) -> Iterator[indexer.PhotoResult]:
        return index(roots, store=store, **IndexArguments({**given, **(renew() if renew else {}), "skip": skip}))

    names = Names([name for root in known_roots(store) for name in root.include])
    events = watching.file_events(store.location, poll_seconds=watching.POLL_SECONDS if poll else None, names=names)
    return watching.watch(_expanded(folders), look, events=events, drives=known_mounts(store), tell=tell)


def rescore(
    store: Store, *, classifier: EmotionClassifier | None = None, settings: Settings | None = None
) -> Iterator[rescoring.Rescored]:
    """Gives every stored face a prediction of a model, by default the one that `settings` name; no photo is opened.

    Yields where it is after each batch. For the rest see `rescoring.rescore`.
    """
    return rescoring.rescore(store, classifier or networks(settings or Settings())[1])


def predict(
    paths: AnyPath | Sequence[AnyPath],
    *,
    detector: FaceDetector | None = None,
    classifier: EmotionClassifier | None = None,
    settings: Settings | None = None,
) -> Iterator[PhotoRecord | ImageError]:
    """The faces of single photos, nothing remembered; an ImageError is yielded for a file that can't be read."""
    settings = settings or Settings()
    detector, classifier = _networks(detector, classifier, settings)
    return predictor.predict(_expanded(paths), detector=detector, classifier=classifier, settings=settings)


def album_export(
    store: Store, name: str, dest: AnyPath, query: Query | None = None, settings: Settings | None = None
) -> Export:
    """What `export_as` takes to hand on an album, with its note and cover: its photos, in its order.

    With a query those of them that it finds. Photos that are gone are among them, and told as missing.
    """
    from gallery.curation.albums import album_photos, read_album
    from gallery.export import Export, Heading

    settings = settings or Settings()
    photos = album_photos(store, name, settings, None if query is None else replace(query, missing=True))
    album = read_album(store, name, settings)
    heading = Heading(album.name, album.note, album.cover)
    return Export(photos, expanded(dest), heading, album.name, settings=settings, owner=album.uid)


def query_export(store: Store, query: Query, dest: AnyPath, settings: Settings | None = None) -> Export:
    """What `export_as` takes to hand on the photos of a query."""
    from gallery.curation.kept_queries import query_id
    from gallery.export import Export, Heading

    dest, settings = expanded(dest), settings or Settings()
    photos, owner = store.search(query, settings=settings), query_id(store, query)
    return Export(photos, dest, Heading(dest.name), settings=settings, owner=owner)


def _networks(
    detector: FaceDetector | None, classifier: EmotionClassifier | None, settings: Settings
) -> tuple[FaceDetector, EmotionClassifier]:
    if detector is not None and classifier is not None:
        return detector, classifier
    named_detector, named_classifier = networks(settings)
    return detector or named_detector, classifier or named_classifier


def _expanded(paths: AnyPath | Sequence[AnyPath]) -> list[Path]:
    several = [paths] if isinstance(paths, str | os.PathLike) else paths
    return [expanded(path) for path in several]
