"""Tables of photos in a narrow terminal: a line for each path, their folder once, how many there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.cli.path_cells import Folder, shortened
from gallery.store.store import Fail
from tests.support.cli_gallery import Gallery, taken
from tests.support.documented import documented
from tests.support.make import face, open_store, stamp
from tests.support.terminal import plain, run_in_terminal

LONG = "A holiday with all of us/at the sea in Italy/IMG_20230601_123000_burst_cover_top.jpg"


@pytest.mark.parametrize(("given", "result"), documented(shortened))
def test_text_is_shortened_in_its_middle(given: str, result: str) -> None:
    text, width = given.split()
    assert shortened(text, int(width)) == result


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (["/p/a/1.jpg", "/p/b/2.jpg"], "/p"),
        (["/p/a/1.jpg"], "/p/a"),
        (["/p/a/1.jpg", "/p/ab/2.jpg"], "/p"),
        (["/p/1.jpg", "/q/2.jpg"], ""),
        (["/1.jpg", "/2.jpg"], ""),
        (["1.jpg", "/2.jpg"], ""),
        ([], ""),
    ],
)
def test_folder_of_paths_is_what_all_of_them_lie_in(paths: list[str], folder: str) -> None:
    assert Folder.of(paths).path == folder


def lines(gallery: Gallery, *args: str) -> list[str]:
    """What a person sees in a terminal of 80 columns."""
    code, seen = run_in_terminal(gallery, *args, "-q", NO_COLOR="1", COLUMNS="80")
    assert code == 0
    return [line.rstrip() for line in plain(seen.replace("\r", "")).splitlines() if line.strip()]


def test_search_has_a_line_for_each_photo_and_its_folder_once(gallery: Gallery) -> None:
    long = gallery.add(LONG, face("happy", 0.93), seed=1, capture=taken("2023-06-01T12:30:00"))
    short = gallery.add("a.jpg", seed=2, capture=taken("2022-06-01T12:30:00"))
    folder, head, first, second, last = lines(gallery, "search")
    assert folder == f"in {gallery.photos}"
    assert head.split() == ["photo", "faces", "taken"]
    assert first.startswith("A holiday with ")
    assert "…" in first
    assert first.endswith("burst_cover_top.jpg  happy 0.93  2023-06-01 12:30")
    assert (second.split()[0], last) == ("a.jpg", "2 photos")
    assert gallery.run("search").stdout == f"{long}\n{short}\n"
    assert lines(gallery, "search", "--limit", "1")[0] == f"in {Path(long).parent}"


def test_other_tables_have_a_line_for_each_file_too(gallery: Gallery) -> None:
    first = gallery.add(LONG, seed=1)
    copy = gallery.add("b/" + LONG, seed=1)
    for quality in (80, 90):
        shot = f"series/{quality}/{LONG}"
        gallery.add(shot, face("happy"), seed=3, quality=quality, capture=taken("2023-06-01T12:30:00"))
    folder, head, one, other, total = lines(gallery, "duplicates", "not path:series")
    assert (folder, total) == (f"in {gallery.photos}", "1 group, 2 files")
    assert head.split()[:2] == ["group", "1"]
    assert one.startswith("A holiday ")
    assert one.endswith("     0")
    assert other.startswith("b/A holid")
    assert other.split()[-1] == "same"
    folder, head, *shots, total = lines(gallery, "best", "path:series")
    assert (folder, total) == (f"in {gallery.photos}/series", "1 burst, 2 shots")
    # Of a name all is on one line; the words beside it may go on below.
    assert [line.split("/")[0] for line in shots if not line.startswith(" ")] == ["80", "90"]
    assert gallery.run("duplicates", "not path:series").stdout == f"{first}\n{copy}\n"


def test_files_that_failed_have_their_folder_once(gallery: Gallery) -> None:
    failures = [Fail(stamp(f"/p/{name}/broken.jpg"), "not a picture", transient=False) for name in ("a", "b")]
    open_store(gallery.folder, *failures).close()
    folder, _, one, other, total = lines(gallery, "errors")
    assert (folder, total) == ("in /p", "2 files")
    assert [line.split()[0] for line in (one, other)] == ["a/broken.jpg", "b/broken.jpg"]


def test_names_of_strangers_are_harmless_in_every_width(gallery: Gallery) -> None:
    gallery.add("\x1b[2J[red]x\n" + "y" * 100 + "\u202egpj.jpg", face())
    seen = "\n".join(lines(gallery, "search"))
    assert "\\x1b[2J[red]" in seen
    assert "\x1b[2J" not in seen
    assert "\u202e" not in seen
