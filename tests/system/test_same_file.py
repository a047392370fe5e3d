"""Which paths lead to one file."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.system.same_file import FileIds, each_file_once, leads_nowhere


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "z" / "beach.jpg"
    path.parent.mkdir()
    path.write_bytes(b"beach")
    return path


def test_links_and_folders_by_their_other_name_lead_to_one_file(tmp_path: Path, photo: Path) -> None:
    link, hard, folder = tmp_path / "a link.jpg", tmp_path / "hard.jpg", tmp_path / "folder"
    link.symlink_to(photo)
    hard.hardlink_to(photo)
    folder.symlink_to(photo.parent)
    other = tmp_path / "other.jpg"
    other.write_bytes(b"beach")
    paths = [str(one) for one in (link, folder / "beach.jpg", hard, other, photo, tmp_path / "gone.jpg")]
    assert list(each_file_once(paths)) == [
        (str(folder / "beach.jpg"), (str(hard), str(photo), str(link))),
        (str(other), ()),
        (str(tmp_path / "gone.jpg"), ()),
    ]


def test_nothing_is_the_same_as_nothing(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    assert not FileIds().are_same(gone, gone)
    assert FileIds().of("a\0b") is None


def test_a_share_mounted_twice_is_told_by_the_names_of_its_mounts(photo: Path) -> None:
    """As NFS and CIFS show in Linux's table: each mount has a device of its own, and a part may be mounted alone."""
    info = photo.stat()
    device = f"{os.major(info.st_dev)}:{os.minor(info.st_dev)}"
    top = photo.parents[1]
    whole = FileIds(f"36 35 {device} / {top} rw shared:1 - nfs4 nas:/photos rw\n")
    part = FileIds(f"37 35 {device} / {photo.parent} rw - nfs4 nas:/photos/z rw\n")
    bound = FileIds(f"37 35 {device} /z {photo.parent} rw - nfs4 nas:/photos rw\n")
    local = FileIds(f"36 35 {device} / {top} rw - ext4 /dev/sda1 rw\n")
    assert whole.of(str(photo)) == part.of(str(photo)) == bound.of(str(photo)) == "nas:/photos/z/beach.jpg"
    assert local.of(str(photo)) == (info.st_dev, info.st_ino)


def test_blanks_in_the_table_are_written_as_escapes(tmp_path: Path) -> None:
    folder = tmp_path / "my photos"
    folder.mkdir()
    device = f"{os.major(folder.stat().st_dev)}:{os.minor(folder.stat().st_dev)}"
    table = f"36 35 {device} / {tmp_path}/my\\040photos rw - cifs //nas/my\\040share rw\nnonsense\n\n"
    assert FileIds(table).of(str(folder)) == "//nas/my share"


@pytest.fixture
def mounts(tmp_path: Path) -> Iterator[list[Path]]:
    """Two places where what calls itself a share of one server is mounted; both hold the same."""
    places = [tmp_path / "nas", tmp_path / "again"]
    done = []
    try:
        for place in places:
            place.mkdir()
            if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "nas:/photos", place], check=False).returncode:
                pytest.skip("mounting is root's")
            done.append(place)
            (place / "beach.jpg").write_bytes(b"beach")
        yield places
    finally:
        for place in done:
            subprocess.run(["umount", place], check=True)


def test_mounts_are_read_from_the_system(mounts: list[Path]) -> None:
    one, other = (place / "beach.jpg" for place in mounts)
    assert one.stat().st_dev != other.stat().st_dev
    assert FileIds().are_same(str(one), str(other))


def test_link_leads_nowhere_only_where_its_target_surely_is_gone(tmp_path: Path, photo: Path) -> None:
    link = tmp_path / "link.jpg"
    link.symlink_to(photo)
    assert not leads_nowhere(str(link))
    photo.unlink()
    assert not leads_nowhere(str(link)), "the folder may be the place of a drive"
    (photo.parent / "another.jpg").touch()
    assert leads_nowhere(str(link))
    assert not leads_nowhere(str(photo)), "it is no link"
    circle = tmp_path / "circle.jpg"
    circle.symlink_to(circle)
    assert not leads_nowhere(str(circle))
