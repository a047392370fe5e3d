"""A database through connections that can only read: many at a time, with small caches, and each can be broken off."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from gallery.db.engine import connect_engine, database_file
from gallery.errors import StoreError
from gallery.store.store import Store

_CACHE_KIB: Final = 8192
"""Of each connection; what else is read often, the system keeps."""


class ReadingStore(Store):
    """The same database as another store has open. Whoever tries to write gets a StoreError."""

    def __init__(self, store: Store) -> None:
        self._open: dict[int, Any] = {}
        self._has_ended = False
        super().__init__(self._read_only(store._engine, store), store.patience, store.limits)

    @property
    def file(self) -> Path | None:
        """Of a SQLite database; None for one on a server."""
        return database_file(self._engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """As of every store, until the `end`."""
        if self._has_ended:
            raise StoreError(self.location, "nothing is read any more: the program is ending")
        with super().read() as connection:
            yield connection

    def end(self) -> None:
        """Breaks off whatever is being read, and all that would be read from now on."""
        self._has_ended = True
        self.interrupt()

    def interrupt(self) -> None:
        """Breaks off whatever is being read just now; who reads gets a StoreError."""
        for connection in list(self._open.values()):
            with suppress(sqlite3.ProgrammingError):  # closed meanwhile
                connection.interrupt()

    def _read_only(self, writing: Engine, store: Store) -> Engine:
        url = writing.url.render_as_string(hide_password=False)
        engine = connect_engine(database_file(writing) or url, patience=store.patience)
        if engine.url.get_backend_name() == "sqlite":
            event.listen(engine, "connect", self._set_up)
            event.listen(engine, "close", self._forget)
        return engine

    def _set_up(self, connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA query_only=ON")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        self._open[id(connection)] = connection

    def _forget(self, connection: sqlite3.Connection, _record: Any) -> None:
        self._open.pop(id(connection), None)
