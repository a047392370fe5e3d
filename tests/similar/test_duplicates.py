"""Photos that are there more than once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gallery.query.query import Query
from gallery.records import FileStamp
from gallery.settings import Settings
from gallery.similar.duplicates import DuplicateGroup, Link, exact_duplicates, near_duplicates
from gallery.store.changes import AddPhoto, LinkPath
from gallery.store.store import Store
from tests.support.make import digest, photo, stamp, write

LOOK = 0x2AAA_AAAA_AAAA_AAAA


def file(path: Path, size: int = 1000) -> FileStamp:
    """A file of so many bytes, and its stamp; what is in it doesn't matter, for nobody opens it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return FileStamp.of(str(path), path.stat())


def new(path: Path, look: int | None, *, size: tuple[int, int] = (640, 480), file_bytes: int = 1000) -> AddPhoto:
    return AddPhoto(file(path, file_bytes), replace(photo(path.name), look=look, width=size[0], height=size[1]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "p"


@pytest.fixture
def store(store: Store, folder: Path) -> Store:
    """`a` in three files, one of them gone; `small` and `cropped` look nearly as it does; the others don't."""
    write(
        store,
        new(folder / "a.jpg", LOOK),
        LinkPath(file(folder / "copy of a.jpg"), digest("a.jpg")),
        LinkPath(stamp(folder / "gone.jpg"), digest("a.jpg")),
        new(folder / "small.jpg", LOOK ^ 0b11, size=(320, 240)),
        new(folder / "cropped.png", LOOK ^ 0b1111_1100, size=(640, 480), file_bytes=9000),
        new(folder / "other.jpg", LOOK ^ 0xFFFF_FFFF),
        new(folder / "blank 1.jpg", 0),
        new(folder / "blank 2.jpg", 0),
        new(folder / "unseen.jpg", None),
    )
    store.mark_missing([str(folder / "gone.jpg")])
    return store


def shown(groups: list[DuplicateGroup]) -> list[list[tuple[str, int]]]:
    """The first path of each photo, and how far its look is from the first."""
    return [[(Path(one.paths[0]).name, one.bits) for one in group.photos] for group in groups]


def names(group: DuplicateGroup) -> list[str]:
    return [Path(path).name for path in group.paths]


def test_same_content_in_several_files_is_a_group(store: Store) -> None:
    [group] = exact_duplicates(store, Query(), Settings())
    assert names(group) == ["a.jpg", "copy of a.jpg"]
    [one] = group.photos
    assert (one.hash, one.width, one.height, one.size, one.bits) == (digest("a.jpg"), 640, 480, 1000, 0)


def test_near_duplicates_come_with_the_most_pixels_and_bytes_first(store: Store) -> None:
    groups = near_duplicates(store, Query(), Settings(), 6)
    assert shown(groups) == [[("cropped.png", 0), ("a.jpg", 6), ("small.jpg", 8)]]
    assert names(groups[0]) == ["cropped.png", "a.jpg", "copy of a.jpg", "small.jpg"]


def test_limit_is_the_callers(store: Store) -> None:
    assert shown(near_duplicates(store, Query(), Settings(), 2)) == [[("a.jpg", 0), ("small.jpg", 2)]]
    assert shown(near_duplicates(store, Query(), Settings(), 1)) == [[("a.jpg", 0)]]


def test_only_photos_of_the_query_are_compared(store: Store) -> None:
    asked = Query.of(path="small")
    assert exact_duplicates(store, asked, Settings()) == near_duplicates(store, asked, Settings()) == []


def test_copy_of_which_one_file_is_left_is_no_duplicate(store: Store, folder: Path) -> None:
    store.mark_missing([str(folder / "copy of a.jpg")])
    assert exact_duplicates(store, Query(), Settings()) == []


def link_to(store: Store, path: Path, content: str) -> None:
    """Notes another path of a content, as the indexer does."""
    write(store, LinkPath(FileStamp.of(str(path), path.stat()), digest(content)))


@pytest.mark.parametrize("way", ["symbolic link", "hard link", "linked folder"])
def test_a_file_is_no_duplicate_of_itself(store: Store, folder: Path, way: str) -> None:
    other = folder / "best" / "other.jpg"
    if way == "linked folder":
        other.parent.symlink_to(folder)
    else:
        other.parent.mkdir()
        other.symlink_to(folder / "other.jpg") if way == "symbolic link" else other.hardlink_to(folder / "other.jpg")
    link_to(store, other, "other.jpg")
    assert [names(group) for group in exact_duplicates(store, Query(), Settings())] == [["a.jpg", "copy of a.jpg"]]
    assert shown(near_duplicates(store, Query(), Settings(), 6)) == [
        [("cropped.png", 0), ("a.jpg", 6), ("small.jpg", 8)]
    ]


def test_links_are_named_beside_the_file_they_lead_to(store: Store, folder: Path) -> None:
    link = folder / "A link.jpg"
    link.symlink_to("copy of a.jpg")
    link_to(store, link, "a.jpg")
    [group] = exact_duplicates(store, Query(), Settings())
    assert names(group) == ["a.jpg", "copy of a.jpg"]
    assert group.photos[0].links == (Link(str(link), str(folder / "copy of a.jpg")),)


def test_keeping_the_first_of_each_group_keeps_every_content(store: Store, folder: Path) -> None:
    """Whatever is listed first: a file that is gone, one that is another by now, a link to what is listed below it."""
    for number, first in enumerate(("0 gone.jpg", "0 changed.jpg", "0 link.jpg", "0 dead.jpg")):
        only = folder / f"only {number}.jpg"
        write(store, new(only, None))
        before = folder / first
        before.symlink_to(only) if first == "0 link.jpg" else file(before)
        link_to(store, before, only.name)
        if first == "0 changed.jpg":
            before.write_bytes(b"something else")
        elif first != "0 link.jpg":
            before.unlink()
        if first == "0 dead.jpg":
            before.symlink_to(folder / "nowhere.jpg")
    left_out: list[str] = []
    for group in exact_duplicates(store, Query(), Settings(), left_out.append):
        for path in group.paths[1:]:
            Path(path).unlink()
    assert not (folder / "copy of a.jpg").exists()
    assert all((folder / f"only {number}.jpg").stat().st_size == 1000 for number in range(4))
    assert sorted(Path(path).name for path in left_out) == ["0 changed.jpg", "0 dead.jpg", "0 gone.jpg"]


def test_of_files_known_by_links_alone_the_real_one_comes_first(store: Store, folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.jpg"
    file(elsewhere)
    link = folder / "a link.jpg"
    link.symlink_to(elsewhere)
    link_to(store, link, "other.jpg")
    groups = exact_duplicates(store, Query(), Settings())
    assert sorted(map(names, groups)) == [["a.jpg", "copy of a.jpg"], ["other.jpg", "a link.jpg"]]


def test_files_that_a_query_means_come_first(store: Store) -> None:
    asked = Query.of(path="COPY")
    [group], [near] = exact_duplicates(store, asked, Settings()), near_duplicates(store, asked, Settings())
    assert names(group) == names(near) == ["copy of a.jpg", "a.jpg"]
