"""A copy of the whole database, made while others read and write it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from gallery.errors import StoreError
from gallery.store.store import Store
from gallery.system.files import new_file, reveal, temporary_in
from gallery.system.paths import AnyPath, expanded

_STEP: Final = 4096
"""Pages copied at once: 16 MB, after which Ctrl-C is heard."""


def back_up(store: Store, file: AnyPath) -> None:
    """Writes the database as it is now into a new file, which only its owner may read.

    Others go on writing meanwhile; of that nothing is in the copy. Raises StoreError where the file is there already or
    can't be written, and for a database on a server; nothing is left of a copy that isn't whole.
    """
    file = expanded(file)
    if os.path.lexists(file):
        raise StoreError(file, "exists already, and nothing is ever overwritten; name another file")
    if not file.parent.is_dir():
        raise StoreError(file, "the folder it would lie in doesn't exist; make it first")
    unfinished = temporary_in(file.parent)
    try:
        new_file(unfinished, 0o600).close()
        _copy(store, unfinished)
        reveal(unfinished, file)
    except FileExistsError:
        raise StoreError(file, "exists already, and nothing is ever overwritten; name another file") from None
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(file, f"the back-up can't be made ({reason}); the database is as it was") from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _copy(store: Store, target: Path) -> None:
    with store.read() as connection:
        source = connection.connection.driver_connection
        if not isinstance(source, sqlite3.Connection):
            raise StoreError(store.location, "is on a server, which has back-ups of its own")
        # From the first look on we see one state; a copy without it would begin anew after each change.
        connection.exec_driver_sql("SELECT 1 FROM content LIMIT 1").all()
        try:
            with closing(sqlite3.connect(target)) as copy:
                copy.execute("PRAGMA journal_mode = MEMORY")  # a copy that fails would leave its journal behind
                # SQLite alone hears no signal; Python does, each time that it is told how far this is.
                source.backup(copy, pages=_STEP, progress=lambda *_: None)
        except sqlite3.Error as error:
            raise OSError(str(error)) from error  # which is about the copy, not about the database
