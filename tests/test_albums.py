from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gallery.albums import (
    Album,
    add_to_album,
    album_photos,
    create_album,
    delete_album,
    list_albums,
    remove_from_album,
    rename_album,
)
from gallery.errors import AlbumError, NotIndexedError
from gallery.query import Query
from gallery.settings import Settings
from gallery.store import LinkPath, Store, Touch
from tests.make import DETECTOR, MODEL, OTHER_MODEL, added, digest, face, open_store, stamp

A, B, C = "/p/a.jpg", "/p/b.jpg", "/p/c.jpg"
HAPPY = Query(emotions=("happy",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Oldest to newest: a happy, b fear, c happy."""
    with open_store(
        tmp_path,
        added(A, face("happy"), taken_at="2021-01-01"),
        added(B, face("fear"), taken_at="2022-01-01"),
        added(C, face("happy", 0.6), taken_at="2023-01-01"),
    ) as store:
        yield store


def paths(store: Store, name: str) -> list[str]:
    return [photo.path for photo in album_photos(store, name)]


def test_album_holds_what_the_query_found_in_its_order(store: Store) -> None:
    before = datetime.now(UTC)
    album = create_album(store, "Happy days", HAPPY, note="for Ann")
    assert album == Album("Happy days", 2, 0, album.created_at, "for Ann")
    assert before <= album.created_at <= datetime.now(UTC)
    assert paths(store, "Happy days") == [C, A]
    assert paths(store, "happy DAYS") == [C, A]
    assert list_albums(store) == [album]


def test_album_is_a_list_not_a_standing_search(store: Store) -> None:
    create_album(store, "Happy", HAPPY)
    store.write([added("/p/d.jpg", face("happy"))], model=MODEL, detector=DETECTOR)
    store.use_model(OTHER_MODEL)
    assert paths(store, "Happy") == [C, A]


def test_settings_and_limit_count_for_albums(store: Store) -> None:
    create_album(store, "Sure", HAPPY, Settings(min_score=0.8))
    create_album(store, "One", Query(limit=1, sort="oldest"))
    create_album(store, "None", Query(emotions=("sad",)))
    create_album(store, "Empty")
    assert [(album.name, album.count) for album in list_albums(store)] == [
        ("Empty", 0),
        ("None", 0),
        ("One", 1),
        ("Sure", 1),
    ]
    assert paths(store, "One") == [A]


def test_photos_are_added_behind_once_each_and_removed(store: Store) -> None:
    create_album(store, "Mine", HAPPY)
    assert add_to_album(store, "mine", [B, A, B]) == 1
    assert paths(store, "Mine") == [C, A, B]
    assert add_to_album(store, "Mine", Query()) == 0
    assert remove_from_album(store, "Mine", HAPPY) == 2
    assert remove_from_album(store, "Mine", [A]) == 0
    assert paths(store, "Mine") == [B]
    assert add_to_album(store, "Mine", iter([C, A])) == 2
    assert paths(store, "Mine") == [B, C, A]


def test_album_of_another_album(store: Store) -> None:
    create_album(store, "Happy", HAPPY)
    create_album(store, "Again", Query(album="HAPPY", sort="oldest"))
    assert paths(store, "Again") == [A, C]
    assert store.count(Query(album="happy", emotions=("fear",))) == 0


def test_one_unknown_photo_adds_nothing(store: Store) -> None:
    create_album(store, "Mine")
    with pytest.raises(NotIndexedError, match=r"/p/x\.jpg"):
        add_to_album(store, "Mine", [A, "/p/x.jpg", "/p/y.jpg"])
    assert paths(store, "Mine") == []


def test_places_survive_moves_and_show_what_is_missing(store: Store) -> None:
    create_album(store, "Mine", Query())
    store.write([LinkPath(stamp("/q/a.jpg"), digest(A), moved_from=A)], model=MODEL, detector=DETECTOR)
    store.mark_missing([C])
    photos = album_photos(store, "Mine")
    assert [(photo.path, photo.missing) for photo in photos] == [(C, True), (B, False), ("/q/a.jpg", False)]
    assert [(album.count, album.missing) for album in list_albums(store)] == [(3, 1)]
    store.write([Touch(stamp(C))], model=MODEL, detector=DETECTOR)
    assert [(album.count, album.missing) for album in list_albums(store)] == [(3, 0)]


def test_renaming_keeps_the_photos(store: Store) -> None:
    create_album(store, "Summer", HAPPY)
    create_album(store, "Winter")
    assert rename_album(store, "summer", "SUMMER").name == "SUMMER"
    assert rename_album(store, "SUMMER", " Best of / all ").name == "Best of / all"
    assert paths(store, "Best of / all") == [C, A]
    with pytest.raises(AlbumError, match="exists already as 'Winter'"):
        rename_album(store, "Best of / all", "winter")
    with pytest.raises(AlbumError, match="doesn't exist"):
        rename_album(store, "Summer", "x")


def test_deleting_an_album_never_touches_photos(store: Store) -> None:
    create_album(store, "Mine", Query())
    create_album(store, "Other", HAPPY)
    delete_album(store, "mine")
    assert [album.name for album in list_albums(store)] == ["Other"]
    assert store.count(Query()) == 3
    assert paths(store, "Other") == [C, A]
    assert store.check() == []


@pytest.mark.parametrize(
    "name", ["x" * 200, "夏の思い出", "../../etc/passwd", "a/b\\c", "[bold]", "\U0001f468‍\U0001f469", "."]
)
def test_names_in_any_script_are_kept_as_given(store: Store, name: str) -> None:
    create_album(store, f"  {name} ", HAPPY)
    assert [album.name for album in list_albums(store)] == [name]
    assert paths(store, name) == [C, A]


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 201, "a\nb", "a\x00b", "\x1b[31mred", "a\u2028b", os.fsdecode(b"\xff")]
)
def test_unusable_names_are_refused(store: Store, name: str) -> None:
    with pytest.raises(AlbumError, match="a name has"):
        create_album(store, name)
    create_album(store, "Mine")
    with pytest.raises(AlbumError, match="a name has"):
        rename_album(store, "Mine", name)
    assert [album.name for album in list_albums(store)] == ["Mine"]


@pytest.mark.parametrize("name", ["Caf\u00e9", "CAF\u00c9", "cafe\u0301", " café "])
def test_name_that_looks_the_same_is_taken(store: Store, name: str) -> None:
    create_album(store, "Caf\u00e9")
    with pytest.raises(AlbumError, match="exists already"):
        create_album(store, name, HAPPY)
    assert [album.count for album in list_albums(store)] == [0]


def test_album_that_is_not_there_is_named(store: Store) -> None:
    for act in (
        lambda: album_photos(store, "Gone"),
        lambda: add_to_album(store, "Gone", [A]),
        lambda: remove_from_album(store, "Gone", HAPPY),
        lambda: delete_album(store, "Gone"),
        lambda: create_album(store, "New", Query(album="Gone")),
    ):
        with pytest.raises(AlbumError, match="album 'Gone': doesn't exist"):
            act()
    assert list_albums(store) == []


def test_name_that_no_database_takes_is_just_not_there(store: Store) -> None:
    with pytest.raises(AlbumError, match="doesn't exist"):
        album_photos(store, os.fsdecode(b"\xff"))
