"""Opens databases: where they are, how SQLite is set up, and which of our errors its errors become."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import URL, Connection, Engine, QueuePool, Table, create_engine, event, insert, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from gallery import settings
from gallery.db.connecting import connected, connected_to_read, write_when_free
from gallery.errors import DriverError, NotAGalleryError, StoreError, StoreLockedError
from gallery.folding import folded
from gallery.system.paths import expanded
from gallery.system.waiting import Patience

_WRITES: Final = "gallery_writes"
_LONGEST_DEAF_WAIT_SECONDS: Final = 5.0
"""For all but the write lock SQLite itself waits, and Ctrl-C isn't heard meanwhile."""


def connect_engine(location: str | os.PathLike[str] | None, *, patience: Patience | None = None) -> Engine:
    """An engine for `location` as it is: nothing is looked at, created or upgraded, except an empty private file.

    `location` is the path of a SQLite file, or a SQLAlchemy URL where it contains `://`; None is the default database.
    Whoever writes waits for SQLite's write lock as long as the `patience` lasts; reading takes no lock.
    """
    patience = patience or Patience()
    text = os.fspath(location if location is not None else settings.default_database())
    url = _parse_url(text) if "://" in text else URL.create("sqlite", database=str(expanded(text)))
    if url.get_backend_name() != "sqlite":
        return _foreign_engine(url)
    engine = create_engine(url) if is_memory(url) else _file_engine(_absolute(url), patience)
    event.listen(engine, "connect", _set_up_sqlite)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            _begin_to_write(connection, patience)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def database_file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None for one in memory or on a server."""
    url = engine.url
    return None if url.get_backend_name() != "sqlite" or is_memory(url) else Path(str(url.database))


def is_memory(url: URL) -> bool:
    """Whether the URL means a SQLite database that is no file."""
    return url.database in (None, "", ":memory:")


def is_read_only(engine: Engine) -> bool:
    """Whether the file, or the folder in which SQLite keeps its journal, can't be written by this user."""
    file = database_file(engine)
    return file is not None and not _writable(file)


def describe(engine: Engine) -> str:
    """The database as people know it: a path, or a URL without its password."""
    file = database_file(engine)
    return str(file) if file else engine.url.render_as_string(hide_password=True)


