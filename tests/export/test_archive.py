"""An export as one zip file."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from gallery.errors import ExportError
from gallery.export import ExportResult, NameTemplate, write_archive
from tests.support.disk import small_disk
from tests.support.exported import BEACH, CAT, DOG, face, record, sha256


def packed(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_photos_and_sidecars_under_the_names_of_the_template(tmp_path: Path) -> None:
    photos = [
        record(tmp_path / "a/näh 🏖.jpg", BEACH, face("happy", 0.9)),
        record(tmp_path / "b/NÄH 🏖.jpg", CAT, face("happy", 0.9)),
        record(tmp_path / os.fsdecode(b"caf\xe9.jpg"), DOG),
    ]
    (tmp_path / "a/näh 🏖.jpg.xmp").write_bytes(b"tags")
    out = tmp_path / "out.zip"
    template = NameTemplate.parse("{emotion}/{stem}")
    hashed = f"happy/NÄH 🏖-{sha256(CAT)[:8]}.jpg"

    planned = list(write_archive(photos, out, name=template, dry_run=True))
    assert not out.exists()
    results = list(write_archive(photos, out, name=template))

    assert planned == results
    assert [(result.action, result.target, result.kind) for result in results] == [
        ("copied", f"{out}/happy/näh 🏖.jpg", "photo"),
        ("copied", f"{out}/happy/näh 🏖.jpg.xmp", "sidecar"),
        ("copied", f"{out}/{hashed}", "photo"),
        ("copied", f"{out}/no face/caf_.jpg", "photo"),
    ]
    assert packed(out) == {
        "happy/näh 🏖.jpg": BEACH,
        "happy/näh 🏖.jpg.xmp": b"tags",
        hashed: CAT,
        "no face/caf_.jpg": DOG,
    }
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize(("mtime", "year"), [(0, 1980), (-5_000_000_000, 1980), (5_000_000_000, 2107)])
def test_times_that_a_zip_cannot_say_become_the_nearest(tmp_path: Path, mtime: int, year: int) -> None:
    beach = record(tmp_path / "beach.jpg", BEACH)
    os.utime(beach.path, (mtime, mtime))
    list(write_archive([beach], tmp_path / "out.zip"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.infolist()[0].date_time[0] == year


def test_times_and_permissions_are_kept(tmp_path: Path) -> None:
    beach = record(tmp_path / "beach.jpg", BEACH)
    os.utime(beach.path, (1_500_000_001, 1_500_000_001))
    Path(beach.path).chmod(0o4640)
    list(write_archive([beach], tmp_path / "out.zip"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        (entry,) = archive.infolist()
    local = datetime.fromtimestamp(1_500_000_000)
    assert entry.date_time == (local.year, local.month, local.day, local.hour, local.minute, local.second)
    assert entry.extra == b"UT\x05\x00\x01" + (1_500_000_001).to_bytes(4, "little")
    assert entry.compress_type == zipfile.ZIP_STORED
    assert entry.external_attr >> 16 == stat.S_IFREG | 0o640


def test_what_cannot_be_packed_is_left_out(tmp_path: Path) -> None:
    beach, cat, dog = (record(tmp_path / f"{n}.jpg", c) for n, c in (("beach", BEACH), ("cat", CAT), ("dog", DOG)))
    Path(beach.path).unlink()
    Path(cat.path).write_bytes(b"another")
    results = list(write_archive([beach, cat, dog], tmp_path / "out.zip"))
    assert results == [
        ExportResult(beach.path, None, results[0].action, "no file of this photo exists any more"),
        ExportResult(
            cat.path,
            None,
            results[1].action,
            "changed since it was indexed; run `gallery index` on its folder and export again",
        ),
        ExportResult(dog.path, f"{tmp_path}/out.zip/dog.jpg", results[2].action),
    ]
    assert [result.action for result in results] == ["missing", "failed", "copied"]
    assert packed(tmp_path / "out.zip") == {"dog.jpg": DOG}


@pytest.mark.parametrize("there", ["file", "dangling link", "folder"])
def test_whatever_has_the_name_is_left_alone(tmp_path: Path, there: str) -> None:
    out = tmp_path / "out.zip"
    if there == "file":
        out.write_bytes(b"mine")
    elif there == "folder":
        out.mkdir()
    else:
        out.symlink_to(tmp_path / "nowhere")
    for dry_run in (True, False):
        with pytest.raises(ExportError, match="exists already, and nothing is ever overwritten; name another file"):
            write_archive([], out, dry_run=dry_run)
    assert not (tmp_path / "nowhere").exists()
    assert there != "file" or out.read_bytes() == b"mine"


def test_name_that_is_taken_meanwhile_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    results = write_archive([record(tmp_path / "beach.jpg", BEACH)], out)
    next(results)
    out.write_bytes(b"mine")
    with pytest.raises(ExportError, match="exists already"):
        next(results)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beach.jpg", "out.zip"]
    assert out.read_bytes() == b"mine"


def test_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="the folder it would lie in doesn't exist; make it first"):
        write_archive([], tmp_path / "no" / "out.zip")


def test_disk_that_is_too_small_leaves_nothing(tmp_path: Path) -> None:
    photos = [record(tmp_path / f"{n}.jpg", b"%d" % n * 3000) for n in range(3)]
    with small_disk(7000), pytest.raises(ExportError, match=os.strerror(errno.EFBIG)):
        list(write_archive(photos, tmp_path / "out.zip"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.jpg", "1.jpg", "2.jpg"]


def test_killed_run_leaves_nothing_that_the_next_does_not_clear(tmp_path: Path) -> None:
    beach = record(tmp_path / "beach.jpg", BEACH)
    code = f"""
import os, signal
from pathlib import Path
from gallery.export import write_archive
from gallery.records import Capture, PhotoRecord
photo = PhotoRecord({beach.path!r}, [{beach.path!r}], {beach.hash!r}, 4, 3, Capture(), [])
for result in write_archive([photo], Path({str(tmp_path / "out.zip")!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = (path.name for path in tmp_path.iterdir() if path.name != "beach.jpg")
    assert left.startswith(".gallery-zip-")
    # Of another archive it would be in use, perhaps.
    list(write_archive([beach], tmp_path / "other.zip"))
    assert (tmp_path / left).exists()
    list(write_archive([beach], tmp_path / "out.zip"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beach.jpg", "other.zip", "out.zip"]
    assert packed(tmp_path / "out.zip") == {"beach.jpg": BEACH}
