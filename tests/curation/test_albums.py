from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from gallery.curation.albums import (
    Album,
    add_to_album,
    album_names,
    album_photos,
    create_album,
    create_smart_album,
    delete_album,
    duplicate_album,
    freeze_album,
    list_albums,
    move_in_album,
    read_album,
    remove_from_album,
    rename_album,
    set_album_cover,
    set_album_note,
    set_album_query,
    sort_album,
)
from gallery.curation.history import recorded
from gallery.db import schema
from gallery.errors import AlbumError, NotIndexedError, UsageError
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.store import LinkPath, Store, Touch
from tests.support.make import DETECTOR, MODEL, OTHER_MODEL, added, digest, face, stamp, write

A, B, C = "/p/a.jpg", "/p/b.jpg", "/p/c.jpg"
HAPPY = Query.of(emotions=("happy",))


@pytest.fixture
def store(store: Store) -> Store:
    """Oldest to newest: a happy, b fear, c happy."""
    write(
        store,
        added(A, face("happy"), taken_at="2021-01-01"),
        added(B, face("fear"), taken_at="2022-01-01"),
        added(C, face("happy", 0.6), taken_at="2023-01-01"),
    )
    return store


def paths(store: Store, name: str) -> list[str]:
    return [photo.path for photo in album_photos(store, name)]


def forget(store: Store, path: str) -> None:
    """As if the photo had been pruned: its places in albums wait for it."""
    content, place = schema.content, schema.album_photo
    with store.write_connection() as connection:
        found = connection.execute(content.select().where(content.c.hash == digest(path))).one()
        connection.execute(update(place).where(place.c.content_id == found.id).values(content_id=None))
        connection.execute(delete(schema.path).where(schema.path.c.content_id == found.id))
        connection.execute(delete(content).where(content.c.id == found.id))


def save_query(store: Store, name: str, text: str) -> None:
    with recorded(store, f"query {name!r} saved") as recorder:
        row = {"name": name, "key": name, "text": text, "created_at": datetime.now(UTC)}
        recorder.insert(schema.saved_query, [row])


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
    create_album(store, "None", Query.of(emotions=("sad",)))
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
    create_album(store, "Again", Query.of(album="HAPPY", sort="oldest"))
    assert paths(store, "Again") == [A, C]
    assert store.count(Query.of(album="happy", emotions=("fear",))) == 0


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
    "name",
    [
        *("", "  ", "x" * 201, "a\nb", "a\x00b", "\x1b[31mred", "a\u2028b", os.fsdecode(b"\xff")),
        *("Summer\u200e", "\u202egpj.exe", "a\u2066b", "\ufeffa", "a\u200bb", "so\u00adft", "\u200d\u200c", "a\u061cb"),
    ],
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
        lambda: create_album(store, "New", Query.of(album="Gone")),
    ):
        with pytest.raises(AlbumError, match="album 'Gone': doesn't exist"):
            act()
    assert list_albums(store) == []


def test_name_that_no_database_takes_is_just_not_there(store: Store) -> None:
    with pytest.raises(AlbumError, match="doesn't exist"):
        album_photos(store, os.fsdecode(b"\xff"))


def test_photos_and_queries_are_added_together_in_their_order(store: Store) -> None:
    create_album(store, "Mine", [B, HAPPY, C], note=" two\r\nlines ")
    assert paths(store, "Mine") == [B, C, A]
    assert read_album(store, "mine").note == "two\nlines"
    assert remove_from_album(store, "Mine", [A, Query.of(emotions=("fear",))]) == 2
    assert paths(store, "Mine") == [C]


def test_smart_album_is_a_standing_search(store: Store) -> None:
    album = create_smart_album(store, "Happy", Query.parse("emotion:happy sort:oldest"), note="live")
    assert album == Album("Happy", 2, 0, album.created_at, "live", query="emotion:happy sort:oldest")
    assert paths(store, "happy") == [A, C]
    store.write([added("/p/d.jpg", face("happy"), taken_at="2020-01-01")], model=MODEL, detector=DETECTOR)
    assert paths(store, "Happy") == ["/p/d.jpg", A, C]
    store.mark_missing([A])
    assert paths(store, "Happy") == ["/p/d.jpg", C]
    assert [(album.count, album.missing) for album in list_albums(store)] == [(2, 0)]
    assert [photo.path for photo in store.search(Query.parse("album:happy"))] == [C, "/p/d.jpg"]


