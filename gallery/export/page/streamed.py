"""The same page as a zip file that is sent while it is made."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gallery.errors import ExportError, ImageError
from gallery.export.naming import CHANGED, missing
from gallery.export.page.document import Entry, render
from gallery.export.page.folder import PAGE, THUMBS, VIEWS
from gallery.export.page.pictures import Pictures, picture_name, pictures_of
from gallery.export.request import Heading
from gallery.export.safe_names import export_name
from gallery.export.streaming import LEFT_OUT, LeftOut, text_entry
from gallery.export.zip_stream import ZipStream
from gallery.images.as_turned import as_turned
from gallery.records import PhotoRecord
from gallery.settings import Settings
from gallery.system.ahead import in_threads, threads


@dataclass(frozen=True, slots=True)
class _Made:
    photo: PhotoRecord
    pictures: Pictures | None
    reason: str = ""


def stream_page(
    photos: Sequence[PhotoRecord], heading: Heading, settings: Settings, *, for_guests: bool = False
) -> Generator[bytes, None, None]:
    """The pieces of a zip file with the page of `write_page` in a folder called as it; the page itself comes last.

    Photos that can't be read, or aren't what was indexed, are left out, and told as in `stream_archive`, but by their
    names alone: where they lie isn't handed on. Raises ExportError before the first piece where that is all of them.
    """
    zipped, left_out, shown = ZipStream(), LeftOut(with_paths=False, with_reasons=not for_guests), []
    folder = export_name(heading.title or "photos")
    turned = list(map(as_turned, photos))
    with closing(in_threads(partial(_made, settings=settings), turned, threads())) as batches:
        for made in (made for batch in batches for made in batch):
            if made.pictures is None:
                left_out.add(made.photo.path, made.reason)
                continue
            name = picture_name(made.photo)
            shown.append(Entry(made.photo, name))
            for kind, jpeg in ((VIEWS, made.pictures.view), (THUMBS, made.pictures.thumb)):
                yield from text_entry(zipped, f"{folder}/{kind}/{name}", jpeg)
    if not shown:
        raise ExportError(Path(folder), "none of the photos can be read")
    if left_out.lines:
        yield from text_entry(zipped, f"{folder}/{LEFT_OUT}", left_out.text())
    yield from text_entry(zipped, f"{folder}/{PAGE}", render(heading, shown))
    yield from zipped.end()


def _made(photo: PhotoRecord, settings: Settings) -> _Made:
    """The pictures from the first of its files that can be read, else why there are none."""
    reason = "another photo is in its place" if photo.replaced else missing(photo).reason or ""
    for source in (path for path in photo.paths if not photo.replaced and Path(path).is_file()):
        try:
            made = pictures_of(photo, source, settings)
        except ImageError as error:
            reason = error.reason
            continue
        if made is not None:
            return _Made(photo, made)
        reason = CHANGED
    return _Made(photo, None, reason)
