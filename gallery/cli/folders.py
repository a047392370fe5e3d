"""The folders that `index` and `watch` are given, or know."""

from __future__ import annotations

from collections.abc import Sequence

from gallery.cli.state import State
from gallery.errors import UsageError
from gallery.indexing.places import sorted_out
from gallery.settings import Settings
from gallery.store.existing import database_exists
from gallery.store.roots import known_roots
from gallery.store.store import Store


def open_store_for(state: State, settings: Settings, paths: Sequence[str]) -> Store:
    """The database; no new one is made where no folder is given, or one that isn't there."""
    if not database_exists(settings.db):
        if not paths:
            raise UsageError("which folder? As in: gallery index ~/Photos")
        sorted_out(None, paths)
    return state.open_store(settings)


def folders_to_look_through(store: Store, paths: Sequence[str]) -> Sequence[str]:
    """Those given, or else all that are known. Raises UsageError where none is."""
    found = paths or [root.path for root in known_roots(store)]
    if not found:
        raise UsageError("which folder? None was looked through so far; as in: gallery index ~/Photos")
    return found


def check_folders(store: Store, paths: Sequence[str]) -> None:
    """Raises UsageError where one is a file, ScanError where one is neither there nor known."""
    there, _ = sorted_out(store, paths)
    for path, is_folder in there.items():
        if not is_folder:
            raise UsageError(f"{path}: is a file; name the folder that it lies in")
