"""Removes what earlier exports of an album made and this one no longer needs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gallery.errors import ImageError
from gallery.export.destination import Destination, is_reached_by_folders
from gallery.export.files import stop_if_hopeless
from gallery.export.manifest import Entry
from gallery.export.naming import may_be_read
from gallery.export.request import Originals
from gallery.export.results import ExportAction, ExportResult, Kind
from gallery.export.run import Run
from gallery.export.safe_names import name_key
from gallery.images.decode import hash_file


def remove_earlier(run: Run, originals: Originals) -> Iterator[ExportResult]:
    """Removes the files that stand for nothing in this run, then empty folders; one result per file.

    A file goes only if exports of this album or query made it, it is that to the byte, and the photo still exists
    outside of this folder, for nothing here may be the last copy of it. All others are `kept`. One that another album
    or query stands for as well is left to that one, without a word. A photo that is wanted but couldn't be exported
    this time, as its drive isn't connected, keeps the files it has.
    """
    manifest = run.destination.manifest
    for name, entry in list(manifest.entries.items()):
        is_needed = name_key(name) in run.standing or entry.photo in run.unplaced
        if not entry.belongs_to(run.owner) or is_needed:
            continue
        if not entry.is_of_nobody_else(run.owner):
            if not run.destination.dry_run:
                manifest.note(name, entry.without(run.owner))
        elif os.path.lexists(run.destination.file(name)):
            yield _removed(run, name, entry, originals)
        elif not run.destination.dry_run:
            manifest.forget(name)
    if not run.destination.dry_run:
        _remove_folders(run.destination)


def _removed(run: Run, name: str, entry: Entry, originals: Originals) -> ExportResult:
    destination = run.destination
    path = destination.file(name)
    reason = _reason_to_keep(run, name, entry, originals)
    if reason is not None:
        return ExportResult(None, str(path), ExportAction.KEPT, reason, Kind.EARLIER)
    try:
        if not destination.dry_run:
            path.unlink()
            destination.manifest.forget(name)
    except OSError as error:
        stop_if_hopeless(error, destination.path)
        reason = f"can't be removed: {error.strerror or error}"
        return ExportResult(None, str(path), ExportAction.FAILED, reason, Kind.EARLIER)
    return ExportResult(None, str(path), ExportAction.REMOVED, None, Kind.EARLIER)


def _reason_to_keep(run: Run, name: str, entry: Entry, originals: Originals) -> str | None:
    if not is_reached_by_folders(run.destination.path, name):
        return "a folder on the way to it is a link now"
    if not entry.is_same(run.destination.file(name)):
        return "was changed since it was exported"
    if entry.link is None and not _has_original(run, entry, originals):
        return "what it was copied from isn't known or there any more; this may be the last copy"
    return None


def _has_original(run: Run, entry: Entry, originals: Originals) -> bool:
    folder = run.destination.path.resolve()
    for path in map(Path, originals(entry.photo)):
        if not may_be_read(path) or path.resolve().is_relative_to(folder):
            continue
        try:
            if hash_file(path) == entry.photo and (entry.hash == entry.photo or run.sidecars.of(path)):
                return True
        except ImageError:
            continue
    return False


def _remove_folders(destination: Destination) -> None:
    """Those that exports made, the deepest first, as far as they are empty."""
    for name in sorted(destination.manifest.folders, key=lambda name: name.count("/"), reverse=True):
        if is_reached_by_folders(destination.path, f"{name}/any"):
            try:
                destination.file(name).rmdir()
            except FileNotFoundError:
                pass
            except OSError:  # not empty: somebody needs it
                continue
            destination.manifest.forget_folder(name)
