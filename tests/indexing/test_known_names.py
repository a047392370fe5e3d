"""A folder that has two names is in the database once, by the name it had first."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gallery.indexing.indexer import IndexOptions, Status, index
from gallery.query.query import Query
from gallery.records import FileStamp
from gallery.store.changes import LinkPath
from gallery.store.store import Store
from gallery.system.same_file import FileIds
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.make import DETECTOR, MODEL


class Disk:
    """`home/Photos` is a link to `disk/Photos`, where the photos lie."""

    def __init__(self, tmp_path: Path) -> None:
        self.home, self.disk = tmp_path / "home" / "Photos", tmp_path / "disk" / "Photos"
        self.disk.mkdir(parents=True)
        self.home.parent.mkdir()
        self.home.symlink_to(self.disk)
        self.store = Store.open(tmp_path / "gallery.db")
        self.drawn = 0

    def draw(self, name: str) -> Path:
        self.drawn += 1
        path = self.disk / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_faces("happy", seed=self.drawn).save(path, "JPEG", quality=95)
        return path

    def run(self, *paths: Path, **options: Any) -> dict[str, Status]:
        done = index(
            paths,
            store=self.store,
            detector=FakeDetector(),
            classifier=FakeClassifier(),
            options=IndexOptions(**options),
        )
        return {result.path: result.status for result in done}

    def known(self) -> list[str]:
        """All files, also those that are missing."""
        return sorted(self.store.known_files())

    def at_home(self, *names: str) -> list[str]:
        return [str(self.home / name) for name in names]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path)
    with made.store:
        yield made


@pytest.mark.parametrize("below", ["", "z"])
def test_the_same_folder_by_its_other_name_adds_nothing(disk: Disk, below: str) -> None:
    disk.draw("z/a.jpg")
    disk.run(disk.home)
    photos = disk.at_home("z/a.jpg")
    assert disk.run(disk.disk / below) == {photos[0]: Status.UNCHANGED}
    assert disk.known() == photos


def test_a_single_photo_by_its_other_name_adds_nothing(disk: Disk) -> None:
    photo = disk.draw("z/a.jpg")
    disk.run(disk.home)
    assert disk.run(photo) == {str(disk.home / "z/a.jpg"): Status.UNCHANGED}
    assert disk.run(photo, disk.home) == {str(disk.home / "z/a.jpg"): Status.UNCHANGED}


def test_a_folder_above_the_real_one_finds_it_by_its_known_name(disk: Disk) -> None:
    disk.draw("a.jpg")
    other = disk.draw("../Other/b.jpg").resolve()
    disk.run(disk.home)
    assert disk.run(disk.disk.parent) == {str(other): Status.NEW, str(disk.home / "a.jpg"): Status.UNCHANGED}


def test_what_is_new_moved_or_gone_there_is_told_by_the_known_name(disk: Disk) -> None:
    for name in ("z/a.jpg", "z/b.jpg", "old/c.jpg", "d.jpg"):
        disk.draw(name)
    disk.run(disk.home)
    (disk.disk / "z" / "a.jpg").unlink()
    (disk.disk / "z" / "b.jpg").rename(disk.disk / "z" / "moved.jpg")
    (disk.disk / "old" / "c.jpg").unlink()
    (disk.disk / "old").rmdir()
    disk.draw("z/new.jpg")
    assert disk.run(disk.disk) == dict(
        zip(
            disk.at_home("z/a.jpg", "z/moved.jpg", "old/c.jpg", "d.jpg", "z/new.jpg"),
            (Status.MISSING, Status.MOVED, Status.MISSING, Status.UNCHANGED, Status.NEW),
            strict=True,
        )
    )
    assert disk.run(disk.home)[str(disk.home / "z/new.jpg")] is Status.UNCHANGED


def test_a_linked_folder_that_is_followed_adds_nothing_to_what_lies_below_the_roots(disk: Disk) -> None:
    disk.draw("z/a.jpg")
    (disk.disk / "0 link").symlink_to("z")
    (disk.home.parent / "more").symlink_to(disk.disk / "z")
    photos = disk.at_home("z/a.jpg")
    assert disk.run(disk.home, follow_links=True) == {photos[0]: Status.NEW}
    assert disk.run(disk.home.parent, follow_links=True) == {photos[0]: Status.UNCHANGED}
    assert disk.known() == photos


def test_roots_within_each_other_through_a_link_add_nothing(disk: Disk) -> None:
    disk.draw("z/a.jpg")
    link = disk.home.parent / "z only"
    link.symlink_to(disk.disk / "z")
    for roots in ((link,), (disk.home, link), (link, disk.home), (disk.disk,)):
        disk.run(*roots)
    assert disk.known() == [str(link / "a.jpg")]


def test_a_gallery_that_knew_both_names_goes_on_with_both(disk: Disk) -> None:
    """As the version before made them; nothing that a person may have said of a path is taken away unasked."""
    photo = disk.draw("a.jpg")
    disk.run(disk.home)
    known = disk.store.photo(str(disk.home / "a.jpg"))
    both = LinkPath(FileStamp.of(str(photo), photo.stat()), known.hash)
    disk.store.write([both], model=MODEL, detector=DETECTOR)
    assert disk.run(disk.disk) == {str(photo): Status.UNCHANGED}
    assert disk.run(disk.home) == {str(disk.home / "a.jpg"): Status.UNCHANGED}


def test_when_the_link_is_gone_the_photos_are_where_they_are(disk: Disk) -> None:
    photo = disk.draw("a.jpg")
    disk.run(disk.home)
    disk.home.unlink()
    assert disk.run(disk.disk) == {str(photo): Status.MOVED}


def test_when_the_name_leads_elsewhere_now_the_photos_are_where_they_are(disk: Disk) -> None:
    photo = disk.draw("a.jpg")
    disk.run(disk.home)
    disk.home.unlink()
    disk.home.mkdir()
    assert disk.run(disk.disk) == {str(photo): Status.MOVED}


def test_files_to_be_skipped_are_asked_about_by_the_path_they_were_found_by(disk: Disk) -> None:
    photo = disk.draw("z/a.jpg")
    disk.run(disk.home)
    new = disk.draw("z/b.jpg")
    asked = []
    disk.run(disk.disk, skip=lambda file: bool(asked.append(file.path)))
    assert asked == [str(photo), str(new)]


def test_known_folders_are_looked_at_only_where_a_folder_is_new(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    plain = FileIds.of
    monkeypatch.setattr(FileIds, "of", lambda self, path: looked.append(path) or plain(self, path))
    disk.draw("z/a.jpg")
    disk.run(disk.home)
    disk.run(disk.home)
    assert looked == []
    (disk.disk / "empty").mkdir()
    disk.run(disk.home)
    assert str(disk.home / "z") in looked


def test_a_folder_mounted_a_second_time_adds_nothing(disk: Disk, tmp_path: Path) -> None:
    disk.draw("z/a.jpg")
    again = tmp_path / "again"
    again.mkdir()
    disk.run(disk.home)
    if os.getuid() or subprocess.run(["mount", "--bind", disk.disk, again], check=False).returncode:
        pytest.skip("mounting is root's")
    try:
        assert disk.run(again) == {str(disk.home / "z/a.jpg"): Status.UNCHANGED}
        assert disk.store.count(Query()) == 1
    finally:
        subprocess.run(["umount", again], check=True)
