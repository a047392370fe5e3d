"""Disks that are full or fail, and other programs that write: what a person does is whole or not there, and what was
said before stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from gallery.curation.albums import (
    add_to_album,
    album_photos,
    create_album,
    delete_album,
    list_albums,
    rename_album,
    set_album_cover,
)
from gallery.curation.dump import dump_text, write_dump
from gallery.curation.dump_lines import read_dump
from gallery.curation.history import list_actions, undo
from gallery.curation.labels import clear_labels, faces_named, label_faces, reject_faces
from gallery.curation.picks import pick_photos, reject_photos
from gallery.curation.restoring import restore_dump
from gallery.curation.saved_queries import rename_query, save_query
from gallery.db.engine import driver_of
from gallery.errors import DumpError, StoreError, StoreLockedError
from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.disk import small_disk
from tests.support.make import added, face, open_store, write

A, B, C = "/p/a.jpg", "/p/b.jpg", "/p/c.jpg"
FRAME = 4096 + 24
"""What the write-ahead log takes for each page."""
State = Callable[[], object]
CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY)
ACTIONS: dict[str, Callable[[Store], object]] = {
    "label": lambda store: label_faces(store, faces_named(store, [f"{B}#1"]), "sad"),
    "label again": lambda store: label_faces(store, faces_named(store, [f"{A}#1"]), "sad"),
    "reject": lambda store: reject_faces(store, faces_named(store, [f"{C}#1"])),
    "clear": lambda store: clear_labels(store, faces_named(store, [f"{A}#1"])),
    "pick": lambda store: pick_photos(store, [A, C]),
    "reject a pick": lambda store: reject_photos(store, [B]),
    "album": lambda store: create_album(store, "New", [C, A]),
    "add": lambda store: add_to_album(store, "Best", [C]),
    "cover": lambda store: set_album_cover(store, "Best", A),
    "rename": lambda store: rename_album(store, "Best", "Better"),
    "delete": lambda store: delete_album(store, "Best"),
    "save": lambda store: save_query(store, "sad ones", Query.parse("emotion:sad")),
    "rename a query": lambda store: rename_query(store, "happy ones", "smiles"),
    "undo": undo,
    "restore": lambda store: restore_dump(store, read_dump(Path(store.location).with_name("other.jsonl"))),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which much was said of three photos, and beside it a dump in which more was."""
    folder = tmp_path_factory.mktemp("said")
    with open_store(folder) as store:
        write(store, added(A, face("happy")), added(B, face("fear")), added(C, face("happy", 0.6)))
        label_faces(store, faces_named(store, [f"{A}#1"]), "fear")
        pick_photos(store, [B])
        create_album(store, "Best", [B, A])
        save_query(store, "happy ones", Query.parse("emotion:happy"))
        reject_photos(store, [C])
        more = (label_faces(store, faces_named(store, [f"{C}#1"]), "neutral"), create_album(store, "Other", [C]))
        write_dump(store, folder / "other.jsonl")
        assert [undo(store) is not None for _ in more] == [True, True]
    return folder


@pytest.fixture
def store(said: Path, tmp_path: Path) -> Iterator[Store]:
    for file in said.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with Store.open(tmp_path / "gallery.db", busy_timeout_seconds=0) as store:
        yield store
        assert store.check() == []


@pytest.fixture
def state(store: Store) -> Iterator[State]:
    """What was said, what could be undone, and what is shown; as another program sees it."""
    with Store.open(store.location) as other:

        def seen() -> object:
            albums = [(one, [photo.path for photo in album_photos(other, one.name)]) for one in list_albums(other)]
            return dump_text(other), list_actions(other), albums, other.search(Query())

        yield seen


@contextmanager
def failing_at(store: Store, number: int, code: int) -> Iterator[None]:
    """The statement of this number, from 1 on, fails in the driver; 0: the end of the first transaction that writes."""
    statements, engine = count(1), store._engine

    def fail(*_: object) -> None:
        error = sqlite3.OperationalError("made to fail")
        error.sqlite_errorcode = code
        raise error

    def execute(*_: object) -> None:
        if next(statements) == number:
            fail()

    def commit(connection: object) -> None:
        if driver_of(connection).total_changes:  # type: ignore[arg-type]
            fail()

    name, listener = ("before_cursor_execute", execute) if number else ("commit", commit)
    event.listen(engine, name, listener)
    try:
        yield
    finally:
        event.remove(engine, name, listener)


@contextmanager
def no_more_pages(store: Store, pages: int) -> Iterator[None]:
    """SQLite itself says that the disk is full, as soon as the database would grow by more than so many pages."""
    with store.read() as connection:
        driver = driver_of(connection)
        (now,) = driver.execute("PRAGMA page_count").fetchone()
        driver.execute(f"PRAGMA max_page_count={now + pages}")
    try:
        yield
    finally:
        driver.execute("PRAGMA max_page_count=1000000")


def long_log(store: Store) -> int:
    """The bytes of a write-ahead log that is longer than all else that SQLite writes beside it."""
    with store.write_connection() as connection:
        connection.exec_driver_sql("CREATE TABLE filler AS SELECT zeroblob(100000) AS room")
    with store.write_connection() as connection:
        connection.exec_driver_sql("DROP TABLE filler")
    return Path(f"{store.location}-wal").stat().st_size


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_of_which_a_statement_fails_is_not_there(store: Store, state: State, action: str) -> None:
    before, failed = state(), 0
    for number in count():
        try:
            with failing_at(store, number, CODES[number % len(CODES)]):
                ACTIONS[action](store)
        except StoreError:
            failed += 1
            assert state() == before
        else:
            break
    assert failed > 3
    assert state() != before


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_for_which_the_disk_has_no_room_is_not_there(store: Store, state: State, action: str) -> None:
    before, failed, room = state(), 0, long_log(store)
    for frames in count():
        try:
            with small_disk(room + frames * FRAME):
                ACTIONS[action](store)
        except StoreError:
            failed += 1
            assert state() == before
        else:
            break
    assert failed > 1
    assert state() != before


def test_an_action_for_which_the_database_cannot_grow_is_not_there(store: Store, state: State) -> None:
    name, before, told = "long " * 36, state(), set()
    notes = [f"{name}{number}" for number in range(12)]
    for number, note in enumerate(notes):
        try:
            with no_more_pages(store, 0):
                create_album(store, note, [A, B, C])
        except StoreError as error:
            told.add(error.reason)
            assert state() == before
            create_album(store, note, [A, B, C])
        before = state()
        assert len(list_albums(store)) == number + 2
    assert told == {"no space left to write to; free some on this disk and run the same command again"}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_while_another_program_writes_is_not_there_and_can_be_repeated(
    store: Store, state: State, action: str
) -> None:
    before = state()
    with closing(sqlite3.connect(store.location, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLockedError):
            ACTIONS[action](store)
        assert state() == before
        other.execute("ROLLBACK")
    ACTIONS[action](store)
    assert state() != before


def test_a_dump_for_which_there_is_no_room_leaves_the_one_before(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    write_dump(store, file)
    before = file.read_bytes()
    create_album(store, "New", [C])
    files = sorted(path.name for path in tmp_path.iterdir())
    for limit in range(0, len(before), 300):
        with small_disk(limit), pytest.raises(DumpError, match="can't be written"):
            write_dump(store, file, force=True)
        assert (file.read_bytes(), sorted(path.name for path in tmp_path.iterdir())) == (before, files)
