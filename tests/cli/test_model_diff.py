"""`gallery model diff`."""

from __future__ import annotations

import json

import pytest

from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, correct
from tests.support.make import MODEL, OTHER_MODEL, prediction
from tests.support.terminal import run_in_terminal


def read_by_another(gallery: Gallery) -> str:
    """The other model takes every face for a sad one; returns the name of the one that nobody spoke of."""
    correct(gallery)
    with Store.open(gallery.db) as store:
        faces = [(face.id, photo.path, face.number) for photo in store.search(Query()) for face in photo.faces]
        store.add_predictions(OTHER_MODEL, [(number, prediction("sad", 0.95)) for number, _, _ in faces])
    return next(f"{path}#{number}" for _, path, number in faces if "group" in path and number == 3)


def test_pipe_gets_a_line_per_figure(gallery: Gallery) -> None:
    silent = read_by_another(gallery)
    done = gallery.run("model", "diff", "first", "second")
    assert (done.exit_code, done.stderr) == (0, "")
    # Of the two that a person spoke of, the first model knew the happy one and the second the sad one.
    assert [line.split("\t") for line in done.stdout.splitlines()] == [
        ["changed", "1", "1", "3"],
        ["change", "uncertain", "sad", "1", "1"],
        ["judged", "2", "1", "1"],
        ["photo", silent, "uncertain", "0.400", "sad", "0.950"],
    ]
    assert gallery.run("model", "diff", "first", "second", "path:beach").stdout.splitlines()[0] == "changed\t0\t0\t1"


def test_json_has_the_documented_names(gallery: Gallery) -> None:
    silent = read_by_another(gallery)
    told = json.loads(gallery.run("model", "diff", "first", "second", "--json").stdout)
    assert (told["a"], told["b"]["name"]) == ({"id": MODEL.id, "name": "first"}, "second")
    assert (told["faces"], told["unread"], told["changed"]) == (3, {"a": 0, "b": 0}, {"faces": 1, "photos": 1})
    [face] = told["telling"]
    assert f"{face['path']}#{face['number']}" == silent
    judged = told["judged"]
    assert (judged["judged"], judged["right_before"], judged["right_after"]) == (2, 1, 1)
    assert judged["low"] == pytest.approx(-judged["high"])


def test_terminal_gets_sentences(gallery: Gallery) -> None:
    read_by_another(gallery)
    code, seen = run_in_terminal(gallery, "model", "diff", "first", "second", NO_COLOR="1", COLUMNS="300")
    assert code == 0
    assert "1 face in 1 photo would change, of 3 faces that both have read." in seen
    assert "Of the 2 faces you spoke of first is right about 1, second about 1" in seen
    assert "fewer than 30 say little" in seen


def test_model_that_read_nothing_is_refused_with_what_to_do(gallery: Gallery) -> None:
    correct(gallery)
    done = gallery.run("model", "diff", "first", "custom")
    assert done.exit_code == 2
    assert "`gallery rescore --model custom` has it read them" in done.stderr