def test_smart_album_follows_settings_and_limit(store: Store) -> None:
    create_smart_album(store, "Happy", HAPPY)
    create_smart_album(store, "First", Query.parse("limit:1"))
    sure = Settings(min_score=0.8)
    assert [(album.name, album.count) for album in list_albums(store)] == [("First", 1), ("Happy", 2)]
    assert [(album.name, album.count) for album in list_albums(store, sure)] == [("First", 1), ("Happy", 1)]
    assert [photo.path for photo in album_photos(store, "Happy", sure)] == [A]
    assert paths(store, "First") == [C]


def test_smart_album_of_missing_photos_counts_them(store: Store) -> None:
    create_smart_album(store, "Gone", Query.parse("is:missing"))
    create_smart_album(store, "All", Query(missing=True))
    store.mark_missing([A, B])
    assert [(album.name, album.count, album.missing) for album in list_albums(store)] == [
        ("All", 3, 2),
        ("Gone", 2, 2),
    ]
    assert paths(store, "Gone") == [B, A]


def test_smart_album_is_not_filled_by_hand(store: Store) -> None:
    create_smart_album(store, "Happy", HAPPY)
    for act in (
        lambda: add_to_album(store, "happy", [B]),
        lambda: remove_from_album(store, "happy", HAPPY),
        lambda: move_in_album(store, "happy", [A], first=True),
        lambda: sort_album(store, "happy", "oldest"),
    ):
        with pytest.raises(AlbumError, match=r"album 'Happy': is smart: .* `gallery album freeze` makes"):
            act()
    assert paths(store, "Happy") == [C, A]


def test_frozen_album_keeps_what_it_held_in_its_order(store: Store) -> None:
    create_smart_album(store, "Happy", Query.parse("emotion:happy sort:oldest"), note="x")
    set_album_cover(store, "Happy", C)
    frozen = freeze_album(store, "happy")
    assert frozen == Album("Happy", 2, 0, frozen.created_at, "x", query=None, cover=C)
    store.write([added("/p/d.jpg", face("happy"))], model=MODEL, detector=DETECTOR)
    assert paths(store, "Happy") == [A, C]
    add_to_album(store, "Happy", [B])
    assert paths(store, "Happy") == [A, C, B]
    with pytest.raises(AlbumError, match="is a manual album already"):
        freeze_album(store, "Happy")


def test_query_of_a_smart_album_can_be_changed(store: Store) -> None:
    create_smart_album(store, "Mine", HAPPY)
    assert set_album_query(store, "mine", Query.parse("emotion:fear")).count == 1
    assert paths(store, "Mine") == [B]
    create_album(store, "By hand")
    with pytest.raises(AlbumError, match="album 'By hand': is no smart album"):
        set_album_query(store, "by hand", HAPPY)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("album:Mine", "leads back to itself"),
        ("emotion:happy or not album:MINE", "leads back to itself"),
        ("album:Other", "leads back to itself"),
        ("query:round", "leads back to itself"),
        ("query:nowhere", "query 'nowhere': doesn't exist"),
        ("album:Nowhere", "album 'Nowhere': doesn't exist"),
    ],
)
def test_query_that_leads_back_to_its_album_or_nowhere_is_refused(store: Store, text: str, reason: str) -> None:
    create_smart_album(store, "Mine", HAPPY)
    create_smart_album(store, "Other", Query.parse("album:mine faces:1"))
    save_query(store, "round", "album:Other or emotion:sad")
    before = list_albums(store)
    with pytest.raises(UsageError, match=reason):
        set_album_query(store, "Mine", Query.parse(text))
    assert list_albums(store) == before


def test_query_that_asks_for_its_own_new_album_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="album 'new' leads back to itself"):
        create_smart_album(store, "New", Query.parse("faces:1 or album:new"))
    with pytest.raises(AlbumError, match="album 'New': doesn't exist"):
        create_album(store, "New", Query.parse("faces:1 or album:New"))
    assert list_albums(store) == []


