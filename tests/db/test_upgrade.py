from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import filelock  # noqa: F401 - loaded before the rights to read it are given up
import pytest
from sqlalchemy import event

from gallery import settings
from gallery.errors import GalleryError, NewerSchemaError, NotAGalleryError, StoreError, StoreLockedError
from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.make import DETECTOR, MODEL, added, face, open_store
from tests.support.programs import ending_within
from tests.support.rights import as_someone_without_rights

A = "/p/a.jpg"


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def open_umask() -> Iterator[None]:
    """The widest rights a system may hand out by itself."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_database_and_everything_beside_it_is_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "deep" / "gallery.db"
    with Store.open(file) as store:
        store.write([added(A, face())], model=MODEL, detector=DETECTOR)
        beside = {entry.name: mode(entry) for entry in file.parent.iterdir()}
    assert beside == {"gallery.db": 0o600, "gallery.db-wal": 0o600, "gallery.db-shm": 0o600}
    assert (mode(file.parent), mode(file.parent.parent)) == (0o700, 0o700)


def test_default_database_lies_where_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with Store.open() as store:
        assert store.location == str(settings.default_database())
    assert settings.default_database().is_file()


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "q?mode=ro#x.db", "\U0001f600.db", os.fsdecode(b"\xff.db")])
def test_database_may_have_any_name(tmp_path: Path, name: str) -> None:
    for _ in range(2):
        with Store.open(tmp_path / name) as store:
            store.write([added(A)], model=MODEL, detector=DETECTOR)
            assert store.search_paths(Query()) == [A]
    assert (tmp_path / name).stat().st_size > 0


def test_path_url_and_relative_path_open_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(tmp_path, added(A)).close()
    monkeypatch.chdir(tmp_path)
    for location in ("gallery.db", f"sqlite:///{tmp_path}/gallery.db", tmp_path / "gallery.db"):
        with Store.open(location) as store:
            assert store.location == str(tmp_path / "gallery.db")
            assert store.search_paths(Query()) == [A]


def test_connections_are_set_up_for_safety(tmp_path: Path) -> None:
    expected = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "trusted_schema": 0, "busy_timeout": 5000}
    with Store.open(tmp_path / "gallery.db") as store, store.read() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected} == expected


def _not_sqlite(file: Path) -> None:
    file.write_text("Dear diary, today I took a photo.\n" * 100)


def _short_text(file: Path) -> None:
    file.write_text("hello")


def _other_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def _other_program_with_alembic(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.commit()


def _a_view(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE VIEW content AS SELECT 1")


@pytest.mark.parametrize("make", [_not_sqlite, _short_text, _other_program, _other_program_with_alembic, _a_view])
def test_file_of_another_kind_is_refused_and_untouched(tmp_path: Path, make: Callable[[Path], None]) -> None:
    file = tmp_path / "mine.db"
    make(file)
    before = contents(tmp_path)
    with pytest.raises(NotAGalleryError, match=r"mine\.db"):
        Store.open(file)
    assert contents(tmp_path) == before


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAGalleryError, match="is a folder"):
        Store.open(tmp_path)


def test_file_within_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(StoreError, match="can't be opened"):
        Store.open(tmp_path / "photo.jpg" / "gallery.db")


def test_newer_database_is_refused_and_untouched(tmp_path: Path) -> None:
    open_store(tmp_path, added(A)).close()
    with closing(sqlite3.connect(tmp_path / "gallery.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = contents(tmp_path)
    with pytest.raises(NewerSchemaError, match="schema 9999"):
        Store.open(tmp_path / "gallery.db")
    assert contents(tmp_path) == before


def test_damaged_database_is_an_error_that_says_so(tmp_path: Path) -> None:
    open_store(tmp_path, *(added(f"/p/{number}.jpg", face()) for number in range(200))).close()
    file = tmp_path / "gallery.db"
    data = bytearray(file.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    file.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"), Store.open(file) as store:
        store.search(Query())


def test_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "gallery.db").touch()
    with Store.open(tmp_path / "gallery.db") as store:
        assert store.check() == []


def test_writer_that_waits_too_long_is_told_that_the_database_is_locked(tmp_path: Path) -> None:
    open_store(tmp_path, added(A)).close()
    with closing(sqlite3.connect(tmp_path / "gallery.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Store.open(tmp_path / "gallery.db", busy_timeout_seconds=0) as store:
            assert store.search_paths(Query()) == [A]
            with pytest.raises(StoreLockedError, match="try again"):
                store.mark_missing([A])
            other.execute("ROLLBACK")
            store.mark_missing([A])
            assert store.search_paths(Query()) == []


def test_writer_holds_the_lock_before_it_reads(tmp_path: Path) -> None:
    """Else its first write would fail at once where another one wrote after it began to read."""
    with open_store(tmp_path, added(A)) as first, Store.open(first.location, busy_timeout_seconds=0) as second:
        with first.write_connection() as connection:
            connection.exec_driver_sql("SELECT * FROM path").all()
            with pytest.raises(StoreLockedError):
                second.mark_missing([A])
            connection.exec_driver_sql("UPDATE path SET size = 7")
        assert second.known_files()[A].size == 7


def test_upgrade_of_a_locked_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "gallery.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLockedError):
            Store.open(tmp_path / "gallery.db", busy_timeout_seconds=0)


def test_full_disk_is_named_and_nothing_is_half_written(tmp_path: Path) -> None:
    with open_store(tmp_path, added(A)) as store:
        # SQLite answers as it does for a full disk when a database reaches its largest allowed size.
        event.listen(store._engine, "checkout", lambda raw, *_: raw.execute("PRAGMA max_page_count = 1"))
        with pytest.raises(StoreError, match="no space left"):
            store.write([added("/p/b.jpg", face(crop=bytes(500_000)))], model=MODEL, detector=DETECTOR)
        assert store.search_paths(Query()) == [A]
        assert store.check() == []


@pytest.fixture
def read_only_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a database, both readable by everybody and writable by nobody."""
    top = Path("/tmp") if os.geteuid() == 0 else tmp_path_factory.mktemp("any")  # noqa: S108 - others can reach it
    folder = top / f"gallery-test-{os.getpid()}"
    folder.mkdir()
    open_store(folder, added(A, face())).close()
    (folder / "gallery.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name == "nt", reason="rights work otherwise there")
def test_read_only_database_is_searched_but_not_written(read_only_folder: Path) -> None:
    before = contents(read_only_folder)

    def work() -> None:
        with Store.open(read_only_folder / "gallery.db") as store:
            assert store.search_paths(Query.of(emotions=("happy",))) == [A]
            assert store.check() == []
            with pytest.raises(StoreError, match="can't be written"):
                store.mark_missing([A])
            with pytest.raises(StoreError, match="lock file"), store.index_lock():
                pass

    as_someone_without_rights(work)
    assert contents(read_only_folder) == before


@pytest.mark.skipif(os.name == "nt", reason="rights work otherwise there")
def test_new_database_in_a_read_only_folder_is_refused(read_only_folder: Path) -> None:
    def work() -> None:
        with pytest.raises(StoreError, match="Permission denied"):
            Store.open(read_only_folder / "other.db")

    as_someone_without_rights(work)


@pytest.mark.skipif(os.name == "nt", reason="rights work otherwise there")
def test_old_database_that_can_not_be_written_is_refused(read_only_folder: Path) -> None:
    file = read_only_folder / "gallery.db"
    read_only_folder.chmod(0o755)
    file.unlink()
    file.touch(0o444)
    read_only_folder.chmod(0o555)

    def work() -> None:
        with pytest.raises(StoreError, match="can't be written"):
            Store.open(file)

    as_someone_without_rights(work)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nosuch://user:secret@host/db", "no driver called 'nosuch'"),
        ("postgresql+nosuch://user:secret@host/db", "driver"),
        ("postgresql+pg8000://user:secret@host/db", "pip install pg8000"),
        ("://", "no database URL"),
        ("sql ite://user:secret@host", "no database URL"),
    ],
)
def test_unusable_url_is_refused_without_repeating_its_password(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        Store.open(url)
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == (2 if "no database URL" not in said else 1)


@pytest.mark.parametrize("part", [b"TABLE content", b"INDEX ", b"KEY "])
def test_damaged_schema_is_told_as_damage(tmp_path: Path, part: bytes) -> None:
    open_store(tmp_path, added(A)).close()
    file = tmp_path / "gallery.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    content = file.read_bytes()
    assert part in content
    file.write_bytes(content.replace(part, b"\xff" + part[1:]))

    with pytest.raises(StoreError, match="is damaged; put a back-up in its place"):
        Store.open(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipe_in_place_of_the_database_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gallery.db")
    with ending_within(10), pytest.raises(NotAGalleryError, match="pipe"):
        Store.open(tmp_path / "gallery.db")


def test_triggers_of_strangers_can_not_call_functions_with_effects(tmp_path: Path) -> None:
    open_store(tmp_path, added(A)).close()
    with closing(sqlite3.connect(tmp_path / "gallery.db")) as connection:
        connection.execute("CREATE TRIGGER spy AFTER UPDATE ON path BEGIN SELECT load_extension('/tmp/x'); END")
    with Store.open(tmp_path / "gallery.db") as store, pytest.raises(StoreError, match="unsafe use"):
        store.mark_missing([A])


def test_every_error_of_the_store_is_a_gallery_error_with_the_location(tmp_path: Path) -> None:
    with Store.open(tmp_path / "gallery.db") as store:
        with pytest.raises(StoreError) as caught, store.read() as connection:
            connection.exec_driver_sql("SELECT nonsense")
        assert caught.value.path == store.location
        assert isinstance(caught.value, GalleryError)
