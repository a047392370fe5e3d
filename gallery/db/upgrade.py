"""Brings a database to the program's schema: creates it, or backs it up and upgrades it, or refuses it untouched."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect

from gallery.db import schema
from gallery.db.engine import (
    connect_engine,
    create_private_file,
    database_file,
    describe,
    driver_of,
    for_writing,
    is_read_only,
    translated,
)
from gallery.errors import NewerSchemaError, NotAGalleryError, StoreError
from gallery.settings import bundled_folder
from gallery.system.waiting import Patience

if TYPE_CHECKING:
    from alembic.config import Config


def open_engine(
    location: str | os.PathLike[str] | None,
    *,
    patience: Patience | None = None,
    migrations: Path | None = None,
) -> Engine:
    """An engine for a database that has the newest schema, created or upgraded where need be.

    An upgrade keeps a copy beside the file, `NAME.backup-REVISION-TIME`. `migrations` replaces the program's own
    revisions. Raises StoreError or a child of it; then the database is as it was.
    """
    engine = connect_engine(location, patience=patience)
    try:
        with translated(describe(engine)):
            _bring_up_to_date(engine, migrations)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _bring_up_to_date(engine: Engine, migrations: Path | None) -> None:
    head = schema.HEAD if migrations is None else _newest(migrations)
    with engine.connect() as connection:
        revision = current_revision(connection, describe(engine))
    if revision != head:
        if is_read_only(engine):
            raise StoreError(describe(engine), "the database must be created or upgraded, but can't be written")
        _upgrade(engine, migrations or bundled_folder("migrations"), head)
    if not is_read_only(engine):
        _use_wal(engine)


def current_revision(connection: Connection, location: str) -> str | None:
    """The revision of the schema; None for a database without any table. Raises NotAGalleryError for anything else."""
    tables = _tables(connection)
    if not tables:
        return None
    # The tables of the first revision: a program's own `alembic_version` doesn't make its database a gallery.
    if {"alembic_version", "content", "face", "album"} <= tables:
        revisions = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        if len(revisions) == 1:
            return str(revisions[0])
    raise NotAGalleryError(location, "is a database of another program; nothing was changed in it")


def _tables(connection: Connection) -> set[str]:
    if connection.dialect.name != "sqlite":
        return set(inspect(connection).get_table_names())
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    )
    return set(names.scalars())


def _upgrade(engine: Engine, migrations: Path, head: str) -> None:
    location = describe(engine)
    backup: Path | None = None
    try:
        with for_writing(engine).connect() as connection, without_foreign_keys(connection), connection.begin():
            revision = current_revision(connection, location)
            if revision == head:
                return  # Another process was quicker.
            if revision is not None:
                _refuse_unknown(migrations, revision, location)
                backup = _back_up(engine, revision)
            _migrate(connection, migrations, location)
            _check_references(connection, location)
    except BaseException:
        if backup is not None:
            backup.unlink(missing_ok=True)
        raise


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Foreign keys off, which SQLite allows outside of a transaction only.

    Left on, a migration that rebuilds a parent table silently empties its children.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = driver_of(connection)
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection, location: str) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreError(location, f"upgrading would break references in table {broken[0]!r}; nothing was changed")


def _use_wal(engine: Engine) -> None:
    """Write-ahead log: readers go on while the indexer writes. The file remembers it."""
    if database_file(engine) is None:
        return
    # Busy: somebody reads just now. Everything works without the log, and the next one to open tries again.
    with engine.connect() as connection, suppress(sqlite3.OperationalError):
        driver = driver_of(connection)
        (timeout,) = driver.execute("PRAGMA busy_timeout").fetchone()
        driver.execute("PRAGMA busy_timeout=0")
        try:
            driver.execute("PRAGMA journal_mode=WAL").fetchone()
        finally:
            driver.execute(f"PRAGMA busy_timeout={timeout}")


def _back_up(engine: Engine, revision: str) -> Path | None:
    """A copy made by a second connection while ours holds the write lock; a server has its own back-ups."""
    file = database_file(engine)
    if file is None:
        return None
    copy = _free_name(file, revision)
    create_private_file(copy)
    try:
        with engine.connect() as connection, closing(sqlite3.connect(copy)) as target:
            driver_of(connection).backup(target)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _free_name(file: Path, revision: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return file.with_name(f"{file.name}.backup-{revision}-{stamp}")


def _alembic(migrations: Path) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


def _newest(migrations: Path) -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(_alembic(migrations)).get_current_head())


def _refuse_unknown(migrations: Path, revision: str, location: str) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(_alembic(migrations)).walk_revisions()}
    if revision not in known:
        raise NewerSchemaError(location, f"was made by a newer gallery (schema {revision}); upgrade gallery to open it")


def _migrate(connection: Connection, migrations: Path, location: str) -> None:
    from alembic import command
    from alembic.util import CommandError

    config = _alembic(migrations)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(location, f"can't be upgraded: {error}") from error
