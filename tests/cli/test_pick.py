"""`gallery pick`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli_gallery import Gallery, fill


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    fill(gallery)
    return gallery


def found(gallery: Gallery, query: str) -> set[str]:
    return {line.rsplit("/", 1)[1] for line in gallery.run("search", query).stdout.splitlines()}


def test_photos_and_queries_are_picked_rejected_and_cleared(gallery: Gallery) -> None:
    done = gallery.run("pick", gallery.photos / "empty.jpg", "emotion:sad")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "2 photos picked\n")
    assert found(gallery, "is:picked") == {"empty.jpg", "group.jpg"}
    assert gallery.run("pick", "--reject", gallery.photos / "group.jpg").stderr == "1 photo rejected\n"
    assert (found(gallery, "is:picked"), found(gallery, "is:rejected-shot")) == ({"empty.jpg"}, {"group.jpg"})
    cleared = gallery.run("pick", "--clear", "is:picked or is:rejected-shot")
    assert cleared.stderr == "2 photos neither picked nor rejected any more\n"
    assert found(gallery, "is:picked or is:rejected-shot") == set()
    gallery.run("undo")
    assert gallery.run("undo").stderr == "undone: 1 photo rejected\n"
    assert found(gallery, "is:picked") == {"empty.jpg", "group.jpg"}


def test_dry_run_only_tells(gallery: Gallery) -> None:
    done = gallery.run("pick", "emotion:happy", "--dry-run")
    assert done.stderr == "dry run, nothing was written: 2 photos picked\n"
    assert found(gallery, "is:picked") == set()


def test_what_makes_no_sense_is_refused(gallery: Gallery) -> None:
    both = gallery.run("pick", "--reject", "--clear", "emotion:happy")
    assert (both.exit_code, both.stderr.strip()) == (2, "error: --reject and --clear exclude each other; give either")
    none = gallery.run("pick")
    assert none.exit_code == 2
    assert "which photos?" in none.stderr
    unknown = gallery.run("pick", gallery.photos / "unknown.jpg")
    assert unknown.exit_code != 0


def test_what_was_said_is_told_by_search_and_show(gallery: Gallery) -> None:
    beach, empty = (gallery.photos / name for name in ("beach.jpg", "empty.jpg"))
    gallery.run("pick", beach)
    gallery.run("pick", "--reject", empty)
    told = json.loads(gallery.run("search", "--json").stdout)
    words = {Path(photo["path"]).name: photo["word"] for photo in told}
    assert words == {"beach.jpg": "pick", "group.jpg": None, "empty.jpg": "reject"}
    assert json.loads(gallery.run("show", beach, "--json").stdout)["word"] == "pick"
    assert "said    picked among its like\n" in gallery.run("show", beach).stdout
    assert "said    rejected among its like\n" in gallery.run("show", empty).stdout
    assert "said " not in gallery.run("show", gallery.photos / "group.jpg").stdout
