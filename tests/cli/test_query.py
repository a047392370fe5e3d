"""`gallery query` and `gallery fields`, and what the shell completes of a query."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from gallery.cli import cli
from gallery.emotions import EMOTIONS
from gallery.query.fields import FIELDS
from tests.support.cli_gallery import Gallery, fill
from tests.support.terminal import run_in_terminal, unstyled


def test_a_query_lives_under_its_name(gallery: Gallery) -> None:
    photos = fill(gallery)
    done = gallery.run("query", "save", "smiles", "emotion:happy", "--faces", "..1")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "query 'smiles' saved: faces:..1 emotion:happy\n"
    assert gallery.run("query", "save", "mine", "query:smiles date:2023").exit_code == 0
    assert gallery.run("search", "query:mine").stdout == f"{photos['beach']}\n"
    assert gallery.run("query", "list").stdout == "mine\tquery:smiles date:2023\nsmiles\tfaces:..1 emotion:happy\n"
    listed = json.loads(gallery.run("query", "list", "--json").stdout)
    assert [(one["name"], one["query"], list(one)) for one in listed] == [
        ("mine", "query:smiles date:2023", ["name", "query", "created_at"]),
        ("smiles", "faces:..1 emotion:happy", ["name", "query", "created_at"]),
    ]
    assert gallery.run("query", "show", "MINE").stdout == "query:smiles date:2023\n"
    assert json.loads(gallery.run("query", "show", "mine", "--json").stdout) == listed[0]
    assert gallery.run("query", "rename", "smiles", "one smile").stderr == "query 'smiles' is now 'one smile'\n"
    assert gallery.run("query", "show", "mine").stdout == 'query:"one smile" date:2023\n'
    done = gallery.run("query", "delete", "one smile", stdin="y\n")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.endswith("query 'one smile' deleted\nquery 'mine' asked for it and has no answer any more\n")
    done = gallery.run("search", "query:mine")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "error: query 'one smile': doesn't exist; `gallery query list` names those that do\n"


def test_nothing_is_deleted_without_a_yes(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("query", "save", "mine", "beach")
    assert gallery.run("query", "delete", "mine", stdin="n\n").stderr.endswith("nothing deleted\n")
    assert gallery.run("query", "list").stdout == "mine\tpath:beach\n"
    assert gallery.run("query", "delete", "-y", "mine").stderr == "query 'mine' deleted\n"
    assert gallery.run("query", "list").stdout == ""


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["save", "x"], "which query? Write it after the name, such as emotion:happy, or use flags"),
        (["save", "x", "emotion:hapy"], "unknown emotion 'hapy'; did you mean 'happy'?"),
        (["save", "mine", "beach"], "query 'mine': exists already; --replace puts the new one in its place"),
        (["save", "x", "query:x"], "query 'x' leads back to itself: query 'x' -> query 'x'; change one of them"),
        (["show", "none"], "query 'none': doesn't exist; `gallery query list` names those that do"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(gallery: Gallery, args: list[str], told: str) -> None:
    fill(gallery)
    gallery.run("query", "save", "mine", "sea")
    done = gallery.run("query", *args)
    assert (done.exit_code, done.stdout, done.stderr.splitlines()[0]) == (2, "", f"error: {told}")
    assert gallery.run("query", "list").stdout == "mine\tpath:sea\n"


def test_terminal_gets_tables(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("query", "save", "mine", "beach")
    code, seen = run_in_terminal(gallery, "query", "list", NO_COLOR="1")
    assert (code, [line.split()[:2] for line in unstyled(seen).splitlines()]) == (
        0,
        [["name", "query"], ["mine", "path:beach"]],
    )
    code, seen = run_in_terminal(gallery, "fields", NO_COLOR="1")
    assert code == 0
    assert "date:-3w..  " in seen
    assert max(map(len, unstyled(seen).splitlines())) <= 100


def test_fields_explains_every_field(gallery: Gallery) -> None:
    lines = [line.split("\t") for line in gallery.run("fields").stdout.splitlines()]
    for name in FIELDS:
        assert any(example.startswith(f"{name}:") for example, _ in lines)
    assert json.loads(gallery.run("fields", "--json").stdout) == [
        {"example": example, "meaning": meaning} for example, meaning in lines
    ]
    assert not gallery.db.exists()


def completed(gallery: Gallery, line: str, breaks: str = " \t\n\"'><=;|&(:") -> list[str]:
    """What bash is offered for the end of the line, where it takes words apart at colons."""
    environ = {
        "_GALLERY_COMPLETE": "bash_complete",
        "COMP_LINE": line,
        "COMP_WORDBREAKS": breaks,
        "GALLERY_DB": str(gallery.db),
    }
    done = CliRunner(env=environ).invoke(cli)
    assert (done.exit_code, done.stderr) == (0, "")
    return [row.split(",", 1)[1] for row in done.stdout.splitlines() if row]


def test_shell_completes_queries(gallery: Gallery) -> None:
    assert completed(gallery, "gallery search album:") == []
    fill(gallery)
    gallery.run("album", "create", "Happy days")
    gallery.run("query", "save", "smiles", "emotion:happy")
    assert completed(gallery, "gallery search ") == [f"{name}:" for name in FIELDS]
    assert completed(gallery, "gallery search em") == ["emotion:"]
    assert completed(gallery, "gallery search beach (m") == ["most:", "mixed:"]
    assert completed(gallery, "gallery search beach (m", breaks=" ") == ["'(most:'", "'(mixed:'"]
    assert completed(gallery, "gallery search 'beach (m") == ["beach (most:", "beach (mixed:"]
    assert completed(gallery, "gallery search emotion:") == list(EMOTIONS)
    assert completed(gallery, "gallery search emotion:happy,s") == ["happy,sad", "happy,surprise"]
    assert completed(gallery, "gallery search -- -all:h") == ["happy"]
    states = ["uncertain", "corrected", "picked", "rejected-shot", "sideways", "odd", "missing"]
    assert completed(gallery, "gallery search is:") == states
    assert completed(gallery, "gallery search sort:n") == ["newest"]
    assert completed(gallery, "gallery search query:s") == ["smiles"]
    assert completed(gallery, "gallery search album:H") == ["'\"Happy days\"'"]
    assert completed(gallery, "gallery search album:H", breaks=" ") == ["'album:\"Happy days\"'"]
    assert completed(gallery, "gallery query show ") == ["smiles"]
    assert completed(gallery, "gallery search nothing:") == []


def test_names_are_completed_whatever_their_case_and_encoding(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("album", "create", "\u00c9t\u00e9")
    gallery.run("query", "save", "E\u0301te\u0301", "emotion:happy")
    for typed in ("\u00c9t", "\u00e9", "E\u0301t"):
        assert completed(gallery, f"gallery album show {typed}") == ["'\u00c9t\u00e9'"]
        assert completed(gallery, f"gallery query show {typed}") == ["'E\u0301te\u0301'"]
        assert completed(gallery, f"gallery search album:{typed}") == ["'\u00c9t\u00e9'"]
    assert completed(gallery, "gallery album show et") == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_asks_for_the_line_and_takes_the_answer(gallery: Gallery) -> None:
    script = CliRunner().invoke(cli, ["completion", "bash"]).stdout
    (gallery.folder / "gallery").write_text(
        f'#!/bin/sh\nprintf "%s" "$COMP_LINE" > {gallery.folder}/line\necho plain,happy\n'
    )
    (gallery.folder / "gallery").chmod(0o755)
    asks = f"""
{script}
COMP_LINE='gallery search emotion:ha and more'
COMP_POINT=25
_gallery_completion {shlex.quote(str(gallery.folder / "gallery"))}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", asks], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("happy\n", "")
    assert (gallery.folder / "line").read_text() == "gallery search emotion:ha"
