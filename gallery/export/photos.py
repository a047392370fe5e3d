"""Photos as files in a folder: copies, hard links or symbolic links.

Nothing that is already in the folder is ever overwritten unless an earlier export made it and `update` asks for it,
nothing is written outside it whatever the photos are called, and an export that was interrupted or run before is simply
run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gallery.errors import UsageError
from gallery.export.cleanup import remove_earlier
from gallery.export.destination import Destination
from gallery.export.files import WAYS, How
from gallery.export.manifest import Owner
from gallery.export.naming import NamedPhoto, name_photos
from gallery.export.request import Originals
from gallery.export.results import ExportResult
from gallery.export.run import Run
from gallery.export.template import BY_STEM, NameTemplate
from gallery.records import PhotoRecord


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How photos are put into a folder.

    `album` is the name of what is exported, empty for a query, and `owner` what tells it from all others: an album's
    `uid`, whatever the album is called; empty, the name does. Several may share a folder, and none touches what another
    made. With `update` files of an earlier export of the same album that no longer fit are replaced, and files
    whose size and time are those noted then aren't read again.
    """

    how: How = "copy"
    name: NameTemplate = BY_STEM
    album: str = ""
    update: bool = False
    dry_run: bool = False
    owner: str = ""


def export_photos(
    photos: Sequence[PhotoRecord],
    dest: Path,
    options: ExportOptions | None = None,
    *,
    cleanup: Originals | None = None,
) -> Iterator[ExportResult]:
    """Puts each photo into the folder `dest`, which is made if need be; yields a result per file, in order.

    A photo gets the name that the template says where that is free. Where another file has it, in any mixture of
    capitals, the start of the photo's hash is added: `beach-1a2b3c4d.jpg`. A file that holds the photo already counts
    as `already there`. A file whose content is no longer what was indexed is not exported. After a photo come its
    sidecars, which are always copied. What was made is noted in `dest`: see `gallery.export.manifest`.

    With `cleanup`, which gives the known paths of a hash, files that earlier exports of the album made and that are no
    longer part of it are removed at the end: see `gallery.export.cleanup`. With `dry_run` nothing is written.

    Raises ExportError where `dest` can't be a folder to write to or another export is at work in it, UsageError for an
    unknown way; while it goes on, ExportError where no other photo could be written either, as on a full disk.
    """
    options = options or ExportOptions()
    if options.how not in WAYS:
        raise UsageError(f"unknown way to export {options.how!r}; choose from {', '.join(WAYS)}")
    destination = Destination.open(dest, dry_run=options.dry_run)
    items = name_photos(photos, options.name, options.album)
    owner = Owner(options.album, options.owner)
    if not options.dry_run:
        destination.manifest.claim(owner)
    run = Run.of(destination, items, how=options.how, owner=owner, update=options.update)
    return _exported(run, items, cleanup)


def _exported(run: Run, items: Sequence[NamedPhoto], cleanup: Originals | None) -> Iterator[ExportResult]:
    try:
        for item in items:
            yield from run.export(item)
        if cleanup is not None:
            yield from remove_earlier(run, cleanup)
    finally:
        run.destination.close()
