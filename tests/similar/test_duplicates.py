"""Photos that are there more than once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery.query.query import Query
from gallery.settings import Settings
from gallery.similar.duplicates import DuplicateGroup, exact_duplicates, near_duplicates
from gallery.store.changes import AddPhoto, LinkPath
from gallery.store.store import Store
from tests.support.make import digest, photo, stamp, write

LOOK = 0x2AAA_AAAA_AAAA_AAAA


def new(path: str, look: int | None, *, size: tuple[int, int] = (640, 480), file_bytes: int = 1000) -> AddPhoto:
    return AddPhoto(stamp(path, file_bytes), replace(photo(path), look=look, width=size[0], height=size[1]))


@pytest.fixture
def store(store: Store) -> Store:
    """`a` in three files, one of them gone; `small` and `cropped` look nearly as it does; the others don't."""
    write(
        store,
        new("/p/a.jpg", LOOK),
        LinkPath(stamp("/p/copy of a.jpg"), digest("/p/a.jpg")),
        LinkPath(stamp("/p/gone.jpg"), digest("/p/a.jpg")),
        new("/p/small.jpg", LOOK ^ 0b11, size=(320, 240)),
        new("/p/cropped.png", LOOK ^ 0b1111_1100, size=(640, 480), file_bytes=9000),
        new("/p/other.jpg", LOOK ^ 0xFFFF_FFFF),
        new("/p/blank 1.jpg", 0),
        new("/p/blank 2.jpg", 0),
        new("/p/unseen.jpg", None),
    )
    store.mark_missing(["/p/gone.jpg"])
    return store


def shown(groups: list[DuplicateGroup]) -> list[list[tuple[str, int]]]:
    """The first path of each photo, and how far its look is from the first."""
    return [[(one.paths[0], one.bits) for one in group.photos] for group in groups]


def test_same_content_in_several_files_is_a_group(store: Store) -> None:
    [group] = exact_duplicates(store, Query(), Settings())
    assert group.paths == ("/p/a.jpg", "/p/copy of a.jpg")
    [one] = group.photos
    assert (one.hash, one.width, one.height, one.size, one.bits) == (digest("/p/a.jpg"), 640, 480, 1000, 0)


def test_near_duplicates_come_with_the_most_pixels_and_bytes_first(store: Store) -> None:
    groups = near_duplicates(store, Query(), Settings(), 6)
    assert shown(groups) == [[("/p/cropped.png", 0), ("/p/a.jpg", 6), ("/p/small.jpg", 8)]]
    assert groups[0].paths == ("/p/cropped.png", "/p/a.jpg", "/p/copy of a.jpg", "/p/small.jpg")


def test_limit_is_the_callers(store: Store) -> None:
    assert shown(near_duplicates(store, Query(), Settings(), 2)) == [[("/p/a.jpg", 0), ("/p/small.jpg", 2)]]
    assert shown(near_duplicates(store, Query(), Settings(), 1)) == [[("/p/a.jpg", 0)]]


def test_only_photos_of_the_query_are_compared(store: Store) -> None:
    asked = Query.of(path="small")
    assert exact_duplicates(store, asked, Settings()) == near_duplicates(store, asked, Settings()) == []


def test_copy_of_which_one_file_is_left_is_no_duplicate(store: Store) -> None:
    store.mark_missing(["/p/copy of a.jpg"])
    assert exact_duplicates(store, Query(), Settings()) == []
