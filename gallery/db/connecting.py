"""SQLite's connections: how they read where nothing can be written, and wait until they may write.

In a database with a write-ahead log even a reader makes a file beside it, `-shm`. Where there is no room for that, or
no right, SQLite can be told that nobody writes: `immutable`. It then takes no lock, and reads nonsense if that isn't
true; so it is told that only where nobody has the database open, for who has keeps `-wal` and `-shm` beside it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gallery.system.holders import Holder, holder_of
from gallery.system.waiting import Patience

_NO_ROOM: Final = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)
_SMALLEST_SHM_BYTES: Final = 32768
"""What the index of the log has from the first reader on."""
_WRITE_BYTE_OF_SHM: Final = 120
_RESERVED_BYTE: Final = 0x40000001
"""Where SQLite locks for writing: in `-shm`, or without a write-ahead log in the database itself."""


class _ReadingConnection(sqlite3.Connection):
    """Can only read, although the file may be written; `refusal` says why."""

    refusal: sqlite3.Error | None = None


def connected(file: Path, timeout_seconds: float) -> sqlite3.Connection:
    """A connection to read and write by; where the disk has no room left, only to read by."""
    connection = sqlite3.connect(file, timeout=timeout_seconds, check_same_thread=False)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if _code(error) not in _NO_ROOM or not _is_in_nobodys_use(file):
            raise
        reading = connected_to_read(file, timeout_seconds)
        reading.refusal = error
        return reading
    except BaseException:
        connection.close()
        raise
    return connection


def connected_to_read(file: Path, timeout_seconds: float) -> _ReadingConnection:
    """A connection to read by, which makes no file."""
    uri = f"file:{quote(os.fsencode(file))}?mode=ro" + ("&immutable=1" if _is_in_nobodys_use(file) else "")
    return sqlite3.connect(uri, timeout=timeout_seconds, check_same_thread=False, uri=True, factory=_ReadingConnection)


def write_when_free(connection: sqlite3.Connection, file: Path | None, statement: str, patience: Patience) -> None:
    """Executes a statement that takes the write lock, as soon as that is free. Raises sqlite3.OperationalError."""
    refusal = getattr(connection, "refusal", None)
    if refusal is not None:
        raise refusal
    with closing(connection.execute("PRAGMA busy_timeout")) as cursor:
        (before,) = cursor.fetchone()
    connection.execute("PRAGMA busy_timeout=0")
    try:
        for _ in patience.tries(lambda: _waiting_for(file)):
            try:
                connection.execute(statement)
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY:
                    raise
                busy = error
            else:
                return
        raise busy
    finally:
        connection.execute(f"PRAGMA busy_timeout={before}")


def _is_in_nobodys_use(file: Path) -> bool:
    """Whether neither log nor index lie beside the file, but for the stumps that are left where there was no room."""
    real = file.resolve()
    return _size(Path(f"{real}-wal")) == 0 and _size(Path(f"{real}-shm")) < _SMALLEST_SHM_BYTES


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _waiting_for(file: Path | None) -> str:
    holder = None if file is None else _writer(file.resolve())
    who = f"{holder} is writing" if holder else "another program has been writing for a while"
    return f"{file}: {who} to this database; waiting for it, Ctrl-C stops"


def _writer(file: Path) -> Holder | None:
    index = Path(f"{file}-shm")
    return holder_of(index, "POSIX", _WRITE_BYTE_OF_SHM) or holder_of(file, "POSIX", _RESERVED_BYTE)


def _code(error: sqlite3.Error) -> int:
    """The kind of error; 0 where it isn't SQLite's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
