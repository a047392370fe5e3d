"""What photos can be exported as.

A format is a function that makes it, and a line in FORMATS: what may be chosen, the help, and what is refused all
follow from that line. Nobody's file is ever written over, which a format needn't see to itself: files in a folder keep
to `gallery.export.manifest`, a single file is new, as `gallery.export.files` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

from gallery.errors import UsageError
from gallery.export.archive import write_archive
from gallery.export.files import How, check_new, write_new
from gallery.export.markdown import photos_as_markdown
from gallery.export.photo_folders import refuse_library
from gallery.export.photos import ExportOptions, export_photos
from gallery.export.request import Export
from gallery.export.results import ExportAction, ExportResult
from gallery.export.table import photos_as_csv, photos_as_json
from gallery.records import PhotoRecord
from gallery.store.store import Store


@dataclass(frozen=True, slots=True)
class Format:
    """A way to hand photos on.

    `make` yields a result per file as it goes on, and raises ExportError where it can't begin. `says` is for the help:
    what is made, and where. `takes` are the options of the command that mean something to it; others are refused. What
    `render` gives, the content of the file that `make` writes, may go to stdout as well.
    """

    make: Callable[[Export], Iterator[ExportResult]]
    says: str
    takes: frozenset[str] = frozenset()
    into: Literal["folder", "file"] = "file"
    render: Callable[[Export], bytes] | None = None


def text(render: Callable[[Export], bytes], says: str) -> Format:
    """A format that is one text about all photos: a new file, whole or not at all, or stdout."""

    def make(export: Export) -> Iterator[ExportResult]:
        check_new(export.dest)
        if not export.dry_run:
            write_new(export.dest, render(export))
        return (_listed(photo, export.dest) for photo in export.photos)

    return Format(make, says, render=render)


def _listed(photo: PhotoRecord, dest: Path) -> ExportResult:
    reason = photo.told if photo.replaced else None
    return ExportResult(photo.path, str(dest), ExportAction.LISTED, reason, replaced=photo.replaced)


def _files(how: How, export: Export) -> Iterator[ExportResult]:
    options = ExportOptions(how, export.name, export.album, export.update, export.dry_run, export.owner)
    return export_photos(export.photos, export.dest, options, cleanup=export.cleanup)


def _archive(export: Export) -> Iterator[ExportResult]:
    return write_archive(export.photos, export.dest, name=export.name, album=export.album, dry_run=export.dry_run)


def _page(export: Export) -> Iterator[ExportResult]:
    from gallery.export.page import write_page  # with Pillow and Jinja, for which the others needn't wait

    return write_page(export.photos, export.dest, export.heading, settings=export.settings, dry_run=export.dry_run)


_TOLD: Final = frozenset(("report", "json"))
_ALL: Final = _TOLD | {"name", "update", "cleanup"}
_COPIES: Final = "files in the folder DEST; sidecars are copied along"
_ROWS: Final = "the new file DEST, or - for stdout, with a row per photo"

FORMATS: Final[dict[str, Format]] = {
    "copy": Format(partial(_files, "copy"), _COPIES, _ALL, "folder"),
    "hardlink": Format(partial(_files, "hardlink"), _COPIES, _ALL, "folder"),
    "symlink": Format(partial(_files, "symlink"), _COPIES, _ALL, "folder"),
    "zip": Format(_archive, "the new file DEST, with the same names", _TOLD | {"name"}),
    "html": Format(_page, "a page to hand on, with smaller pictures, in the folder DEST", _TOLD, "folder"),
    "csv": text(photos_as_csv, _ROWS),
    "json": text(photos_as_json, _ROWS),
    "markdown": text(photos_as_markdown, _ROWS),
}


def export_as(form: str, export: Export, store: Store) -> Iterator[ExportResult]:
    """Hands photos on in one of FORMATS; yields a result per file, in order.

    Raises UsageError for an unknown format, ExportError where the destination can't be used: nothing is made among the
    indexed photos of the store, and no file of anybody else's is written over.
    """
    if form not in FORMATS:
        raise UsageError(f"unknown format {form!r}; choose from {', '.join(FORMATS)}")
    if FORMATS[form].into == "folder":
        refuse_library(store, export.dest)
    return FORMATS[form].make(export)


def refuse_ignored(form: str, options: Iterable[str]) -> None:
    """Raises UsageError for an option that the format would ignore."""
    for option in options:
        if option not in FORMATS[form].takes:
            fitting = ", ".join(name for name, one in FORMATS.items() if option in one.takes)
            raise UsageError(f"--{option} goes with --as {fitting}, not with {form}")


def formats_help() -> str:
    """A line for each kind of format: `--as copy, hardlink, symlink  files in the folder DEST`."""
    alike = groupby(FORMATS.items(), lambda item: item[1].says)
    lines = {f"--as {', '.join(name for name, _ in some)}": says for says, some in alike}
    width = max(map(len, lines))
    return "\n".join(f"{names:<{width}}  {says}" for names, says in lines.items())
