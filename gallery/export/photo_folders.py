"""Where the indexed photos lie: nothing is exported among them, or the next `gallery index` would find it there."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select

from gallery.db import schema
from gallery.errors import ExportError
from gallery.store.roots import known_roots
from gallery.store.store import Store


def refuse_library(store: Store, dest: Path) -> None:
    """Raises ExportError where the folder `dest` is or lies below one that is looked through, or that holds photos.

    The user's home and a drive as such hold all kinds of things. Where one of them as a whole is looked through, and
    in databases that don't know yet which folders are, it is what the photos of one collection have in common that
    counts. Photos are of one collection when they lie in the same folder of the home, of a drive or of the root: with
    photos in `~/Photos/2023` and `~/Photos/2024` that is all of `~/Photos`, whatever is in `~/Downloads` besides. With
    photos right in the home or a drive, only they themselves are refused.
    """
    home, resolved = Path.home().resolve(), dest.resolve()
    for folder in _library(store, home):
        within = (resolved,) if _is_shared(folder, home) else (resolved, *resolved.parents)
        if any(_is_same(one, folder) for one in within):
            reason = f"lies among your indexed photos in {folder}, where the next `gallery index` would find what is "
            raise ExportError(dest, f"{reason}exported, too; name a folder outside")


def _library(store: Store, home: Path) -> list[Path]:
    folders, roots = photo_folders(store), [Path(root.path).resolve() for root in known_roots(store)]
    if not roots:
        return library_folders(folders, home)
    shared = [root for root in roots if _is_shared(root, home)]
    whole = [root for root in roots if root not in shared and root.is_dir()]
    rest = [folder for folder in {Path(one).resolve() for one in folders} if not _is_in(folder, whole)]
    in_shared = [str(folder) for folder in rest if _is_in(folder, shared)]
    return [*whole, *library_folders(in_shared, home), *(folder for folder in rest if not _is_in(folder, shared))]


def _is_in(folder: Path, others: list[Path]) -> bool:
    return any(folder.is_relative_to(other) for other in others)


def photo_folders(store: Store) -> set[str]:
    """The folders that directly hold files of indexed photos, those that are missing left out."""
    path = schema.path.c
    with store.read() as connection:
        files = connection.execute(select(path.path).where(path.missing_since.is_(None))).scalars()
        return {os.path.dirname(file) for file in files}  # noqa: PTH120 - a million of them, and a Path is slow


def library_folders(folders: Iterable[str], home: Path) -> list[Path]:
    """What each collection has in common, given the folders that hold photos; links are resolved."""
    collections: defaultdict[Path, list[Path]] = defaultdict(list)
    for folder in {Path(one).resolve() for one in folders}:
        if os.path.isdir(folder):  # noqa: PTH112 - Path's raises where we may not look
            collections[_collection(folder, home)].append(folder)
    return sorted(Path(os.path.commonpath(whole)) for whole in collections.values())


def _collection(folder: Path, home: Path) -> Path:
    """The folder right in the home, a drive or the root that `folder` is or lies in."""
    for below, above in zip((folder, *folder.parents), folder.parents, strict=False):
        if _is_shared(above, home) or _is_shared(below, home):
            return below
    return folder


def _is_shared(folder: Path, home: Path) -> bool:
    return home.is_relative_to(folder) or os.path.ismount(folder)


def _is_same(one: Path, other: Path) -> bool:
    """Asked of the disk, which may ignore case or show a folder in two places."""
    try:
        return one.samefile(other)
    except OSError:
        return False
