"""Who writes waits for other writers and says for whom; who reads waits for nobody and needs no room."""

from __future__ import annotations

import math
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gallery.curation.albums import album_names
from gallery.errors import StoreError, StoreLockedError
from gallery.query.query import Query
from gallery.store.store import Store
from gallery.system import waiting
from tests.support.cli_gallery import Gallery, fill
from tests.support.disk import small_disk
from tests.support.make import DETECTOR, MODEL, added, face, open_store
from tests.support.programs import started
from tests.support.rights import as_someone_without_rights

A, B = "/p/a.jpg", "/p/b.jpg"
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "TELL_AFTER_SECONDS", 0.1)


@contextmanager
def another_program(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds a lock from here on until its stdin is closed."""
    with started([sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("log", ["WAL", "DELETE"])
def test_writer_waits_and_says_for_whom(tmp_path: Path, log: str) -> None:
    open_store(tmp_path, added(A)).close()
    with closing(sqlite3.connect(tmp_path / "gallery.db")) as connection:
        connection.execute(f"PRAGMA journal_mode={log}")
    told: list[str] = []
    with (
        another_program("-c", HOLD, str(tmp_path / "gallery.db")) as other,
        Store.open(tmp_path / "gallery.db", busy_timeout_seconds=math.inf, tell=told.append) as store,
    ):
        writer = threading.Thread(target=store.mark_missing, args=([A],))
        writer.start()
        while not told:
            time.sleep(0.01)
        assert store.search_paths(Query()) == [A]
        end(other)
        writer.join()
        assert store.search_paths(Query()) == []
    [sentence] = told
    if sys.platform != "linux":
        assert "another program has been writing for a while to this database; waiting for it" in sentence
        return
    assert re.fullmatch(
        rf"{re.escape(str(tmp_path))}/gallery\.db: `python\S* -c .*` \(process {other.pid}, running since "
        r"\d\d:\d\d\) is writing to this database; waiting for it, Ctrl-C stops",
        sentence,
        re.DOTALL,
    )


def test_writer_of_the_library_gives_up_when_its_time_is_over(tmp_path: Path) -> None:
    open_store(tmp_path, added(A)).close()
    start = time.monotonic()
    with (
        closing(sqlite3.connect(tmp_path / "gallery.db", isolation_level=None)) as other,
        Store.open(tmp_path / "gallery.db", busy_timeout_seconds=0.3) as store,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLockedError, match="try again"):
            store.mark_missing([A])
    assert 0.3 <= time.monotonic() - start < 3


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    fill(gallery)
    return gallery


@pytest.mark.slow
def test_command_waits_as_long_as_it_takes_and_says_so_after_five_seconds(gallery: Gallery) -> None:
    with closing(sqlite3.connect(gallery.db, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(7, other.execute, ["ROLLBACK"])
        release.start()
        done = gallery.run("album", "create", "Trip", "faces:1..")
        release.join()
    assert done.exit_code == 0
    waited, made = done.stderr.splitlines()
    assert waited.endswith("to this database; waiting for it, Ctrl-C stops")
    assert made == "album 'Trip' made with 2 photos"


def test_ctrl_c_ends_the_waiting(gallery: Gallery) -> None:
    with closing(sqlite3.connect(gallery.db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        command = [sys.executable, "-m", "gallery", "--db", str(gallery.db), "album", "create", "Trip"]
        with started(command, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(2)
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=2)
    assert (process.returncode, told) == (130, "interrupted\n")
    with Store.open(gallery.db) as store:
        assert album_names(store) == []


HOLD_INDEX = """
import sys
from gallery.store.store import Store
with Store.open(sys.argv[1]) as store, store.index_lock():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.usefixtures("impatient")
def test_second_index_is_refused_unless_it_is_to_wait(tmp_path: Path) -> None:
    told: list[str] = []
    with (
        open_store(tmp_path, added(A)) as store,
        another_program("-c", HOLD_INDEX, store.location) as other,
        Store.open(store.location, tell=told.append) as second,
    ):
        with pytest.raises(StoreLockedError, match="another `gallery index` is running"), second.index_lock():
            pass
        assert told == []
        threading.Timer(1, end, [other]).start()
        with second.index_lock(wait=True):
            assert other.wait() == 0
    [sentence] = told
    assert sentence.startswith(f"{store.location}: ")
    assert sentence.endswith("is at work on this database; waiting for it, Ctrl-C stops")
    assert sys.platform != "linux" or f"(process {other.pid}, running since " in sentence


def test_database_has_one_lock_by_whatever_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.db").symlink_to("gallery.db")
    (tmp_path / "linked").symlink_to("folder")
    (tmp_path / "folder/also.db").symlink_to("../link.db")
    with open_store(tmp_path, added(A)) as store, store.index_lock():
        for name in ("link.db", "linked/also.db"):
            with (
                Store.open(tmp_path / name) as other,
                pytest.raises(StoreLockedError, match="another `gallery index`"),
                other.index_lock(),
            ):
                pass
    assert [path.name for path in tmp_path.rglob("*.lock")] == ["gallery.db.lock"]


def test_reading_waits_for_no_writer(tmp_path: Path) -> None:
    open_store(tmp_path, added(A)).close()
    file = tmp_path / "gallery.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        with Store.open(file, busy_timeout_seconds=math.inf) as store:
            assert store.search_paths(Query()) == [A]
    assert time.monotonic() - start < 2


def test_reading_needs_no_room_and_writing_says_what_is_wrong(tmp_path: Path) -> None:
    open_store(tmp_path, added(A, face())).close()
    for _ in range(2):
        with small_disk(1024), Store.open(tmp_path / "gallery.db") as store:
            assert store.search_paths(Query.of(emotions=["happy"])) == [A]
            assert store.check() == []
            with pytest.raises(StoreError, match="see that it is connected and not full"):
                store.mark_missing([A])
    with Store.open(tmp_path / "gallery.db") as store:
        store.mark_missing([A])
        assert store.search_paths(Query()) == []


def test_reader_on_a_full_disk_sees_what_a_writer_has_in_its_log(tmp_path: Path) -> None:
    with open_store(tmp_path, added(A)) as writer:
        writer.write([added(B)], model=MODEL, detector=DETECTOR)
        with small_disk(1024), Store.open(writer.location) as store:
            assert set(store.search_paths(Query())) == {A, B}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs two users")
def test_reader_without_rights_follows_a_writer_whose_log_was_empty() -> None:
    folder = Path("/tmp") / f"gallery-waiting-{os.getpid()}"  # noqa: S108 - others can reach it
    folder.mkdir()
    asked, answered = os.pipe(), os.pipe()
    try:
        with open_store(folder, added(A)) as writer:
            for file in folder.iterdir():
                file.chmod(0o444)
            with writer.write_connection() as connection:
                connection.exec_driver_sql("SELECT 1")
            with closing(sqlite3.connect(writer.location)) as other:
                other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert (folder / "gallery.db-wal").stat().st_size == 0

            def write_when_asked() -> None:
                os.read(asked[0], 1)
                writer.write([added(B)], model=MODEL, detector=DETECTOR)
                os.write(answered[1], b"x")

            def read() -> None:
                with Store.open(folder / "gallery.db") as store:
                    assert store.search_paths(Query()) == [A]
                    os.write(asked[1], b"x")
                    os.read(answered[0], 1)
                    assert set(store.search_paths(Query())) == {A, B}

            thread = threading.Thread(target=write_when_asked)
            thread.start()
            as_someone_without_rights(read)
            thread.join()
    finally:
        shutil.rmtree(folder)
