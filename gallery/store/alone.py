"""One process at a time that indexes into a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.errors import StoreError, StoreLockedError
from gallery.system.holders import holder_of
from gallery.system.waiting import Patience

if TYPE_CHECKING:
    from filelock import BaseFileLock


@contextmanager
def index_lock(database: Path, location: str, patience: Patience) -> Iterator[None]:
    """Holds the file beside the database that says so. Raises StoreLockedError where patience ends, StoreError."""
    from filelock import FileLock

    place = Path(f"{database}.lock")
    lock = FileLock(place, timeout=0, mode=0o600)
    try:
        taken = not any(_is_free(lock) for _ in patience.tries(lambda: _waiting_for(location, place)))
    except (OSError, NotImplementedError) as error:
        raise StoreError(location, f"can't make the lock file {place.name} beside it: {error}") from error
    if taken:
        reason = "another `gallery index` is running on this database; wait for it to end"
        raise StoreLockedError(location, reason)
    try:
        yield
    finally:
        lock.release()


def _is_free(lock: BaseFileLock) -> bool:
    from filelock import Timeout

    try:
        lock.acquire()
    except Timeout:
        return False
    return True


def _waiting_for(location: str, place: Path) -> str:
    who = holder_of(place, "FLOCK") or "another `gallery index`"
    return f"{location}: {who} is at work on this database; waiting for it, Ctrl-C stops"
