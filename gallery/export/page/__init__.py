"""An album as a web page to hand on: a folder with a page, thumbnails, and pictures large enough for a screen.

The folder needs nothing else: opened from a disk or stick, the page sends no request anywhere and runs no script but
its own. The pictures are new JPEGs of at most VIEW_LONG_SIDE pixels: upright, in sRGB, without any of the photos'
metadata, so where and with what they were taken stays with whoever made the page. The photos themselves are only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from gallery.export.page.document import Entry, render
from gallery.export.page.folder import PageFolder, held
from gallery.export.page.pictures import PictureMaker, picture_name
from gallery.export.request import Heading
from gallery.export.results import ExportAction, ExportResult
from gallery.images.as_turned import as_turned
from gallery.records import PhotoRecord
from gallery.settings import Settings
from gallery.system.ahead import in_threads, threads
from gallery.system.locks import FolderLock

__all__ = ["write_page"]

_SHOWN: Final = (ExportAction.COPIED, ExportAction.THERE)


def write_page(
    photos: Sequence[PhotoRecord],
    dest: Path,
    heading: Heading,
    *,
    settings: Settings | None = None,
    dry_run: bool = False,
) -> Iterator[ExportResult]:
    """Makes `dest/index.html` with these photos, in their order; yields one result per photo, `target` its picture.

    Above them stand the heading's title and note, and large its cover, if that is among them.

    `dest` is made if need be; it must be empty or hold an earlier page, which this one then replaces: pictures it has
    already are `already there` and not made again, those that no longer belong to it are removed, so that a photo
    taken out of an album isn't handed on with it. The page itself is written last; a run that was killed is simply run
    again, and until it is done an earlier page works as it did. A photo whose file is gone or was changed, or can't be
    read, is left out. With `dry_run` nothing is written.

    Raises ExportError where `dest` holds anything else, can't be written to or another export is at work in it, before
    the first result as a rule; while it goes on, where no other picture could be written either, as on a full disk.
    """
    lock = None if dry_run else held(dest)
    photos = list(map(as_turned, photos))
    folder = PageFolder.of(dest, map(picture_name, photos))
    if not dry_run:
        folder.begin()
    maker = PictureMaker(folder, settings or Settings(), dry_run=dry_run)
    return _alone(lock, _written(photos, heading, folder, maker))


def _alone(lock: FolderLock | None, results: Iterator[ExportResult]) -> Iterator[ExportResult]:
    """The results, the folder let go of behind the last."""
    yield from results
    if lock is not None:
        lock.release()


def _written(
    photos: Sequence[PhotoRecord], heading: Heading, folder: PageFolder, maker: PictureMaker
) -> Iterator[ExportResult]:
    shown = []
    for photo, result in zip(photos, _results(photos, maker), strict=True):
        yield result
        if result.action in _SHOWN:
            shown.append(Entry(photo, picture_name(photo)))
    if not maker.dry_run:
        folder.finish(render(heading, shown), {entry.name for entry in shown})


def _results(photos: Sequence[PhotoRecord], maker: PictureMaker) -> Iterator[ExportResult]:
    """In order, made by several threads: decoding and encoding don't hold the interpreter's lock."""
    with closing(in_threads(maker.make, photos, threads())) as batches:
        for results in batches:
            yield from results
