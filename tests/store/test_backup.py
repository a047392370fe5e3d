"""`gallery db backup`: all of the database, as it is at one moment."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from gallery.errors import StoreError
from gallery.query.query import Query
from gallery.store import backup
from gallery.store.backup import back_up
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill
from tests.support.disk import small_disk
from tests.support.make import DETECTOR, MODEL, added, face, open_store


def test_the_copy_is_a_gallery_like_any_other_and_its_owners_alone(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("label", f"{gallery.photos}/group.jpg#1", "surprise")
    copy = gallery.folder / "copy.db"
    done = gallery.run("db", "backup", copy)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"the database is backed up in {copy}\n")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    dumps = [gallery.run("--db", file, "dump").stdout for file in (gallery.db, copy)]
    assert dumps[0] == dumps[1] != ""
    assert gallery.run("--db", copy, "search").stdout == gallery.run("search").stdout != ""
    assert gallery.run("--db", copy, "db", "check").exit_code == 0
    assert [path.name for path in gallery.folder.glob(".gallery*")] == []


@pytest.mark.parametrize("kind", ["file", "folder", "dead link", "the database itself"])
def test_nothing_is_ever_overwritten(gallery: Gallery, kind: str) -> None:
    fill(gallery)
    there = gallery.db if kind == "the database itself" else gallery.folder / "there"
    match kind:
        case "file":
            there.write_text("mine", encoding="utf-8")
        case "folder":
            there.mkdir()
        case "dead link":
            there.symlink_to(gallery.folder / "nowhere")
    before = there.read_bytes() if there.is_file() else b""
    done = gallery.run("db", "backup", there)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"error: {there}: exists already, and nothing is ever overwritten; name another file\n"
    assert (there.read_bytes() if there.is_file() else b"") == before
    assert not (gallery.folder / "nowhere").exists()


def test_a_place_that_cannot_be_is_refused_and_nothing_is_left(gallery: Gallery) -> None:
    fill(gallery)
    done = gallery.run("db", "backup", gallery.folder / "no folder" / "copy.db")
    assert done.exit_code == 1
    assert done.stderr.endswith("copy.db: the folder it would lie in doesn't exist; make it first\n")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with open_store(tmp_path, added("/p/a.jpg", face(crop=os.urandom(4_000_000)))) as store:
        with small_disk(1_000_000), pytest.raises(StoreError, match=r"copy.db: the back-up can't be made \(.*\); the"):
            back_up(store, tmp_path / "disk" / "copy.db")
        back_up(store, tmp_path / "disk" / "other.db")
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["other.db"]


def test_others_write_meanwhile_and_the_copy_shows_one_moment(tmp_path: Path) -> None:
    """Each transaction adds two photos: a copy with an odd number would have seen the middle of one."""
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        with Store.open(tmp_path / "gallery.db") as other:
            while not stop.is_set():
                crops = [face(crop=os.urandom(50_000)) for _ in range(2)]
                pair = [added(f"/p/{written}-{n}.jpg", crop) for n, crop in enumerate(crops)]
                other.write(pair, model=MODEL, detector=DETECTOR)
                written += 2

    with open_store(tmp_path, *(added(f"/p/{n}.jpg", face(crop=os.urandom(50_000))) for n in range(1000))) as store:
        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(3):
                before = written
                back_up(store, tmp_path / f"{number}.db")
                assert written > before, "the writer had to wait"
        finally:
            stop.set()
            writer.join()
    for number in range(3):
        with sqlite3.connect(tmp_path / f"{number}.db") as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with Store.open(tmp_path / f"{number}.db") as store:
            assert store.count(Query()) % 2 == 0


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with open_store(tmp_path) as store:
        monkeypatch.setattr(backup, "reveal", interrupted)
        with pytest.raises(KeyboardInterrupt):
            back_up(store, tmp_path / "copy.db")
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == []
    assert list(tmp_path.glob(".gallery*")) == []
