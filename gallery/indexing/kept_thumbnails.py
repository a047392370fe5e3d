"""The thumbnails that a run keeps: those of photos it decoded anyway, and of no photo that nobody wants."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gallery.images.thumbnail_cache import ThumbnailCache
from gallery.images.thumbnails import SMALL, Thumbnail, thumbnail_of
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.store.thumbnail_rows import file_of, wanted_hashes

if TYPE_CHECKING:
    from gallery.images.decode import DecodedPhoto
    from gallery.indexing.reading import ReadPhoto

_log = logging.getLogger(__name__)


def cache_of(store: Store, settings: Settings) -> ThumbnailCache | None:
    """The cache for this database; None for one that is in no file."""
    file = file_of(store)
    return None if file is None else ThumbnailCache(file, int(settings.thumbnail_megabytes * 1e6))


def made_of(photo: DecodedPhoto | None, settings: Settings) -> Thumbnail | None:
    """The thumbnail of a photo that was decoded to look for faces; None where none is to be made, or can't be."""
    if photo is None or not settings.thumbnail_megabytes:
        return None
    try:
        return thumbnail_of(photo.image)
    except Exception as error:  # the photo was read all the same, and its faces must be found
        _log.debug("a thumbnail can't be made", exc_info=error)
        return None


def keep(cache: ThumbnailCache | None, batch: Sequence[ReadPhoto]) -> None:
    """Keeps the thumbnails that came with a batch."""
    for read in batch if cache else ():
        if cache and read.thumbnail:
            cache.put(read.hash, SMALL, read.thumbnail.jpeg)


def tidy(cache: ThumbnailCache | None, store: Store) -> None:
    """Takes out the thumbnails of photos that were forgotten, or that nobody wants, and what is too much."""
    if cache and cache.folder.exists():
        cache.keep_only(wanted_hashes(store))
        if cache.needs_weighing:
            cache.shrink()
