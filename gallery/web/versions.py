"""Tells when the database has changed, whoever did it."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import Final

_NOT_LONG_SECONDS: Final = 0.2


class Versions:
    """`current` is another text whenever something was written to the database since it was asked before.

    SQLite counts for a connection how often others wrote: this one never does. Of a database on a server nothing can be
    told; then it is another text whenever this program wrote, who says so by `changed`.
    """

    def __init__(self, file: Path | None) -> None:
        self._lock = threading.Lock()
        self._start = os.urandom(4).hex()
        self._count = 0
        self._seen: int | None = None
        self._connection = None if file is None else _watching(file)

    def current(self) -> str:
        """Takes some microseconds."""
        with self._lock:
            if self._connection is not None:
                self._look(self._connection)
            return f"{self._start}-{self._count}"

    def changed(self) -> None:
        """Notes that this program has written."""
        with self._lock:
            if self._connection is None:
                self._count += 1

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _look(self, connection: sqlite3.Connection) -> None:
        try:
            (seen,) = connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:  # busy in the moment of a checkpoint: the next one to ask is told
            return
        if self._seen not in (None, seen):
            self._count += 1
        self._seen = seen


def _watching(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_NOT_LONG_SECONDS, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA query_only=ON")
    return connection