def for_writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take the write lock when they begin.

    One that reads first and writes later fails at once, whatever the timeout, where another one wrote between.
    """
    return engine.execution_options(**{_WRITES: True})


def add_row(connection: Connection, table: Table, **values: Any) -> int:
    """Inserts one row and gives its number."""
    key = connection.execute(insert(table).values(values)).inserted_primary_key
    assert key is not None, f"{table.name} has no single number"  # noqa: S101
    return int(key[0])


@contextmanager
def translated(location: str) -> Iterator[None]:
    """Errors of SQLAlchemy and its drivers become children of StoreError; nothing of them leaks."""
    try:
        yield
    except DBAPIError as error:
        raise store_error(location, error.orig or error) from error
    except (sqlite3.Error, SQLAlchemyError) as error:
        raise store_error(location, error) from error
    except UnicodeDecodeError as error:  # the driver's, where SQLite quotes bytes of a damaged schema in its own words
        raise StoreError(location, _DAMAGED) from error


def driver_of(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection below SQLAlchemy's."""
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def store_error(location: str, error: BaseException) -> StoreError:
    """What a driver's error means to the person at the keyboard."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLockedError(location, "another program is writing to this database; try again when it is done")
    if code == sqlite3.SQLITE_NOTADB:
        return NotAGalleryError(location, "is no gallery database; nothing was changed in it")
    if str(error).startswith("Could not decode to UTF-8"):
        return StoreError(location, f"{_DAMAGED} ({error})")
    return StoreError(location, _REASONS.get(code, f"the database reports: {error}"))


_DAMAGED: Final = (
    "the database is damaged; put a back-up in its place, or save what can still be read by `gallery dump FILE`, take "
    "the database away, and `gallery restore FILE` into a new one"
)
_REASONS: Final = {
    sqlite3.SQLITE_READONLY: "the database can't be written; give yourself the right to write the file and its folder",
    sqlite3.SQLITE_FULL: "no space left to write to; free some on this disk and run the same command again",
    sqlite3.SQLITE_CANTOPEN: "the database can't be opened; check that you may read and write it and its folder",
    sqlite3.SQLITE_PERM: "you have no permission to open this database",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_IOERR: "the disk failed to read or write; see that it is connected and not full",
}


def create_private_file(file: Path) -> None:
    """An empty file that only its owner can read, in folders that are private where they are new.

    SQLite gives its journals the mode of the database. A file that exists is left as it is.
    """
    for folder in reversed([folder for folder in file.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return


def _parse_url(text: str) -> URL:
    try:
        return make_url(text)
    except ArgumentError:
        # The text may hold a password, so it isn't repeated.
        raise StoreError(
            text.partition("://")[0] + "://...", "is no database URL; see SQLAlchemy's database URLs"
        ) from None


def _foreign_engine(url: URL) -> Engine:
    try:
        engine = create_engine(url)
    except ModuleNotFoundError as error:
        reason = f"its driver isn't installed; add it to where gallery is installed: pip install {error.name}"
        raise DriverError(url.render_as_string(hide_password=True), reason) from error
    except NoSuchModuleError as error:
        reason = f"no driver called {url.drivername!r} is known; see SQLAlchemy's database URLs"
        raise DriverError(url.render_as_string(hide_password=True), reason) from error
    return engine


def _absolute(url: URL) -> Path:
    return Path.cwd() / str(url.database)


def _file_engine(file: Path, patience: Patience) -> Engine:
    _check_file(file)
    timeout = min(patience.seconds, _LONGEST_DEAF_WAIT_SECONDS)
    writable = _writable(file)

    def connect() -> sqlite3.Connection:
        return connected(file, timeout) if writable else connected_to_read(file, timeout)

    url = URL.create("sqlite", database=str(file))
    return create_engine(url, creator=connect, poolclass=QueuePool)


def _check_file(file: Path) -> None:
    """Creates a missing file, and says why one can't be opened: SQLite itself only says that it can't."""
    try:
        create_private_file(file)
        if not (file.is_file() or file.is_dir()):  # opening a pipe would wait for ever
            raise NotAGalleryError(file, "is a pipe or device; give the path of a database file")
        file.open("rb").close()
    except IsADirectoryError:
        raise NotAGalleryError(file, "is a folder; give the path of a database file") from None
    except OSError as error:
        raise StoreError(file, f"the database can't be opened: {error.strerror}") from error


def _writable(file: Path) -> bool:
    return os.access(file, os.W_OK) and os.access(file.resolve().parent, os.W_OK)


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # `_begin` alone begins transactions: by the driver's own rules a failing migration leaves half a schema.
    connection.isolation_level = None
    for pragma in (
        "foreign_keys=ON",
        "synchronous=NORMAL",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "cache_size=-65536",
        # A search that sorts much would want room on the disk.
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("contains_folded", 2, _contains_folded, deterministic=True)
    connection.create_function("lies_in_folded", 2, _lies_in_folded, deterministic=True)
    connection.create_function("parent_folder", 1, os.path.dirname, deterministic=True)


def _lies_in_folded(path: bytes, place: bytes) -> bool:
    """Whether the path is the place, which is folded already, or below it; for systems on which case says nothing."""
    compared, of = folded(os.fsdecode(path)), _decoded(place)
    return compared == of or compared.startswith(of.rstrip(os.sep) + os.sep)


def _contains_folded(text: bytes, part: bytes) -> bool:
    """Whether the text contains the part, which is folded already. Bytes, as a path or its part may be no UTF-8.

    A search may ask a million paths: most have plain letters alone, and those that haven't lie in few folders.
    """
    if text.isascii():
        return part in text.lower()
    folder, slash, name = text.rpartition(os.fsencode(os.sep))
    # No accent goes with the slash before it.
    folded_name = name.lower().decode() if name.isascii() else folded(os.fsdecode(name))
    return _decoded(part) in f"{_folded_folder(folder)}{slash.decode()}{folded_name}"


_decoded: Final = lru_cache(maxsize=200)(os.fsdecode)
"""Of one part, asked of many texts."""


@lru_cache(maxsize=1000)
def _folded_folder(folder: bytes) -> str:
    return folded(os.fsdecode(folder))


def _begin_to_write(connection: Connection, patience: Patience) -> None:
    write_when_free(driver_of(connection), database_file(connection.engine), "BEGIN IMMEDIATE", patience)
