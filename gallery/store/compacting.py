"""Gives room back to the disk: SQLite keeps the pages of deleted rows for what comes later."""

from __future__ import annotations

from pathlib import Path

from gallery.db.connecting import write_when_free
from gallery.db.engine import connect_engine, driver_of, translated
from gallery.errors import StoreError
from gallery.store.store import Store


def compact(store: Store) -> tuple[int, int]:
    """The bytes of the database before, and now. About as much room is needed meanwhile.

    Raises StoreError for a database that is no file, StoreLockedError while photos are being indexed.
    """
    file = Path(store.location)
    if not file.is_file():
        raise StoreError(store.location, "only a database in a file can be compacted; a server sees to that itself")
    engine = connect_engine(file, patience=store.patience)
    try:
        with store.index_lock(), translated(store.location), engine.connect() as connection:
            driver = driver_of(connection)
            # What is left is copied there meanwhile: not into memory.
            driver.execute("PRAGMA temp_store=FILE")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            before = file.stat().st_size
            write_when_free(driver, file, "VACUUM", store.patience)
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return before, file.stat().st_size
    finally:
        engine.dispose()