def test_album_whose_query_has_no_answer_says_so_and_spoils_nothing(store: Store) -> None:
    create_album(store, "Base", HAPPY)
    create_smart_album(store, "Best", Query.parse("album:base limit:1"))
    save_query(store, "dear", "album:Base")
    assert delete_album(store, "base") == ("smart album 'Best'", "query 'dear'")
    create_album(store, "Other", [B])
    assert [(album.name, album.count, album.problem) for album in list_albums(store)] == [
        ("Best", 0, "album 'base': doesn't exist; `gallery album list` names those that do"),
        ("Other", 1, None),
    ]
    with pytest.raises(AlbumError, match="album 'base': doesn't exist"):
        album_photos(store, "Best")
    assert set_album_query(store, "Best", Query.parse("album:Other")).problem is None


def test_queries_follow_an_album_to_its_new_name(store: Store) -> None:
    create_album(store, "Summer", [A, B])
    create_smart_album(store, "Best", Query.parse("(album:SUMMER or emotion:sad) -emotion:fear sort:path limit:7"))
    create_smart_album(store, "Rest", Query.parse("-album:summer"))
    save_query(store, "dear", "faces:1   album:summer")
    save_query(store, "other", "faces:1   emotion:happy")
    rename_album(store, "summer", 'Summer "23"')
    assert {album.name: album.query for album in list_albums(store)} == {
        "Best": r'(album:"Summer \"23\"" or emotion:sad) not emotion:fear sort:path limit:7',
        "Rest": r'not album:"Summer \"23\""',
        'Summer "23"': None,
    }
    assert paths(store, "Best") == [A]
    assert paths(store, "Rest") == [C]
    with store.read() as connection:
        texts = connection.execute(schema.saved_query.select().order_by(schema.saved_query.c.key)).all()
    assert [row.text for row in texts] == [r'faces:1 album:"Summer \"23\""', "faces:1   emotion:happy"]
    assert [photo.path for photo in store.search(Query.parse("query:dear"))] == [B, A]


@pytest.mark.parametrize(
    ("photos", "place", "order"),
    [
        ([C], {"first": True}, "CAB"),
        ([A], {}, "BCA"),
        ([A, C], {}, "BAC"),
        ([C, A], {}, "BCA"),
        ([C], {"before": A}, "CAB"),
        ([C], {"before": B}, "ACB"),
        ([C], {"before": C + "x"}, "ABC"),
        ([A], {"after": B}, "BAC"),
        ([A], {"after": C}, "BCA"),
        ([C, B], {"before": A}, "CBA"),
        ([B, B, C, B], {"first": True}, "BCA"),
        ([], {"first": True}, "ABC"),
    ],
)
def test_photos_move_to_where_they_are_told(store: Store, photos: list[str], place: dict[str, str], order: str) -> None:
    create_album(store, "Mine", [A, B, C])
    if C + "x" in place.values():
        with pytest.raises(NotIndexedError):
            move_in_album(store, "Mine", photos, **place)
    else:
        assert move_in_album(store, "mine", photos, **place) == len(set(photos))
    assert paths(store, "Mine") == [{"A": A, "B": B, "C": C}[letter] for letter in order]


def test_photos_move_only_within_their_album_and_beside_others(store: Store) -> None:
    create_album(store, "Mine", [A, B])
    for photos, before, reason in (
        ([C], A, "album 'Mine': /p/c.jpg isn't in it"),
        ([A], C, "album 'Mine': /p/c.jpg isn't in it"),
        ([A, B], A, "/p/a.jpg is one of the photos to move"),
    ):
        with pytest.raises(UsageError, match=reason):
            move_in_album(store, "Mine", photos, before=before)
    assert paths(store, "Mine") == [A, B]


def test_album_is_sorted_once(store: Store) -> None:
    create_album(store, "Mine", [B, C, A])
    for order, expected in (("newest", [C, B, A]), ("oldest", [A, B, C]), ("path", [A, B, C]), ("score", [B, A, C])):
        sort_album(store, "mine", order)
        assert paths(store, "Mine") == expected
    with pytest.raises(UsageError, match="--sort is 'size'"):
        sort_album(store, "Mine", "size")


