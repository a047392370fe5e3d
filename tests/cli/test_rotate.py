"""`gallery rotate`."""

from __future__ import annotations

import json

import pytest

from tests.support.cli_gallery import Gallery, fill


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    fill(gallery)
    return gallery


def turned(gallery: Gallery) -> dict[str, int]:
    photos = json.loads(gallery.run("search", "--json").stdout)
    return {photo["path"].rsplit("/", 1)[1]: photo["turned"] for photo in photos if photo["turned"]}


def test_photos_and_queries_are_turned_and_that_is_taken_back(gallery: Gallery) -> None:
    done = gallery.run("rotate", gallery.photos / "empty.jpg", "emotion:sad", "90")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "2 photos turned by 90 degrees\n")
    assert turned(gallery) == {"empty.jpg": 90, "group.jpg": 90}
    assert gallery.run("rotate", "emotion:sad", "-90").stderr == "1 photo turned by 270 degrees\n"
    assert gallery.run("rotate", gallery.photos / "empty.jpg", "0").stderr == "1 photo as in the file\n"
    assert turned(gallery) == {"group.jpg": 270}
    assert gallery.run("undo").stderr == "undone: 1 photo as in the file\n"
    assert turned(gallery) == {"empty.jpg": 90, "group.jpg": 270}
    done = gallery.run("rotate", "emotion:happy", "180", "--dry-run")
    assert done.stderr.startswith("dry run, nothing was written: ")


def test_it_is_shown(gallery: Gallery) -> None:
    gallery.run("rotate", gallery.photos / "group.jpg", "90")
    assert (
        "turned  by 90 degrees, as you said; its file is as it was\n"
        in gallery.run("show", gallery.photos / "group.jpg").stdout
    )


def test_what_makes_no_sense_is_refused(gallery: Gallery) -> None:
    for words, message in (
        (["emotion:sad"], "by how many degrees?"),
        ([], "by how many degrees?"),
        (["90"], "which photos?"),
        (["emotion:sad", "45"], "not 45"),
    ):
        done = gallery.run("rotate", *words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert message in done.stderr
    assert turned(gallery) == {}
