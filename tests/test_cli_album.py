"""`gallery album`: made from searches or files, listed, changed, exported."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gallery.store import Store
from tests.cli_gallery import ODD_NAMES, Gallery, fill, isolate, run_in_terminal
from tests.make import face


@pytest.fixture
def gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    isolate(monkeypatch, tmp_path)
    return Gallery(tmp_path)


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


def test_json_of_list_and_show(gallery: Gallery) -> None:
    photos = fill(gallery)
    gallery.run("album", "create", "Happy days", "-e", "happy")
    (album,) = json.loads(gallery.run("album", "list", "--json").stdout)
    assert list(album) == ["name", "count", "missing", "created_at", "note"]
    assert (album["name"], album["count"], album["missing"]) == ("Happy days", 2, 0)
    listed = json.loads(gallery.run("album", "show", "Happy days", "--json").stdout)
    assert [photo["path"] for photo in listed] == [photos["beach"], photos["group"]]
    assert listed == json.loads(gallery.run("search", "-e", "happy", "--json").stdout)


def test_terminal_gets_a_table_of_albums(gallery: Gallery) -> None:
    fill(gallery)
    assert run_in_terminal(gallery, "album", "list", NO_COLOR="1")[1].startswith("No album yet; make one: ")
    gallery.run("album", "create", "Happy [b]days[/b]", "-e", "happy")
    code, seen = run_in_terminal(gallery, "album", "list", NO_COLOR="1")
    assert code == 0
    assert seen.splitlines()[1].split()[:3] == ["Happy", "[b]days[/b]", "2"]


def test_delete_asks(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("album", "create", "Happy", "-e", "happy")
    question = "Delete album 'Happy' with 2 photos? The photos stay. [y/N]: "

    kept = gallery.run("album", "delete", "Happy", stdin="n\n")
    assert (kept.exit_code, kept.stderr) == (0, f"{question}n\nnothing deleted\n")
    unanswered = gallery.run("album", "delete", "Happy", stdin="")
    assert (unanswered.exit_code, unanswered.stderr) == (130, f"{question}interrupted\n")
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
        (["add", "Happy"], "which photos? Name their files, or use filters such as --emotion happy"),
        (["remove", "Happy"], "which photos? Name their files, or use filters such as --emotion happy"),
        (["create", "New", "-e", "hapy"], None),
        (["create", "New", "/nowhere.jpg", "-e", "happy"], None),
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


@pytest.mark.parametrize("how", ["copy", "hardlink", "symlink"])
def test_export_tells_what_it_did_and_is_safe_to_repeat(gallery: Gallery, how: str) -> None:
    photos, out = fill(gallery), gallery.folder / "out"
    gallery.run("album", "create", "Happy", "-e", "happy")
    done = "copied" if how == "copy" else "linked"
    plan = "".join(f"{done}\t{photos[name]}\t{out}/{name}.jpg\n" for name in ("beach", "group"))

    planned = gallery.run("album", "export", "Happy", out, "--as", how, "-n")
    assert (planned.exit_code, planned.stdout) == (0, plan)
    assert planned.stderr == f"dry run, nothing was written: 2 photos: 2 {done}\n"
    assert not out.exists()

    first = gallery.run("album", "export", "Happy", out, "--as", how)
    assert (first.exit_code, first.stdout, first.stderr) == (0, "", f"2 photos: 2 {done}\n")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        f"{name}.jpg": Path(photos[name]).read_bytes() for name in ("beach", "group")
    }

    again = gallery.run("album", "export", "Happy", out, "--as", how, "--json")
    assert (again.exit_code, again.stderr) == (0, "2 photos: 2 already there\n")
    assert json.loads(again.stdout) == [
        {"source": photos[name], "target": str(out / f"{name}.jpg"), "action": "already there", "reason": None}
        for name in ("beach", "group")
    ]


def test_export_reports_photos_that_are_gone_and_fails_for_changed_ones(gallery: Gallery) -> None:
    photos, out = fill(gallery), gallery.folder / "out"
    gallery.run("album", "create", "All", "--sort", "path")
    lose(gallery, photos["empty"])
    gone = f"missing: {photos['empty']}: no file of this photo exists any more\n"
    done = gallery.run("album", "export", "All", out)
    assert (done.exit_code, done.stderr) == (0, f"{gone}3 photos: 2 copied, 1 missing\n")

    Path(photos["group"]).write_bytes(b"another picture")
    done = gallery.run("album", "export", "All", gallery.folder / "other")
    assert done.exit_code == 1
    assert done.stderr == (
        f"{gone}failed: {photos['group']}: changed since it was indexed; run `gallery index` on its folder and "
        "export again\n3 photos: 1 copied, 1 missing, 1 failed\n"
    )


def test_export_of_odd_names_stays_in_its_folder(gallery: Gallery) -> None:
    for number, name in enumerate(ODD_NAMES):
        gallery.add(name, face(), seed=number)
    gallery.run("album", "create", "Odd", "-e", "happy")
    assert gallery.run("album", "export", "Odd", gallery.folder / "out").exit_code == 0
    assert sorted(os.fsencode(path.name) for path in (gallery.folder / "out").iterdir()) == sorted(
        ["näh 🏖.jpg".encode(), b"we [bold]ird_name.jpg", b"caf\xe9.jpg"]
    )


def test_export_among_the_photos_warns(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("album", "create", "Happy", "-e", "happy")
    done = gallery.run("album", "export", "Happy", gallery.photos / "happy")
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        f"{gallery.photos}/happy lies among indexed photos: "
        "the next `gallery index` will find the exported ones there too",
        "2 photos: 2 copied",
    ]


def test_export_to_a_file_is_refused(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("album", "create", "Happy", "-e", "happy")
    done = gallery.run("album", "export", "Happy", gallery.photos / "beach.jpg", "-q")
    expected = f"error: {gallery.photos}/beach.jpg: is a file, or lies in one; name a folder\n"
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", expected)
