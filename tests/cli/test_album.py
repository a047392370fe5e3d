"""`gallery album`: made from searches or files, listed, changed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from gallery.db import schema
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill
from tests.support.terminal import run_in_terminal, unstyled

NOT_INDEXED = "/nowhere.jpg: isn't in the database; run `gallery index` on its folder"
UNSEEN = "album 'NAME': a name has no invisible characters, such as marks for the reading direction"
WHERE = "where to? Give one of --before PHOTO, --after PHOTO, --first and --last"
WHICH = "which photos? Name their files, or describe them, as in emotion:happy or --emotion happy"


def shown(gallery: Gallery, name: str) -> list[str]:
    return [Path(line).stem for line in gallery.run("album", "show", name).stdout.splitlines()]


def test_life_of_an_album(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = fill(gallery)
    monkeypatch.chdir(gallery.photos)
    for args, told in [
        (["create", "Happy days", "-e", "happy", "--min-score", "0.9"], "album 'Happy days' made with 1 photo"),
        (["add", "happy days", "empty.jpg", "--emotion", "sad"], "2 photos added to album 'happy days'"),
        (["add", "Happy days", photos["beach"]], "0 photos added to album 'Happy days'"),
        (["remove", "Happy days", "--faces", "0"], "1 photo taken out of album 'Happy days'"),
        (["rename", "Happy days", "Best"], "album 'Happy days' is now 'Best'"),
        (["create", "Empty"], "album 'Empty' made with 0 photos"),
        (["create", "By hand", "group.jpg", "empty.jpg"], "album 'By hand' made with 2 photos"),
        (["delete", "By hand", "--yes"], "album 'By hand' deleted"),
    ]:
        done = gallery.run("album", *args)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"{told}\n")
    assert gallery.run("album", "list").stdout == "Best\nEmpty\n"
    assert shown(gallery, "Best") == ["beach", "group"]
    assert gallery.run("search", "--album", "best", "-e", "sad").stdout == f"{photos['group']}\n"


def test_album_that_got_words_of_its_name_as_query_says_so(gallery: Gallery) -> None:
    fill(gallery)
    done = gallery.run("album", "create", "Summer", "holiday", "emotion:happy")
    hint, made = done.stderr.splitlines()
    assert hint == (
        "warning: no photo has holiday in its path; a name with spaces goes in quotes: "
        "gallery album create 'Summer holiday' emotion:happy"
    )
    assert (done.exit_code, made) == (0, "album 'Summer' made with 0 photos")
    for words in (["Beaches", "beach"], ["Nothing", "emotion:disgust"], ["Empty"]):
        assert len(gallery.run("album", "create", *words).stderr.splitlines()) == 1


def test_json_of_list_and_show(gallery: Gallery) -> None:
    photos = fill(gallery)
    gallery.run("album", "create", "Happy days", "-e", "happy")
    (album,) = json.loads(gallery.run("album", "list", "--json").stdout)
    assert album == {
        "name": "Happy days",
        "count": 2,
        "missing": 0,
        "created_at": album["created_at"],
        "note": "",
        "query": None,
        "cover": None,
        "waiting": 0,
        "problem": None,
    }
    assert datetime.fromisoformat(album["created_at"]).utcoffset() == timedelta(0)
    listed = json.loads(gallery.run("album", "show", "Happy days", "--json").stdout)
    assert [photo["path"] for photo in listed] == [photos["beach"], photos["group"]]
    assert listed == json.loads(gallery.run("search", "-e", "happy", "--json").stdout)


def test_life_of_a_smart_album(gallery: Gallery) -> None:
    photos = fill(gallery)
    for args, told in [
        (
            ["create", "Happy days", "--smart", "emotion:happy date:2023.."],
            "smart album 'Happy days' made; it holds 1 photo now",
        ),
        (
            ["create", "Seen", "--smart", "faces:1..", "-e", "sad", "--min-score", "0.6"],
            "smart album 'Seen' made; it holds 1 photo now",
        ),
        (
            ["query", "happy days", "emotion:happy", "sort:oldest"],
            "query of album 'Happy days' changed; it holds 2 photos now",
        ),
        (["duplicate", "happy days", "Kept"], "album 'Kept' made with 2 photos"),
        (["freeze", "kept"], "album 'Kept' is a manual one now, with 2 photos"),
        (["rename", "seen", "Sad"], "album 'seen' is now 'Sad'"),
        (["create", "Both", "--smart", "album:sad album:kept"], "smart album 'Both' made; it holds 1 photo now"),
        (
            ["delete", "Sad", "-n"],
            "dry run, nothing was written: album 'Sad' deleted\n"
            "dry run, nothing was written: smart album 'Both' asked for it and has no answer any more",
        ),
        (["delete", "Sad", "-y"], "album 'Sad' deleted\nsmart album 'Both' asked for it and has no answer any more"),
    ]:
        done = gallery.run("album", *args)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"{told}\n")
    gone = "album 'sad': doesn't exist; `gallery album list` names those that do"
    listed = gallery.run("album", "list")
    assert (listed.exit_code, listed.stdout) == (0, "Both\nHappy days\nKept\n")
    assert listed.stderr == f"album 'Both' has no photos for now: {gone}\n"
    both = gallery.run("album", "show", "Both")
    assert (both.exit_code, both.stdout, both.stderr) == (2, "", f"error: {gone}\n")
    assert gallery.run("album", "query", "happy days").stdout == "emotion:happy sort:oldest\n"
    found = f"{photos['group']}\n{photos['beach']}\n"
    assert gallery.run("album", "show", "happy days").stdout == found
    assert gallery.run("album", "show", "kept").stdout == found


def test_photos_of_an_album_are_moved_and_sorted(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(gallery)
    monkeypatch.chdir(gallery.photos)
    gallery.run("album", "create", "Mine", "beach.jpg", "group.jpg", "empty.jpg")
    for args, told, order in [
        (["move", "mine", "empty.jpg", "--first"], "1 photo moved in album 'mine'", ["empty", "beach", "group"]),
        (["move", "Mine", "empty.jpg", "--last"], "1 photo moved in album 'Mine'", ["beach", "group", "empty"]),
        (
            ["move", "Mine", "empty.jpg", "group.jpg", "--before", "beach.jpg"],
            "2 photos moved in album 'Mine'",
            ["empty", "group", "beach"],
        ),
        (
            ["move", "Mine", "empty.jpg", "--after", "group.jpg"],
            "1 photo moved in album 'Mine'",
            ["group", "empty", "beach"],
        ),
        (["sort", "Mine", "path"], "album 'Mine' sorted by path", ["beach", "empty", "group"]),
        (["sort", "Mine", "FACES"], "album 'Mine' sorted by faces", ["group", "beach", "empty"]),
    ]:
        done = gallery.run("album", *args)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"{told}\n")
        assert shown(gallery, "Mine") == order


def test_remove_with_a_limit_takes_the_first_of_the_album(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(gallery)
    monkeypatch.chdir(gallery.photos)
    # Newest first, the library begins with beach, which isn't in the album.
    for narrowing, rest in [
        (["limit:1"], ["group"]),
        (["faces:1..", "--limit", "1"], ["empty"]),
        (["sort:newest limit:1"], ["empty"]),
        (["--sort", "faces", "--limit", "1"], ["empty"]),
        (["limit:2"], []),
    ]:
        gallery.run("album", "create", "Mine", "empty.jpg", "group.jpg")
        done = gallery.run("album", "remove", "Mine", *narrowing)
        assert (done.exit_code, shown(gallery, "Mine")) == (0, rest), narrowing
        gallery.run("album", "delete", "Mine", "--yes")


def test_show_is_narrowed_by_a_query(gallery: Gallery) -> None:
    photos = fill(gallery)
    gallery.run("album", "create", "All", "--sort", "path")
    gallery.run("album", "create", "Smart", "--smart", "sort:oldest")
    lose(gallery, photos["beach"])
    for args, expected in [
        (["All", "faces:1.."], ["group"]),
        (["All", "faces:1..", "--missing"], ["beach", "group"]),
        (["All", "--limit", "1"], ["empty"]),
        (["Smart", "--limit", "1"], ["group"]),
        (["Smart", "-e", "sad"], ["group"]),
    ]:
        done = gallery.run("album", "show", *args)
        assert [Path(line).stem for line in done.stdout.splitlines()] == expected, args


def test_note_and_cover_are_set_and_printed(gallery: Gallery) -> None:
    photos = fill(gallery)
    gallery.run("album", "create", "Mine", "emotion:happy", "--note", "for Ann")
    assert gallery.run("album", "note", "mine").stdout == "for Ann\n"
    assert gallery.run("album", "note", "Mine", "one\n\u202etwo").stderr == "note of album 'Mine' changed\n"
    assert gallery.run("album", "note", "Mine").stdout == "one\n\\u202etwo\n"
    assert gallery.run("album", "note", "Mine", "").exit_code == 0
    assert gallery.run("album", "note", "Mine").stdout == ""

    assert gallery.run("album", "cover", "Mine").stdout == ""
    assert gallery.run("album", "cover", "Mine", photos["group"]).stderr == "cover of album 'Mine' changed\n"
    assert gallery.run("album", "cover", "Mine").stdout == f"{photos['group']}\n"
    (listed,) = json.loads(gallery.run("album", "list", "--json").stdout)
    assert (listed["cover"], listed["note"]) == (photos["group"], "")
    assert gallery.run("album", "cover", "Mine", "--clear").exit_code == 0
    assert gallery.run("album", "cover", "Mine").stdout == ""


def test_words_are_photos_where_such_a_file_exists_or_they_end_like_one(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = fill(gallery)
    monkeypatch.chdir(gallery.photos)
    (gallery.photos / "beach").mkdir()
    for args, expected in [
        (["beach.jpg"], ["beach"]),
        (["beach"], ["beach"]),
        (["faces:1..", "group.jpg", "-beach.jpg"], None),
        (["faces:0", "group.jpg", photos["beach"]], ["group", "beach", "empty"]),
        (["path:beach.jpg"], ["beach"]),
        (["emotion:sad", "or", "faces:0"], ["group", "empty"]),
        (["(emotion:sad or faces:0)", "--sort", "path"], ["empty", "group"]),
        (["--", "-emotion:sad", "faces:1"], ["beach"]),
        (["beech.jpg"], None),
    ]:
        done = gallery.run("album", "create", "Mine", *args)
        assert (done.exit_code == 0) == (expected is not None)
        if expected is not None:
            assert shown(gallery, "Mine") == expected
            gallery.run("album", "delete", "Mine", "--yes")


def test_dry_run_tells_and_writes_nothing(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("album", "create", "Mine", "emotion:happy")
    gallery.run("album", "create", "Smart", "--smart", "faces:0")
    before = gallery.run("album", "list", "--json").stdout
    for args, told in [
        (["create", "New", "faces:1.."], "album 'New' made with 2 photos"),
        (["create", "New", "--smart", "faces:1.."], "smart album 'New' made; it holds 2 photos now"),
        (["add", "Mine", "faces:0.."], "1 photo added to album 'Mine'"),
        (["remove", "Mine", "faces:1"], "1 photo taken out of album 'Mine'"),
        (["freeze", "Smart"], "album 'Smart' is a manual one now, with 1 photo"),
        (["delete", "Mine"], "album 'Mine' deleted"),
    ]:
        done = gallery.run("album", *args, "-n")
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"dry run, nothing was written: {told}\n")
    assert gallery.run("album", "list", "--json").stdout == before


def test_terminal_is_told_what_an_album_is_besides_its_photos(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("album", "create", "Mine", "faces:1", "--note", "two\nlines")
    gallery.run("album", "create", "Smart", "--smart", "faces:1")
    with Store.open(gallery.db) as store, store.write_connection() as connection:
        connection.execute(update(schema.album_photo).values(content_id=None))
    assert run_in_terminal(gallery, "album", "show", "Mine") == (
        0,
        "two\nlines\n1 photo not in the database; indexed again, they are back in their place.\n",
    )
    code, seen = run_in_terminal(gallery, "album", "show", "Smart", NO_COLOR="1")
    assert (code, seen.splitlines()[0]) == (0, "Smart: faces:1")
    assert "happy 0.93" in seen
    assert gallery.run("album", "delete", "Mine", stdin="n\n").stderr.startswith("Delete album 'Mine' with 1 photo? ")
    assert gallery.run("album", "delete", "smart", stdin="n\n").stderr.startswith("Delete album 'smart' (smart)? ")


def test_terminal_gets_a_table_of_albums(gallery: Gallery) -> None:
    fill(gallery)
    assert run_in_terminal(gallery, "album", "list", NO_COLOR="1")[1].startswith("No album yet; make one: ")
    gallery.run("album", "create", "Happy [b]days[/b]", "-e", "happy")
    code, seen = run_in_terminal(gallery, "album", "list", NO_COLOR="1")
    assert code == 0
    assert seen.splitlines()[1].split()[:3] == ["Happy", "[b]days[/b]", "2"]


def test_terminal_shows_notes_and_covers_where_there_are_any(gallery: Gallery) -> None:
    photos = fill(gallery)
    gallery.run("album", "create", "Plain", "-e", "happy")
    _, seen = run_in_terminal(gallery, "album", "list", NO_COLOR="1")
    assert unstyled(seen).splitlines()[0].split() == ["album", "photos", "missing", "made", "query"]

    note = "\nfor [b]Ann[/b]\u202e" + " and all" * 20 + "\nlater"
    gallery.run("album", "create", "Noted", "-e", "happy", "--note", note)
    gallery.run("album", "cover", "Noted", photos["group"])
    _, seen = run_in_terminal(gallery, "album", "list", NO_COLOR="1", COLUMNS="160")
    head, noted, bare = unstyled(seen).splitlines()
    assert head.split() == ["album", "photos", "missing", "made", "query", "cover", "note"]
    assert noted.rstrip().endswith("group.jpg  for [b]Ann[/b]\\u202e and all and all an…")  # 40 columns
    assert bare.split()[:2] == ["Plain", "2"]

    _, seen = run_in_terminal(gallery, "album", "show", "Noted", COLUMNS="300")
    assert unstyled(seen).splitlines()[1:3] == ["later", f"Cover: {photos['group']}"]


def test_delete_asks(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("album", "create", "Happy", "-e", "happy")
    question = "Delete album 'Happy' with 2 photos? The photos stay. [y/N]: "

    kept = gallery.run("album", "delete", "Happy", stdin="n\n")
    assert (kept.exit_code, kept.stderr) == (0, f"{question}n\nnothing deleted\n")
    unanswered = gallery.run("album", "delete", "Happy", stdin="")
    assert (unanswered.exit_code, unanswered.stderr) == (
        2,
        f"{question}\nerror: nobody is there to answer; use --yes\n",
    )
    assert gallery.run("album", "list").stdout == "Happy\n"

    deleted = gallery.run("album", "delete", "Happy", stdin="y\n")
    assert (deleted.exit_code, deleted.stderr) == (0, f"{question}y\nalbum 'Happy' deleted\n")
    assert gallery.run("album", "list").stdout == ""
    assert (gallery.photos / "beach.jpg").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["create", "HAPPY"], "album 'HAPPY': exists already as 'Happy'"),
        (["create", "a\nb"], "album 'a\\nb': a name has no control characters, line breaks or broken letters"),
        (["show", "nowhere"], "album 'nowhere': doesn't exist; `gallery album list` names those that do"),
        (["add", "Happy"], WHICH),
        (["remove", "Happy"], WHICH),
        (["create", "New", "-e", "hapy"], None),
        (
            ["create", "New", "emotion:hapy"],
            "unknown emotion 'hapy'; did you mean 'happy'?\n  emotion:hapy\n          ^",
        ),
        (
            ["create", "New", "--smart", "faces:2.. emotion:hapy"],
            "unknown emotion 'hapy'; did you mean 'happy'?\n  faces:2.. emotion:hapy\n                    ^",
        ),
        (["create", "New", "--smart"], "--smart needs a query, such as emotion:happy"),
        (["create", "New", "--smart", "album:new"], None),
        (
            ["create", "New", "--smart", "/x.jpg", "-e", "happy"],
            "/x.jpg: a smart album takes a query, no files; leave out the file, or --smart",
        ),
        (["create", "New", "/nowhere.jpg", "-e", "happy"], NOT_INDEXED),
        (["add", "Happy", "/nowhere.jpg"], NOT_INDEXED),
        (["remove", "Happy", "/nowhere.JPG"], NOT_INDEXED.replace("jpg", "JPG")),
        (["query", "Happy"], "album 'Happy' is no smart album; it holds the photos that were put into it"),
        (
            ["query", "Happy", "faces:1"],
            "album 'Happy': is no smart album; `gallery album create NAME --smart QUERY` makes one",
        ),
        (["freeze", "Happy"], "album 'Happy': is a manual album already"),
        (["cover", "Happy", "/nowhere.jpg"], NOT_INDEXED),
        (["cover", "Happy", "/nowhere.jpg", "--clear"], "a photo and --clear exclude each other; give either"),
        (["move", "Happy", "/nowhere.jpg", "--first"], NOT_INDEXED),
        (["move", "Happy", "/nowhere.jpg"], WHERE),
        (["move", "Happy", "/nowhere.jpg", "--first", "--before", "/x.jpg"], WHERE),
        (["move", "Happy", "--first"], None),
        (["sort", "Happy", "size"], None),
        (["duplicate", "Happy", "happy"], "album 'happy': exists already as 'Happy'"),
        (["duplicate", "Happy", "a\u202eb"], UNSEEN.replace("NAME", "a\\u202eb")),
        (["rename", "Happy", "Happy\u200e"], UNSEEN.replace("NAME", "Happy\\u200e")),
        (["rename", "Happy", "x" * 300], f"album '{'x' * 300}': a name has 1 to 200 characters"),
        (["note", "Happy", "\x1b[31m"], "album 'Happy': a note has no control characters or broken letters"),
        (["delete", "nowhere", "--yes"], "album 'nowhere': doesn't exist; `gallery album list` names those that do"),
        (["export", "nowhere", "out"], "album 'nowhere': doesn't exist; `gallery album list` names those that do"),
    ],
)
def test_what_cannot_be_done_changes_nothing(gallery: Gallery, args: list[str], message: str | None) -> None:
    fill(gallery)
    gallery.run("album", "create", "Happy", "-e", "happy")
    done = gallery.run("album", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message is None or done.stderr == f"error: {message}\n"
    assert gallery.run("album", "list").stdout == "Happy\n"
    assert shown(gallery, "Happy") == ["beach", "group"]


def test_missing_photos_are_listed_when_asked(gallery: Gallery) -> None:
    photos = fill(gallery)
    gallery.run("album", "create", "All", "--sort", "path")
    lose(gallery, photos["beach"])
    assert shown(gallery, "All") == ["empty", "group"]
    assert gallery.run("album", "show", "All", "--missing").stdout == "".join(
        f"{photos[name]}\n" for name in ("beach", "empty", "group")
    )
    code, seen = run_in_terminal(gallery, "album", "show", "All")
    assert seen.splitlines()[-1] == "1 photo missing; --missing lists them too."
    assert (code, json.loads(gallery.run("album", "list", "--json").stdout)[0]["missing"]) == (0, 1)


def lose(gallery: Gallery, path: str) -> None:
    Path(path).unlink()
    with Store.open(gallery.db) as store:
        store.mark_missing([path])
