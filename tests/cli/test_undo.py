"""`gallery undo`: takes back what was done last, and says what that was."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from gallery.curation.history import list_actions
from gallery.db import schema
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill
from tests.support.programs import started
from tests.support.terminal import run_in_terminal


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    fill(gallery)
    return gallery


def names(gallery: Gallery) -> str:
    return gallery.run("album", "list").stdout


def test_undo_takes_back_one_action_after_the_other_and_says_which(gallery: Gallery) -> None:
    gallery.run("album", "create", "Happy", "emotion:happy")
    gallery.run("album", "rename", "Happy", "Best")
    gallery.run("album", "delete", "Best", "--yes")
    for told, left in [
        ("album 'Best' deleted", "Best\n"),
        ("album 'Happy' renamed to 'Best'", "Happy\n"),
        ("album 'Happy' made with 2 photos", ""),
    ]:
        planned = gallery.run("undo", "-n")
        expected = f"dry run, nothing was changed: would take back: {told}\n"
        assert (planned.exit_code, planned.stdout, planned.stderr) == (0, "", expected)
        done = gallery.run("undo")
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"undone: {told}\n")
        assert names(gallery) == left
    for args in ([], ["-n"], ["-q"]):
        done = gallery.run("undo", *args)
        assert (done.exit_code, done.stdout, done.stderr) == (1, "", "nothing to take back\n")


def test_list_tells_the_last_first_and_changes_nothing(gallery: Gallery) -> None:
    assert (gallery.run("undo", "--list").exit_code, gallery.run("undo", "--list").stdout) == (0, "")
    for number in range(1, 23):
        gallery.run("album", "create", f"Album {number}")
    with Store.open(gallery.db) as store:
        done = list_actions(store)
    times = [action.done_at.astimezone().strftime("%Y-%m-%d %H:%M:%S") for action in done]
    lines = [f"{time}\talbum 'Album {22 - n}' made with 0 photos\n" for n, time in enumerate(times)]
    assert gallery.run("undo", "--list").stdout == "".join(lines[:20])
    assert gallery.run("undo", "--list", "--limit", "2").stdout == "".join(lines[:2])
    assert gallery.run("undo", "--list", "--limit", "100").stdout == "".join(lines)
    assert json.loads(gallery.run("undo", "--list", "--json", "--limit", "1").stdout) == [
        {"id": 22, "done_at": done[0].done_at.isoformat(), "summary": "album 'Album 22' made with 0 photos"}
    ]


def test_json_is_what_was_taken_back(gallery: Gallery) -> None:
    gallery.run("album", "create", "Happy")
    with Store.open(gallery.db) as store:
        [action] = list_actions(store)
    expected = {"id": 1, "done_at": action.done_at.isoformat(), "summary": "album 'Happy' made with 0 photos"}
    assert json.loads(gallery.run("undo", "--json", "-n").stdout) == expected
    assert json.loads(gallery.run("undo", "--json").stdout) == expected
    nothing = gallery.run("undo", "--json")
    assert (nothing.exit_code, nothing.stdout) == (1, "null\n")


def test_terminal_gets_a_table(gallery: Gallery) -> None:
    assert run_in_terminal(gallery, "undo", "--list") == (0, "nothing to take back\n")
    gallery.run("album", "create", "[b]Happy[/b]")
    code, seen = run_in_terminal(gallery, "undo", "--list", NO_COLOR="1")
    assert code == 0
    assert "done" in seen.splitlines()[0]
    assert seen.splitlines()[1].rstrip().endswith("album '[b]Happy[/b]' made with 0 photos")


def test_names_from_strangers_do_no_harm(gallery: Gallery) -> None:
    gallery.run("album", "create", "Happy")
    with Store.open(gallery.db) as store, store.write_connection() as connection:
        connection.execute(update(schema.action).values(summary="\x1b[31m\u202ered\n"))
    assert gallery.run("undo", "--list").stdout.endswith("\t\\x1b[31m\\u202ered\\n\n")
    assert gallery.run("undo").stderr == "undone: \\x1b[31m\\u202ered\\n\n"


@pytest.mark.parametrize("args", [["--limit", "3"], ["--list", "--limit", "0"], ["Happy"]])
def test_what_makes_no_sense_takes_nothing_back(gallery: Gallery, args: list[str]) -> None:
    gallery.run("album", "create", "Happy")
    assert gallery.run("undo", *args).exit_code == 2
    assert names(gallery) == "Happy\n"


def test_damaged_history_is_told_without_a_fault(gallery: Gallery) -> None:
    gallery.run("album", "create", "Happy")
    with Store.open(gallery.db) as store, store.write_connection() as connection:
        row = {"done_at": datetime.now(UTC), "summary": "album 'X' deleted", "steps": "{"}
        connection.execute(insert(schema.action).values(row))
    done = gallery.run("undo")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"error: {gallery.db}: the database reports: the record of what was done last (album 'X' deleted) is damaged "
        "and can't be taken back: "
    )
    assert names(gallery) == "Happy\n"


def test_without_a_database_there_is_nothing_and_none_is_made(isolated: Path) -> None:
    gallery = Gallery(isolated)
    assert gallery.run("undo").exit_code == 2
    assert not gallery.db.exists()


def test_two_terminals_write_at_once_and_both_are_recorded(gallery: Gallery) -> None:
    command = [sys.executable, "-m", "gallery", "--db", str(gallery.db), "album", "create"]
    with started([*command, "Album 0", "faces:1.."]) as one, started([*command, "Album 1", "faces:1.."]) as other:
        pass
    assert (one.returncode, other.returncode) == (0, 0)
    assert names(gallery) == "Album 0\nAlbum 1\n"
    gallery.run("undo")
    gallery.run("undo")
    assert names(gallery) == ""
