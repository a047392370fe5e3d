"""Two exports at a time, and disks that are full or pulled: what is told, and what is left."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gallery.errors import ExportError
from gallery.export import ExportResult, Heading, check_new, export_photos, write_archive
from gallery.export.files import write_new
from gallery.export.page import write_page
from gallery.records import PhotoRecord
from tests.support.exported import BEACH, CAT, contents, record
from tests.support.photos import draw_photo
from tests.support.programs import started

BUSY = "another export is at work in this folder; run this one again when that is done"
Export = Callable[[list[PhotoRecord], Path], Iterator[ExportResult]]


def as_page(photos: list[PhotoRecord], out: Path) -> Iterator[ExportResult]:
    return write_page(photos, out, Heading("Summer"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def photos(tmp_path: Path) -> list[PhotoRecord]:
    drawn = [draw_photo(tmp_path / f"photos/{n}.jpg", seed=n) for n in range(12)]
    return [record(path, path.read_bytes()) for path in drawn]


@pytest.mark.parametrize("export", [export_photos, as_page])
def test_second_export_into_a_folder_says_that_another_is_at_work(
    photos: list[PhotoRecord], out: Path, export: Export
) -> None:
    first = export(photos, out)
    next(first)
    for other in (export_photos, as_page):
        with pytest.raises(ExportError) as caught:
            other(photos, out)
        assert str(caught.value) == f"{out}: {BUSY}"
    assert [result.action for result in first] == ["copied"] * 11
    assert {result.action for result in export(photos, out)} == {"already there"}


def test_folder_is_free_after_an_export_that_was_given_up_or_never_begun(photos: list[PhotoRecord], out: Path) -> None:
    results = export_photos(photos, out)
    next(results)
    del results
    export_photos(photos, out)
    as_page(photos, out.with_name("page"))
    assert len(list(export_photos(photos, out))) == len(list(as_page(photos, out.with_name("page")))) == 12


def test_dry_run_beside_an_export_tells_its_plan(photos: list[PhotoRecord], out: Path) -> None:
    from gallery.export import ExportOptions

    first = export_photos(photos, out)
    next(first)
    planned = export_photos(photos, out, ExportOptions(dry_run=True))
    assert [result.action for result in planned] == ["already there", *["copied"] * 11]


HOLD = """
import sys
from pathlib import Path
from gallery.system.locks import FolderLock
assert not FolderLock(Path(sys.argv[1])).taken
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_another_process_keeps_out_until_it_is_killed(photos: list[PhotoRecord], out: Path) -> None:
    out.mkdir()
    command = [sys.executable, "-c", HOLD, str(out)]
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ExportError, match=BUSY):
            export_photos(photos, out)
        other.kill()
        other.wait()
        assert len(list(export_photos(photos, out))) == 12


def test_export_that_begins_leaves_the_unfinished_file_of_another(
    photos: list[PhotoRecord], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out.mkdir()
    (out / f".gallery-export-{'0' * 16}.part").write_bytes(b"of a run that was killed")
    reached, go_on, sync = threading.Event(), threading.Event(), os.fsync

    def wait(descriptor: int) -> None:
        reached.set()
        go_on.wait()
        sync(descriptor)

    with monkeypatch.context() as slow:
        slow.setattr(os, "fsync", wait)
        table = threading.Thread(target=write_new, args=(out / "table.csv", b"photos"))
        table.start()
        reached.wait()
    export_photos(photos, out)
    assert len(list(out.glob(".gallery-export-*.part"))) == 1
    go_on.set()
    table.join()
    assert contents(out) == {"table.csv": b"photos"}


def test_second_zip_of_the_same_name_leaves_the_first_alone(tmp_path: Path) -> None:
    photos = [record(tmp_path / "photos/beach.jpg", BEACH), record(tmp_path / "photos/cat.jpg", CAT)]
    out = tmp_path / "out.zip"
    first = write_archive(photos, out)
    next(first)
    with pytest.raises(ExportError, match=r"another export is making this file; name another, or wait for it to end$"):
        list(write_archive(photos, out))
    assert [result.action for result in write_archive(photos, tmp_path / "other.zip")] == ["copied"] * 2
    assert [result.action for result in first] == ["copied"]
    assert zipfile.ZipFile(out).namelist() == ["beach.jpg", "cat.jpg"]


def as_zip(photos: list[PhotoRecord], out: Path) -> Iterator[ExportResult]:
    return write_archive(photos, out)


def as_table(photos: list[PhotoRecord], out: Path) -> Iterator[ExportResult]:
    check_new(out)
    write_new(out, b"".join(photo.hash.encode() for photo in photos))
    yield from ()


@pytest.mark.parametrize("export", [export_photos, as_page, as_zip, as_table])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_full_disk_ends_every_form_of_export_at_once(
    photos: list[PhotoRecord], out: Path, monkeypatch: pytest.MonkeyPatch, export: Export, code: int
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    results = export(photos, out)
    told = []
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", refuse)
        with pytest.raises(ExportError, match=r"the disk is full|may not store more|can only be read"):
            told.extend(results)
    assert export is as_zip or told == []
    assert not [path for path in out.parent.rglob("*.part") if path.is_file()]


@pytest.mark.parametrize("export", [export_photos, as_page])
def test_pulled_disk_ends_the_export_at_once(photos: list[PhotoRecord], out: Path, export: Export) -> None:
    results = export(photos, out)
    next(results)
    out.rename(out.with_name("unplugged"))
    with pytest.raises(ExportError, match=r"is gone: its drive is not connected any more, or it was moved$"):
        list(results)


@pytest.mark.parametrize("export", [export_photos, as_page])
def test_disk_that_answers_nothing_any_more_ends_the_export_at_once(
    photos: list[PhotoRecord], out: Path, monkeypatch: pytest.MonkeyPatch, export: Export
) -> None:
    results = export(photos, out)
    next(results)
    kept = os.open

    def broken(path: str | os.PathLike[str], flags: int, mode: int = 0o777, **rest: int) -> int:
        if flags & os.O_CREAT and str(path).startswith(str(out)):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return kept(path, flags, mode, **rest)

    with monkeypatch.context() as disk:
        disk.setattr(os, "open", broken)
        with pytest.raises(ExportError, match=r"is gone: its drive is not connected any more, or it was moved$"):
            list(results)


def test_cleanup_on_a_disk_that_can_only_be_read_ends_at_once(
    photos: list[PhotoRecord], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(export_photos(photos, out))
    results = export_photos([], out, cleanup=lambda digest: [one.path for one in photos if one.hash == digest])

    def refuse(_: Path, **__: bool) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as disk:
        disk.setattr(Path, "unlink", refuse)
        with pytest.raises(ExportError, match="the disk can only be read"):
            list(results)
