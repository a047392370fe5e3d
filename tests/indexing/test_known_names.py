"""A folder that has two names is in the database once, by the name it had first."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from gallery.curation.history import undo
from gallery.curation.roots import forget_root, list_roots
from gallery.db import schema
from gallery.indexing.indexer import IndexOptions, Status, index
from gallery.query.query import Query
from gallery.records import FileStamp
from gallery.store.changes import LinkPath
from gallery.store.roots import known_roots
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


def know_both_names(disk: Disk, *names: str) -> None:
    """As the version before did, which took the folder by its other name for another one."""
    files = [disk.disk / name for name in names]
    hashes = [disk.store.photo(str(disk.home / name)).hash for name in names]
    links = [LinkPath(FileStamp.of(str(file), file.stat()), digest) for file, digest in zip(files, hashes, strict=True)]
    disk.store.write(links, model=MODEL, detector=DETECTOR)


@pytest.mark.parametrize("by", ["home", "disk"])
def test_a_gallery_that_knew_both_names_goes_on_with_the_one_in_use(disk: Disk, by: str) -> None:
    used = getattr(disk, by)
    for name in ("a.jpg", "z/b.jpg"):
        disk.draw(name)
    disk.run(disk.home)
    know_both_names(disk, "a.jpg", "z/b.jpg")
    kept = [str(used / "a.jpg"), str(used / "z/b.jpg")]
    for _ in range(2):
        assert disk.run(used) == dict.fromkeys(kept, Status.UNCHANGED)
        assert disk.known() == kept
    assert disk.run(used / "z") == {kept[1]: Status.UNCHANGED}
    assert [root.path for root in known_roots(disk.store)] == [str(used)]
    assert disk.store.search_paths(Query.of(path=str(disk.home / "z"))) == kept[1:]


def test_of_two_names_what_is_known_by_the_other_alone_comes_along(disk: Disk) -> None:
    """A file that was deleted since, one that can't be read, a sidecar that was written."""
    for name in ("z/a.jpg", "z/deleted.jpg"):
        disk.draw(name)
    (disk.disk / "z" / "broken.jpg").write_bytes(b"no picture")
    disk.run(disk.home)
    know_both_names(disk, "z/a.jpg")
    with disk.store.write_connection() as connection:
        for table in (schema.path, schema.failure):
            for name in ("deleted.jpg", "broken.jpg"):
                at = table.c.path == str(disk.home / "z" / name)
                connection.execute(update(table).where(at).values(path=str(disk.disk / "z" / name)))
        written = {"hash": "0" * 64, "written": "{}", "written_at": datetime.now(UTC)}
        connection.execute(insert(schema.sidecar).values(path=str(disk.disk / "z" / "a.jpg.xmp"), **written))
    (disk.disk / "z" / "deleted.jpg").unlink()
    disk.run(disk.home)
    assert disk.known() == disk.at_home("z/a.jpg", "z/broken.jpg", "z/deleted.jpg")
    assert disk.run(disk.home)[str(disk.home / "z/deleted.jpg")] is Status.MISSING
    with disk.store.read() as connection:
        assert connection.execute(select(schema.sidecar.c.path)).scalars().all() == disk.at_home("z/a.jpg.xmp")
    assert [failure.path for failure in disk.store.failures()] == disk.at_home("z/broken.jpg")


def test_copies_and_links_to_photos_stay_beside_each_other(disk: Disk) -> None:
    photo = disk.draw("a.jpg")
    for name in ("copy", "linked", "hard"):
        (disk.disk / name).mkdir()
    (disk.disk / "copy" / "a.jpg").write_bytes(photo.read_bytes())
    (disk.disk / "linked" / "a.jpg").symlink_to(photo)
    (disk.disk / "hard" / "a.jpg").hardlink_to(photo)
    disk.run(disk.home)
    for folder in ("copy", "linked", "hard"):
        disk.run(disk.home / folder)
    assert disk.known() == disk.at_home("a.jpg", "copy/a.jpg", "hard/a.jpg", "linked/a.jpg")


def test_a_folder_by_its_other_name_is_no_root_of_its_own(disk: Disk) -> None:
    disk.draw("a.jpg")
    disk.draw("z/#recycle/b.jpg")
    disk.run(disk.home, include=["#recycle"])
    link = disk.home.parent / "z only"
    link.symlink_to(disk.disk / "z")
    for name in (disk.disk, disk.disk / "z", link):
        assert Status.UNWANTED not in disk.run(name).values()
    [root] = list_roots(disk.store)
    assert (root.root.path, root.root.include, root.photos) == (str(disk.home), ("#recycle",), 2)
    assert root.root.looked_at is not None
    disk.run(disk.disk, include=[])
    assert [one.include for one in known_roots(disk.store)] == [()]


def test_a_folder_indexed_before_there_were_roots_is_known_by_the_name_its_photos_have(disk: Disk) -> None:
    disk.draw("a.jpg")
    disk.run(disk.home)
    with disk.store.write_connection() as connection:
        connection.execute(delete(schema.root))
    disk.run(disk.disk)
    assert [(one.root.path, one.photos) for one in list_roots(disk.store)] == [(str(disk.home), 1)]


def test_two_roots_that_are_one_folder_become_one_and_forgetting_either_before_takes_nothing_away(disk: Disk) -> None:
    disk.draw("a.jpg")
    disk.run(disk.home, include=["#recycle"])
    with disk.store.write_connection() as connection:
        second = {"path": str(disk.disk), "include": "[]", "added_at": datetime.now(UTC)}
        connection.execute(insert(schema.root).values(second))
    assert forget_root(disk.store, disk.home) == 0
    assert disk.store.count(Query()) == 1
    undo(disk.store)
    disk.run(disk.home, disk.disk)
    assert [(root.path, root.include) for root in known_roots(disk.store)] == [(str(disk.home), ("#recycle",))]
    # It goes by either name.
    assert forget_root(disk.store, disk.disk) == 1
    assert known_roots(disk.store) == []


def test_forgetting_a_folder_leaves_what_lies_in_another_by_another_name(disk: Disk) -> None:
    disk.draw("z/a.jpg")
    disk.draw("y/b.jpg")
    disk.run(disk.home)
    with disk.store.write_connection() as connection:
        second = {"path": str(disk.disk / "z"), "include": "[]", "added_at": datetime.now(UTC)}
        connection.execute(insert(schema.root).values(second))
    assert forget_root(disk.store, disk.home) == 1
    assert disk.store.search_paths(Query()) == disk.at_home("z/a.jpg")


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
    looked.clear()
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