def test_photo_that_is_not_in_the_database_keeps_its_place(store: Store) -> None:
    create_album(store, "Mine", [A, B, C])
    set_album_cover(store, "Mine", B)
    forget(store, B)
    album = read_album(store, "Mine")
    assert (album.count, album.missing, album.waiting, album.cover) == (2, 0, 1, None)
    assert paths(store, "Mine") == [A, C]
    duplicate_album(store, "Mine", "Copy")
    move_in_album(store, "Mine", [C], first=True)
    store.write([added("/q/new.jpg"), added("/q/b.jpg", content=B)], model=MODEL, detector=DETECTOR)
    assert paths(store, "Mine") == [C, A, "/q/b.jpg"]
    assert paths(store, "Copy") == [A, "/q/b.jpg", C]
    album = read_album(store, "Copy")
    assert (album.count, album.missing, album.waiting, album.cover) == (3, 0, 0, "/q/b.jpg")


def test_sorting_puts_photos_that_wait_last(store: Store) -> None:
    create_album(store, "Mine", [C, B, A])
    forget(store, C)
    sort_album(store, "Mine", "path")
    store.write([added(C)], model=MODEL, detector=DETECTOR)
    assert paths(store, "Mine") == [A, B, C]


def test_photo_that_waits_in_an_album_is_not_added_twice(store: Store) -> None:
    create_album(store, "Mine", [A, B])
    forget(store, A)
    store.write([added(A)], model=MODEL, detector=DETECTOR)
    assert add_to_album(store, "Mine", [A, B, C]) == 1
    assert paths(store, "Mine") == [A, B, C]


def test_duplicate_is_an_album_of_its_own(store: Store) -> None:
    create_album(store, "Mine", [B, A], note="dear")
    set_album_cover(store, "Mine", A)
    copy = duplicate_album(store, "mine", "Copy")
    assert copy == Album("Copy", 2, 0, copy.created_at, "dear", cover=A)
    add_to_album(store, "Copy", [C])
    delete_album(store, "Mine")
    assert paths(store, "Copy") == [B, A, C]
    create_smart_album(store, "Smart", HAPPY)
    assert duplicate_album(store, "Smart", "Smart too").query == "emotion:happy"
    with pytest.raises(AlbumError, match="exists already as 'Copy'"):
        duplicate_album(store, "Smart", "COPY")
    assert album_names(store) == ["Copy", "Smart", "Smart too"]


def test_cover_is_a_photo_of_the_album(store: Store) -> None:
    create_album(store, "Mine", [B, A])
    create_smart_album(store, "Happy", HAPPY)
    set_album_cover(store, "mine", A)
    set_album_cover(store, "happy", A)
    assert [album.cover for album in list_albums(store)] == [A, A]
    for name in ("Mine", "Happy"):
        with pytest.raises(AlbumError, match="isn't in it"):
            set_album_cover(store, name, C if name == "Mine" else B)
    store.write([LinkPath(stamp("/q/a.jpg"), digest(A), moved_from=A)], model=MODEL, detector=DETECTOR)
    assert read_album(store, "Mine").cover == "/q/a.jpg"
    remove_from_album(store, "Mine", ["/q/a.jpg"])
    add_to_album(store, "Mine", ["/q/a.jpg"])
    assert read_album(store, "Mine").cover is None
    set_album_cover(store, "Happy", None)
    assert read_album(store, "Happy").cover is None


@pytest.mark.parametrize("note", ["x" * 10_001, "a\x1b[31m", "a\x00b", os.fsdecode(b"\xff")])
def test_unusable_notes_are_refused(store: Store, note: str) -> None:
    create_album(store, "Mine", note="kept")
    with pytest.raises(AlbumError, match="a note has"):
        set_album_note(store, "Mine", note)
    with pytest.raises(AlbumError, match="a note has"):
        create_album(store, "New", note=note)
    assert [(album.name, album.note) for album in list_albums(store)] == [("Mine", "kept")]


def test_note_has_lines_and_can_be_taken_away(store: Store) -> None:
    create_album(store, "Mine")
    set_album_note(store, "mine", "  夏\n\n\tthe beach\n")
    assert read_album(store, "Mine").note == "夏\n\n\tthe beach"
    set_album_note(store, "mine", "")
    assert read_album(store, "Mine").note == ""
