"""`gallery dump` and `gallery restore`: what they print, where, and their exit codes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.support.cli_gallery import Gallery, fill

NOTHING = {"labels": 0, "albums": 0, "photos": 0, "queries": 0, "already_there": 0, "waiting": 0, "roots": 0}
NOTHING |= {"drawn": 0, "picks": 0, "turned": 0}
EMPTY = '{"gallery dump": 2, "facts": 0}\n'


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    fill(gallery)
    return gallery


@pytest.fixture
def other(tmp_path: Path, gallery: Gallery) -> Gallery:  # noqa: ARG001 - isolated as that one
    """A gallery without a database."""
    (tmp_path / "other").mkdir()
    return Gallery(tmp_path / "other")


def said(gallery: Gallery) -> str:
    """A label, an album of two photos and a saved query, as a dump."""
    beach = gallery.photos / "beach.jpg"
    assert gallery.run("label", f"{beach}#1", "sad").exit_code == 0
    assert gallery.run("album", "create", "Trip", "faces:1..").exit_code == 0
    assert gallery.run("query", "save", "Dear", "emotion:sad").exit_code == 0
    return gallery.run("dump").stdout


def test_without_a_file_the_dump_is_all_that_is_printed(gallery: Gallery) -> None:
    done = gallery.run("dump")
    assert (done.exit_code, done.stdout, done.stderr) == (0, EMPTY, "")
    facts = [json.loads(line) for line in said(gallery).splitlines()[1:]]
    assert [fact["fact"] for fact in facts] == ["label", "album", "photo", "photo", "query"]
    assert facts[0]["path"] == str(gallery.photos / "beach.jpg")


def test_a_file_holds_what_is_printed_otherwise_and_is_private(gallery: Gallery, tmp_path: Path) -> None:
    text, file = said(gallery), tmp_path / "dump.jsonl"
    done = gallery.run("dump", file)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"all that you typed in is in {file}\n")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (text, 0o600)
    again = gallery.run("dump", file)
    reason = "exists already; --force puts the new dump in its place, or name another file"
    assert (again.exit_code, again.stdout, again.stderr) == (1, "", f"error: {file}: {reason}\n")
    assert gallery.run("dump", file, "--force", "--quiet").output == ""
    alone = gallery.run("dump", "--force")
    assert alone.exit_code == 2
    assert alone.stderr == "error: --force goes with FILE; without one the dump is printed\n"


def test_without_a_database_nothing_is_dumped_and_none_is_made(other: Gallery) -> None:
    done = other.run("dump")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {other.db}: no database there yet;")
    assert not other.db.exists()


def test_restore_fills_a_new_database_and_says_what_waits(gallery: Gallery, other: Gallery, tmp_path: Path) -> None:
    text, file = said(gallery), tmp_path / "dump.jsonl"
    file.write_text(text)
    restored = "restored 1 label, 1 album, 2 photos of albums, 1 query\n"
    done = other.run("restore", file)
    waits = "3 waiting for photos that aren't indexed; `gallery index` their folders\n"
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", restored + waits)
    assert other.run("dump").stdout.count("\n") == text.count("\n")
    again = other.run("restore", file)
    none = "restored 0 labels, 0 albums, 0 photos of albums, 0 queries\n5 already there\n"
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", none)
    told = "undone: 'dump.jsonl' restored: 1 label, 1 album, 2 photos of albums, 1 query\n"
    assert other.run("undo").stderr == told
    assert other.run("dump").stdout == EMPTY


def test_a_dry_run_changes_nothing_and_makes_no_database(gallery: Gallery, other: Gallery, tmp_path: Path) -> None:
    file = tmp_path / "dump.jsonl"
    file.write_text(said(gallery))
    for _ in range(3):
        gallery.run("undo")
    done = gallery.run("restore", "-n", file)
    told = "dry run, nothing was changed: would restore 1 label, 1 album, 2 photos of albums, 1 query\n"
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", told)
    assert gallery.run("dump").stdout == EMPTY
    assert other.run("restore", "--dry-run", file).exit_code == 2
    assert not other.db.exists()


def test_damage_is_told_by_line_and_the_exit_code_is_1(gallery: Gallery, tmp_path: Path) -> None:
    header, label, *rest = said(gallery).splitlines()
    file = tmp_path / "dump.jsonl"
    file.write_text("\n".join([header, label.replace('"sad"', '"so\\u001bd"'), *rest]) + "\n")
    gallery.run("undo")
    reason = r'emotion is "so\u001bd"; allowed: angry, disgust, fear, happy, sad, surprise, neutral'
    done = gallery.run("restore", file)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"{file}:2: {reason}\nrestored 0 labels, 0 albums, 0 photos of albums, 1 query\n3 already there\n"
        "1 line couldn't be restored\n"
    )
    done = gallery.run("restore", file, "--json", "--quiet")
    assert (done.exit_code, done.stderr) == (1, f"{file}:2: {reason}\n1 line couldn't be restored\n")
    problems = {"problems": [{"line": 2, "reason": reason}], "renamed": []}
    assert json.loads(done.stdout) == NOTHING | {"already_there": 4} | problems


def test_another_query_of_the_same_name_is_explained(gallery: Gallery, tmp_path: Path) -> None:
    file = tmp_path / "dump.jsonl"
    file.write_text(said(gallery).replace("emotion:sad", "emotion:fear"))
    done = gallery.run("restore", file, "--json")
    renamed = [{"kind": "query", "name": "Dear", "new_name": "Dear (2)"}]
    assert json.loads(done.stdout) == NOTHING | {"queries": 1, "already_there": 4, "renamed": renamed, "problems": []}
    assert (done.exit_code, done.stderr) == (
        0,
        "query 'Dear' of the dump is 'Dear (2)' here: another had its name; what asks for 'Dear' still means that "
        "other one\nrestored 0 labels, 0 albums, 0 photos of albums, 1 query\n4 already there\n",
    )


def test_what_is_no_dump_is_refused_before_a_database_is_made(other: Gallery, tmp_path: Path) -> None:
    file = tmp_path / "no.jsonl"
    done = other.run("restore", file)
    expected = f"error: {file}: can't be read: No such file or directory\n"
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", expected)
    file.write_text("[]\n")
    done = other.run("restore", file)
    reason = 'is no dump: its first line isn\'t {"gallery dump": 2, ...}; name a file that `gallery dump` wrote'
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"error: {file}: {reason}\n")
    file.write_text('{"gallery dump": 9}\n')
    done = other.run("restore", file)
    reason = "was written by a newer gallery (dump version 9); update gallery to restore it"
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"error: {file}: {reason}\n")
    assert not other.db.exists()
