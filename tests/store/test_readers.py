"""Connections that can only read, and can be broken off."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text

from gallery.errors import StoreError
from gallery.store.readers import ReadingStore
from gallery.store.store import Store
from tests.support.make import MODEL, added, write


def test_it_sees_what_others_write_and_writes_nothing(store: Store) -> None:
    with ReadingStore(store) as reader:
        write(store, added("/photos/a.jpg"))
        assert reader.paths_of(store.photo("/photos/a.jpg").hash) == ["/photos/a.jpg"]
        with pytest.raises(StoreError):
            reader.use_model(MODEL)


def test_it_reads_while_another_holds_the_write_lock(store: Store) -> None:
    with ReadingStore(store) as reader, store.write_connection():
        start = time.monotonic()
        assert reader.known_files() == {}
        assert time.monotonic() - start < 1


def test_after_the_end_nothing_is_read(store: Store) -> None:
    with ReadingStore(store) as reader:
        assert reader.known_files() == {}
        reader.end()
        with pytest.raises(StoreError, match="ending"):
            reader.known_files()
    assert store.known_files() == {}


def test_what_takes_long_can_be_broken_off(store: Store) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with ReadingStore(store) as reader:
        stop = threading.Event()

        def break_off() -> None:
            while not stop.wait(0.05):
                reader.interrupt()

        thread = threading.Thread(target=break_off)
        thread.start()
        try:
            with pytest.raises(StoreError, match="interrupted"), reader.read() as connection:
                connection.execute(text(endless)).scalar()
        finally:
            stop.set()
            thread.join()
