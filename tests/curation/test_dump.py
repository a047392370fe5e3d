"""All that was typed in, written as text and read back."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gallery.curation import albums
from gallery.curation.dump import dump_text, write_dump
from gallery.curation.dump_lines import LONGEST_LINE, Problem, read_dump
from gallery.curation.history import list_actions, recorded, undo
from gallery.curation.restoring import Renamed, Restored, restore_dump
from gallery.db import schema
from gallery.errors import DumpError
from gallery.query.query import Query
from gallery.store.roots import Root, known_roots, note_roots
from gallery.store.store import Store
from tests.support.make import DETECTOR, MODEL, added, digest, face, open_store

A, B, C, D = "/p/a.jpg", "/p/b.jpg", "/p/c.jpg", "/p/d.jpg"
SAID = datetime(2024, 5, 1, 12, 0, 0, 250000, tzinfo=UTC)
SAID_TEXT = "2024-05-01T12:00:00.250000+00:00"
PHOTOS = (
    added(A, face("happy")),
    added(B, face("fear")),
    added(C, face("happy", 0.6)),
    added(D, face("sad")),
)
BOX = {"left": 10.0, "top": 20.0, "right": 50.0, "bottom": 60.0}
LABEL = {"fact": "label", "hash": digest(A), "box": [10, 20, 50, 60], "kind": "emotion", "emotion": "sad"}
LABEL |= {"said_at": SAID_TEXT}
ALBUM = {"fact": "album", "name": "Mine", "note": "", "created_at": SAID_TEXT, "cover": None, "query": None}
PHOTO = {"fact": "photo", "album": "Mine", "position": 1, "hash": digest(A), "added_at": SAID_TEXT}
QUERY = {"fact": "query", "name": "Dear", "text": "emotion:sad", "created_at": SAID_TEXT}


def nothing(**counts: Any) -> Restored:
    empty: dict[str, Any] = {"labels": 0, "albums": 0, "photos": 0, "queries": 0, "already_there": 0, "waiting": 0}
    return Restored(**empty | {"renamed": (), "problems": ()} | counts)


def store_in(folder: Path, *changes: Any) -> Store:
    folder.mkdir(exist_ok=True)
    return open_store(folder, *changes)


def say(store: Store) -> None:
    """Two labels, a manual album with note and cover, a smart one and a saved query."""
    with recorded(store, "said") as recorder:
        said = {**BOX, "said_at": SAID}
        rows = [{"hash": digest(A), "kind": "emotion", "emotion": "sad"}, {"hash": digest(B), "kind": "not_face"}]
        recorder.insert(schema.label, [{"emotion": None, **row, **said} for row in rows])
        recorder.insert(
            schema.saved_query, [{"name": "Dear", "key": "dear", "text": "emotion:sad", "created_at": SAID}]
        )
    albums.create_album(store, "Mine", [C, A, B], note="of last\nsummer")
    albums.set_album_cover(store, "Mine", B)
    albums.create_smart_album(store, "Best", Query.parse("emotion:happy limit:2"))


def shown(store: Store, path: str) -> list[tuple[str, str]]:
    return [(face.emotion, face.source) for face in store.photo(path).faces]


def lines(*facts: Any, **header: Any) -> str:
    return "".join(
        f"{fact if isinstance(fact, str) else json.dumps(fact)}\n" for fact in [{"gallery dump": 1, **header}, *facts]
    )


def restore(store: Store, text: str | bytes, *, dry_run: bool = False) -> Restored:
    file = Path(store.location).parent / "dump.jsonl"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return restore_dump(store, read_dump(file), dry_run=dry_run)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with store_in(tmp_path / "one", *PHOTOS) as store:
        yield store


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with store_in(tmp_path / "empty") as store:
        yield store


def test_a_dump_tells_every_fact_in_a_line(store: Store) -> None:
    with recorded(store, "said") as recorder:
        recorder.insert(
            schema.label, [{"hash": digest(A), **BOX, "kind": "emotion", "emotion": "sad", "said_at": SAID}]
        )
        [(number,)] = recorder.insert(
            schema.album,
            [
                {"name": "Été", "key": "été", "note": "a\nb", "created_at": SAID, "query": None}
                | {"cover_hash": digest(B), "uid": "0123456789abcdef" * 2}
            ],
        )
        place = {"album_id": number, "added_at": SAID}
        other = {**place, "hash": "0" * 64, "position": 2}
        recorder.insert(schema.album_photo, [other, {**place, "hash": digest(B), "position": 1}])
        recorder.insert(schema.saved_query, [{"name": "Q", "key": "q", "text": "emotion:sad", "created_at": SAID}])
    assert dump_text(store) == (
        '{"gallery dump": 2, "facts": 5}\n'
        f'{{"fact": "label", "hash": "{digest(A)}", "box": [10.0, 20.0, 50.0, 60.0], "kind": "emotion", '
        f'"emotion": "sad", "said_at": "{SAID_TEXT}", "path": "/p/a.jpg"}}\n'
        f'{{"fact": "album", "name": "Été", "note": "a\\nb", "created_at": "{SAID_TEXT}", '
        f'"cover": "{digest(B)}", "query": null, "uid": "0123456789abcdef0123456789abcdef"}}\n'
        f'{{"fact": "photo", "album": "Été", "position": 1, "hash": "{digest(B)}", "added_at": "{SAID_TEXT}", '
        '"path": "/p/b.jpg"}\n'
        f'{{"fact": "photo", "album": "Été", "position": 2, "hash": "{"0" * 64}", "added_at": "{SAID_TEXT}"}}\n'
        f'{{"fact": "query", "name": "Q", "text": "emotion:sad", "created_at": "{SAID_TEXT}"}}\n'
    )


ROOT = {"fact": "root", "path": "/p/Photos", "include": ["#recycle"], "follow_links": True, "added_at": SAID_TEXT}


def test_folders_come_along_with_what_is_looked_into_there(store: Store, empty: Store) -> None:
    odd = os.fsdecode(b"/p/caf\xe9")
    note_roots(store, [Root("/p/b", ("#recycle", "*.lrdata")), Root("/p/a", follow_links=True), Root(odd)])
    text = dump_text(store)
    facts = [json.loads(line) for line in text.splitlines()[1:]]
    assert [(one["fact"], one["path"], one["include"], one["follow_links"]) for one in facts] == [
        ("root", "/p/a", [], True),
        ("root", "/p/b", ["#recycle", "*.lrdata"], False),
        ("root", odd, [], False),
    ]
    assert restore(empty, text) == nothing(roots=3)
    assert known_roots(empty) == known_roots(store)
    assert dump_text(empty) == text
    assert restore(empty, text) == nothing(already_there=3)
    [action] = list_actions(empty)
    assert action.summary.endswith("0 queries, 3 folders")
    undo(empty)
    assert known_roots(empty) == []


def test_known_folder_keeps_what_is_said_of_it(store: Store, tmp_path: Path) -> None:
    folder, link = tmp_path / "Photos", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    note_roots(store, [Root("/p/Photos", ("old",)), Root(str(folder))])
    assert restore(store, lines(ROOT, {**ROOT, "path": str(link)})) == nothing(already_there=2)
    assert known_roots(store) == sorted(
        [Root("/p/Photos", ("old",)), Root(str(folder), ("#recycle",), None, follow_links=True)],
        key=lambda root: root.path,
    )


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("path", "Photos", 'path is "Photos"; it is the whole path of a folder'),
        ("path", "/a\0b", 'path is "/a\\u0000b"; it is the whole path of a folder'),
        ("path", 7, "path is 7; it is a text"),
        ("include", "a", 'include is "a"; it is an array of names'),
        ("include", [1], "include is [1]; it is an array of names"),
        ("follow_links", 1, "follow_links is 1; it is true or false"),
    ],
)
def test_damaged_folder_is_told(store: Store, field: str, value: object, reason: str) -> None:
    done = restore(store, lines({**ROOT, field: value}))
    assert [problem.reason for problem in done.problems] == [reason]
    assert known_roots(store) == []


def test_a_database_without_a_word_gives_the_header_alone(empty: Store) -> None:
    assert dump_text(empty) == '{"gallery dump": 2, "facts": 0}\n'
    assert restore(empty, dump_text(empty)) == nothing()
    assert list_actions(empty) == []


def test_what_was_said_first_does_not_change_the_dump(tmp_path: Path, empty: Store) -> None:
    rows = [
        {"hash": digest(path), **BOX, "kind": "emotion", "emotion": "sad", "said_at": SAID} for path in (A, B, C, D)
    ]
    with store_in(tmp_path / "other") as other:
        for store, order in ((empty, rows), (other, rows[::-1])):
            with recorded(store, "said") as recorder:
                recorder.insert(schema.label, order)
        assert dump_text(empty) == dump_text(other)


def test_a_database_that_knows_the_photos_shows_all_again(tmp_path: Path, store: Store) -> None:
    say(store)
    text = dump_text(store)
    with store_in(tmp_path / "two", *reversed(PHOTOS)) as other:
        assert restore(other, text) == nothing(labels=2, albums=2, photos=3, queries=1)
        assert dump_text(other) == text
        assert (shown(other, A), other.photo(B).faces) == ([("sad", "person")], store.photo(B).faces)
        assert [photo.path for photo in albums.album_photos(other, "Mine")] == [C, A, B]
        mine = albums.read_album(other, "mine")
        assert (mine.note, mine.cover, mine.waiting) == ("of last\nsummer", B, 0)
        assert albums.read_album(other, "Best").query == "emotion:happy limit:2"


def test_an_empty_database_keeps_all_until_the_photos_come(empty: Store, store: Store) -> None:
    say(store)
    text = dump_text(store)
    assert restore(empty, text) == nothing(labels=2, albums=2, photos=3, queries=1, waiting=5)
    assert albums.read_album(empty, "Mine").waiting == 3
    empty.write(PHOTOS, model=MODEL, detector=DETECTOR)
    assert dump_text(empty) == text
    assert (shown(empty, A), shown(empty, D)) == ([("sad", "person")], [("sad", "model")])
    assert [photo.path for photo in albums.album_photos(empty, "Mine")] == [C, A, B]


def test_the_second_time_changes_nothing(empty: Store, store: Store) -> None:
    say(store)
    text = dump_text(store)
    restore(empty, text)
    before, done = dump_text(empty), list_actions(empty)
    for again in (empty, store):
        assert restore(again, text) == nothing(already_there=8)
    assert (dump_text(empty), list_actions(empty)) == (before, done)


def test_undo_takes_all_of_a_restore_back(empty: Store, store: Store) -> None:
    text = lines(LABEL, {**ALBUM, "note": "x"}, PHOTO, {**PHOTO, "hash": digest(D), "position": 2}, QUERY)
    albums.create_album(store, "mine", [B])
    before = dump_text(store)
    assert restore(store, text) == nothing(labels=1, photos=2, queries=1, already_there=1)
    assert shown(store, A) == [("sad", "person")]
    done = undo(store)
    assert done is not None
    assert done.summary == "'dump.jsonl' restored: 1 label, 0 albums, 2 photos of albums, 1 query"
    assert (dump_text(store), shown(store, A)) == (before, [("happy", "model")])
    assert restore(empty, text) == nothing(labels=1, albums=1, photos=2, queries=1, waiting=3)
    assert undo(empty) is not None
    assert dump_text(empty) == '{"gallery dump": 2, "facts": 0}\n'


def test_a_dry_run_tells_and_changes_nothing(store: Store) -> None:
    text = lines(LABEL, ALBUM, PHOTO, QUERY)
    assert restore(store, text, dry_run=True) == nothing(labels=1, albums=1, photos=1, queries=1)
    assert (dump_text(store), list_actions(store)) == ('{"gallery dump": 2, "facts": 0}\n', [])
    assert shown(store, A) == [("happy", "model")]


def test_only_another_word_of_the_same_face_is_added_and_the_last_counts(store: Store) -> None:
    restore(store, lines(LABEL))
    earlier = {**LABEL, "emotion": "fear", "said_at": "2024-05-01T13:59:59+02:00"}
    later = {**LABEL, "emotion": "angry", "said_at": "2024-05-01T14:00:01+02:00"}
    same = {**LABEL, "said_at": "2024-05-01T14:00:00.25+02:00"}
    assert restore(store, lines(same, earlier, earlier)) == nothing(labels=1, already_there=2)
    assert shown(store, A) == [("sad", "person")]
    assert restore(store, lines(later)) == nothing(labels=1)
    assert shown(store, A) == [("angry", "person")]


def test_an_album_that_exists_gets_the_photos_it_lacks_and_keeps_note_and_cover(store: Store) -> None:
    albums.create_album(store, "mine", [D, B], note="own")
    albums.create_album(store, "Bare")
    albums.set_album_cover(store, "mine", D)
    theirs = [
        {**PHOTO, "position": 3, "hash": digest(A)},
        {**PHOTO, "position": 2, "hash": digest(B)},
        {**PHOTO, "position": 1, "hash": digest(C)},
    ]
    bare = {**ALBUM, "name": "BARE", "note": "theirs", "cover": digest(A)}
    found = restore(store, lines({**ALBUM, "note": "theirs", "cover": digest(C)}, *theirs, bare))
    assert found == nothing(photos=2, already_there=3)
    assert [photo.path for photo in albums.album_photos(store, "mine")] == [D, B, C, A]
    mine, other = albums.read_album(store, "mine"), albums.read_album(store, "Bare")
    assert (mine.note, mine.cover, other.note, other.cover) == ("own", D, "theirs", A)


def test_what_clashes_comes_in_under_the_next_free_name_and_only_once(store: Store) -> None:
    albums.create_smart_album(store, "mine", Query.parse("emotion:fear"))
    albums.create_album(store, "Best", [D])
    albums.create_smart_album(store, "Smart", Query.parse("emotion:fear"))
    albums.create_album(store, "Mine (3)", [D])
    restore(store, lines({**QUERY, "text": "emotion:happy"}))
    smart = {"query": "emotion:happy"}
    text = lines(
        ALBUM,
        PHOTO,
        # The dump has this name for another album; "Mine (3)" is taken by one that has nothing to do with it.
        {**ALBUM, "name": "Mine (2)", "created_at": "2020-01-01T00:00:00+00:00"},
        {**ALBUM, "name": "Best", **smart},
        {**ALBUM, "name": "Smart", **smart},
        QUERY,
    )
    found = restore(store, text)
    assert found == nothing(
        albums=4,
        photos=1,
        queries=1,
        renamed=(
            Renamed("query", "Dear", "Dear (2)"),
            Renamed("album", "Mine", "Mine (4)"),
            Renamed("album", "Best", "Best (2)"),
            Renamed("album", "Smart", "Smart (2)"),
        ),
    )
    assert [photo.path for photo in albums.album_photos(store, "Mine (4)")] == [A]
    assert [photo.path for photo in albums.album_photos(store, "Mine (3)")] == [D]
    assert [photo.path for photo in albums.album_photos(store, "Best")] == [D]
    assert albums.read_album(store, "mine").query == "emotion:fear"
    before = dump_text(store)
    assert restore(store, text) == nothing(already_there=6)
    assert dump_text(store) == before


def test_a_long_name_makes_room_for_its_number(store: Store) -> None:
    name = "n" * 200
    albums.create_album(store, name)
    found = restore(store, lines({**ALBUM, "name": name, "query": "emotion:sad"}))
    assert found.renamed == (Renamed("album", name, "n" * 196 + " (2)"),)


def test_the_dump_of_another_library_is_added_to_what_is_here(tmp_path: Path, store: Store) -> None:
    say(store)
    here = set(dump_text(store).splitlines()[1:])
    with store_in(tmp_path / "other", added("/q/x.jpg", face("happy")), added("/q/y.jpg")) as other:
        albums.create_album(other, "Theirs", ["/q/y.jpg", "/q/x.jpg"])
        text = dump_text(other)
    assert restore(store, text) == nothing(albums=1, photos=2, waiting=2)
    assert here < set(dump_text(store).splitlines())
    theirs = albums.read_album(store, "Theirs")
    assert (theirs.count, theirs.waiting) == (0, 2)


def test_an_album_whose_own_line_is_damaged_is_made_of_its_photos(store: Store) -> None:
    text = lines('{"fact": "album", "na', PHOTO, {**PHOTO, "position": 2, "hash": digest(B)})
    problem = Problem(2, "isn't JSON: Unterminated string starting at at column 19")
    assert restore(store, text) == nothing(albums=1, photos=2, problems=(problem,))
    assert [photo.path for photo in albums.album_photos(store, "Mine")] == [A, B]
    assert restore(store, text) == nothing(already_there=3, problems=(problem,))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "isn't JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[" * 100_000, "isn't JSON: it is nested too deeply"),
        ("[1]", "is no JSON object"),
        ({}, "fact is null; known are label, drawn, pick, turned, album, photo, query, root, succession"),
        (
            {"fact": ["label"]},
            'fact is ["label"]; known are label, drawn, pick, turned, album, photo, query, root, succession',
        ),
        ({"fact": "label", "hash": digest(A)}, "has no box"),
        ({**LABEL, "said_by": "me"}, 'has an unknown field: "said_by"'),
        ({**QUERY, "path": "/p"}, 'has an unknown field: "path"'),
        ({**LABEL, "hash": "A" * 64}, f'hash is "{"A" * 56}...; it is 64 digits 0-9 and a-f'),
        ({**LABEL, "hash": 7}, "hash is 7; it is 64 digits 0-9 and a-f"),
        ({**LABEL, "hash": digest(A) + "\n"}, f'hash is "{digest(A)[:56]}...; it is 64 digits 0-9 and a-f'),
        ({**LABEL, "box": [1, 2, 3]}, "box is [1, 2, 3]; it is four numbers: left, top, right, bottom"),
        ({**LABEL, "box": [1, 2, 3, True]}, "box is [1, 2, 3, true]; it is four numbers: left, top, right, bottom"),
        ({**LABEL, "box": [1, 2, 3, 10**400]}, "isn't JSON: it has a number of 401 digits"),
        ({**LABEL, "box": [1, 2, 3, float("nan")]}, "isn't JSON: it has the number NaN, which is none"),
        (
            json.dumps(LABEL).replace("60", "1e999"),
            "isn't JSON: it has the number 1e999, which is none",
        ),
        (
            {**LABEL, "box": [3, 0, 1, 4]},
            "box is [3, 0, 1, 4]; left is at most right, and top at most bottom",
        ),
        (
            {**LABEL, "box": [0, 4, 1, 3]},
            "box is [0, 4, 1, 3]; left is at most right, and top at most bottom",
        ),
        ({**LABEL, "kind": "guess"}, 'kind is "guess"; allowed: emotion, not_face'),
        (
            {**LABEL, "emotion": "bored"},
            'emotion is "bored"; allowed: angry, disgust, fear, happy, sad, surprise, neutral',
        ),
        ({**LABEL, "kind": "not_face"}, 'emotion is "sad", but what is no face shows none'),
        (
            {**LABEL, "said_at": "2024-05-01T12:00:00"},
            'said_at is "2024-05-01T12:00:00"; it is a time with its zone, such as 2024-12-31T18:00:00+00:00',
        ),
        (
            {**LABEL, "said_at": "0001-01-01T00:00:00+10:00"},
            'said_at is "0001-01-01T00:00:00+10:00"; it is a time with its zone, such as 2024-12-31T18:00:00+00:00',
        ),
        (
            {**LABEL, "said_at": "9999-12-31T23:59:59.999999+00:00"},
            'said_at is "9999-12-31T23:59:59.999999+00:00"; it is a time with its zone, such as '
            "2024-12-31T18:00:00+00:00",
        ),
        ({**LABEL, "said_at": 7}, "said_at is 7; it is a text"),
        ({**ALBUM, "name": "a\nb"}, r'name is "a\nb": a name has no control characters, line breaks or broken letters'),
        ({**ALBUM, "name": ""}, 'name is "": a name has 1 to 200 characters'),
        ({**ALBUM, "note": "n" * 10_001}, "note: a note has at most 10000 characters"),
        ({**ALBUM, "cover": "x"}, 'cover is "x"; it is 64 digits 0-9 and a-f'),
        ({**ALBUM, "query": "\udce9"}, r'query is "\udce9": it has broken letters'),
        ({**PHOTO, "position": -1}, "position is -1; it is a whole number up to 2147483647"),
        ({**PHOTO, "position": 1.0}, "position is 1.0; it is a whole number up to 2147483647"),
        ({**PHOTO, "album": None}, "album is null; it is a text"),
        ({**QUERY, "text": "limit:0"}, "text is \"limit:0\": limit: is '0'; allowed: 1 or more, at 6"),
    ],
)
def test_a_damaged_line_is_told_and_the_others_are_restored(store: Store, line: Any, reason: str) -> None:
    found = restore(store, lines(QUERY, line, "", ALBUM))
    assert found == nothing(albums=1, queries=1, problems=(Problem(3, reason),))


def test_lines_that_are_too_long_or_no_text_are_told(store: Store) -> None:
    long = json.dumps({**QUERY, "text": "x" * (2 * LONGEST_LINE)}).encode()
    ends = json.dumps(LABEL).encode().ljust(LONGEST_LINE)
    text = lines(QUERY).encode() + long + b'\n{"fact": "\xff"}\n' + json.dumps(ALBUM).encode() + b"\r\n" + ends
    problems = (Problem(3, "is longer than 1000000 bytes"), Problem(4, "isn't JSON: it isn't UTF-8"))
    assert restore(store, text) == nothing(labels=1, albums=1, queries=1, problems=problems)


def test_what_a_dump_can_not_have_twice_is_told(store: Store) -> None:
    smart = {**ALBUM, "name": "Best", "query": "emotion:sad"}
    text = lines(ALBUM, {**ALBUM, "name": "MINE"}, smart, {**PHOTO, "album": "best"}, QUERY, QUERY)
    problems = (
        Problem(3, "a line before has the album 'MINE' already"),
        Problem(5, "album 'best' is smart: it has no places for photos"),
        Problem(7, "a line before has the query 'Dear' already"),
    )
    assert restore(store, text) == nothing(albums=2, queries=1, problems=problems)


def test_a_dump_that_was_cut_short_is_told(store: Store) -> None:
    reason = "the dump ends here, but its first line tells of 3 facts and only 2 came: it was cut short, unless you "
    problems = (Problem(3, f"{reason}took lines out yourself"),)
    assert restore(store, lines(QUERY, ALBUM, facts=3)) == nothing(albums=1, queries=1, problems=problems)
    assert restore(store, lines(QUERY, ALBUM, facts=1)) == nothing(already_there=2)


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"\xff\xd8\xff", b"{}\n", b'{"gallery dump": true}', b'{"gallery dump": 0}', b"[" * 5000]
)
def test_a_file_without_the_header_is_refused(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(text)
    expected = 'is no dump: its first line isn\'t {"gallery dump": 2, ...}; name a file that `gallery dump` wrote'
    with pytest.raises(DumpError) as caught:
        read_dump(file)
    assert str(caught.value) == f"{file}: {expected}"


def test_an_album_keeps_its_id_through_a_dump_and_one_of_before_gets_one(store: Store, empty: Store) -> None:
    say(store)
    restore(empty, dump_text(store))
    assert {one.name: one.uid for one in albums.list_albums(empty)} == {
        one.name: one.uid for one in albums.list_albums(store)
    }
    restore(empty, lines({**ALBUM, "name": "Old"}))
    assert len({one.uid for one in albums.list_albums(empty)}) == 3


def test_a_newer_dump_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    with pytest.raises(DumpError) as caught:
        read_dump(file)
    assert str(caught.value) == f"{file}: can't be read: No such file or directory"
    file.write_text('{"gallery dump": 3}\n')
    with pytest.raises(DumpError) as caught:
        read_dump(file)
    expected = "was written by a newer gallery (dump version 3); update gallery to restore it"
    assert str(caught.value) == f"{file}: {expected}"


def test_an_editors_byte_order_mark_is_no_harm(store: Store) -> None:
    assert restore(store, b"\xef\xbb\xbf" + lines(QUERY).encode()) == nothing(queries=1)


def test_a_path_that_is_no_utf8_or_garbles_a_terminal_is_escaped_in_the_hint(tmp_path: Path, empty: Store) -> None:
    odd = [os.fsdecode(b"/p/caf\xe9.jpg"), "/p/\x1b[31m\u202e\u2028🏖é.jpg"]
    with store_in(tmp_path / "odd", *(added(path) for path in odd)) as store:
        albums.create_album(store, "Odd", odd)
        text = dump_text(store)
    hints = [line.partition('"path": ')[2] for line in text.splitlines()[2:]]
    assert hints == [r'"/p/caf\udce9.jpg"}', r'"/p/\u001b[31m\u202e\u2028🏖é.jpg"}']
    assert [json.loads(line)["path"] for line in text.splitlines()[2:]] == odd
    assert restore(empty, text) == nothing(albums=1, photos=2, waiting=2)


def test_a_file_is_its_owners_alone_and_replaced_only_by_force(tmp_path: Path, store: Store) -> None:
    file = tmp_path / "dump.jsonl"
    write_dump(store, file)
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ('{"gallery dump": 2, "facts": 0}\n', 0o600)
    file.chmod(0o644)
    say(store)
    with pytest.raises(DumpError, match="exists already; --force puts the new dump in its place"):
        write_dump(store, file)
    assert file.read_text() == '{"gallery dump": 2, "facts": 0}\n'
    write_dump(store, file, force=True)
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (dump_text(store), 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump.jsonl", "one"]


def test_force_replaces_nothing_but_a_dump(tmp_path: Path, store: Store) -> None:
    photo, link = tmp_path / "a.jpg", tmp_path / "link"
    photo.write_bytes(b"\xff\xd8 precious")
    link.symlink_to(tmp_path / "nowhere")
    database = Path(store.location)
    before = database.read_bytes()
    for path in (photo, link, tmp_path, database):
        with pytest.raises(DumpError, match="is no dump, and --force replaces nothing else"):
            write_dump(store, path, force=True)
    assert (photo.read_bytes(), database.read_bytes()) == (b"\xff\xd8 precious", before)
    with pytest.raises(DumpError, match="the folder it would lie in doesn't exist"):
        write_dump(store, tmp_path / "none" / "dump.jsonl")


def test_a_smart_album_and_an_album_of_thousands_come_back_as_they_were(tmp_path: Path, empty: Store) -> None:
    places = [{**PHOTO, "position": n, "hash": digest(str(n))} for n in range(1, 2001)]
    labels = [{**LABEL, "hash": digest(str(n))} for n in range(1, 2001)]
    assert restore(empty, lines(*labels, ALBUM, *places)) == nothing(labels=2000, albums=1, photos=2000, waiting=4000)
    text = dump_text(empty)
    with store_in(tmp_path / "again") as again:
        restore(again, text)
        assert dump_text(again) == text
