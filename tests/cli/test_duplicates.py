"""`gallery duplicates`: groups for a person, for a program, and nothing ever deleted."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from gallery.records import FileStamp
from gallery.store.store import LinkPath, Store
from tests.support.cli_gallery import Gallery
from tests.support.make import DETECTOR, MODEL
from tests.support.terminal import run_in_terminal, unstyled


def copy(gallery: Gallery, path: str, name: str) -> str:
    """A copy of an indexed photo, indexed too."""
    other = gallery.photos / name
    shutil.copyfile(path, other)
    return know(gallery, other, path)


def know(gallery: Gallery, other: Path, path: str) -> str:
    """Notes that another path leads to the same content."""
    with Store.open(gallery.db) as store:
        file = FileStamp.of(str(other), other.stat())
        store.write([LinkPath(file, gallery.hash(path))], model=MODEL, detector=DETECTOR)
    return str(other)


def fill(gallery: Gallery) -> dict[str, str]:
    """`a` and a copy of it, `b` that looks the same and has less bytes, and two others."""
    paths = {"a": gallery.add("a.jpg", seed=1, quality=95)}
    paths["copy"] = copy(gallery, paths["a"], "copy [of] a.jpg")
    paths["b"] = gallery.add("b.jpg", seed=1, quality=60)
    gallery.add("c.jpg", seed=2)
    gallery.add("d.jpg", seed=3)
    return paths


def test_copies_are_found_without_opening_a_file(gallery: Gallery) -> None:
    paths = fill(gallery)
    for path in (paths["a"], paths["copy"]):
        facts = Path(path).stat()
        Path(path).write_bytes(b"x" * facts.st_size)
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    done = gallery.run("duplicates")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{paths['a']}\n{paths['copy']}\n", "")


def test_what_is_not_there_is_left_out_and_that_is_said(gallery: Gallery) -> None:
    paths = fill(gallery)
    Path(paths["a"]).unlink()
    done = gallery.run("duplicates")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "left out: 1 file that can't be seen, or changed since they were indexed\n"


def test_near_ones_are_listed_with_the_copies_the_best_first(gallery: Gallery) -> None:
    paths = fill(gallery)
    done = gallery.run("duplicates", "--near")
    assert (done.exit_code, done.stdout) == (0, f"{paths['a']}\n{paths['copy']}\n{paths['b']}\n")
    assert done.stderr == "4 photos looked at for the first time\n"
    assert gallery.run("duplicates", "--near", "path:d.jpg").stdout == ""


def test_groups_are_parted_by_an_empty_name(gallery: Gallery) -> None:
    paths = fill(gallery)
    first = gallery.add("e.jpg", seed=9)
    second = copy(gallery, first, "f\ng.jpg")
    assert gallery.run("duplicates", "--sort", "path").stdout == (
        f"{paths['a']}\n{paths['copy']}\n\n{first}\n{second}\n"
    )
    done = gallery.run("duplicates", "--sort", "path", "-0")
    assert done.stdout == f"{paths['a']}\0{paths['copy']}\0\0{first}\0{second}\0"


def test_json_has_the_facts_for_a_choice(gallery: Gallery) -> None:
    paths = fill(gallery)
    [group] = json.loads(gallery.run("duplicates", "--near", "--bits", "10", "--json", "-q").stdout)
    first, second = group["photos"]
    size = Path(paths["b"]).stat().st_size
    bits = second.pop("bits")
    assert second == {
        "paths": [paths["b"]],
        "hash": gallery.hash(paths["b"]),
        "width": 320,
        "height": 240,
        "bytes": size,
        "links": [],
    }
    assert bits <= 6
    assert (first["paths"], first["bits"]) == ([paths["a"], paths["copy"]], 0)
    assert gallery.run("duplicates", "path:d.jpg", "--json").stdout == "[]\n"


def test_links_are_named_as_links_where_no_pipe_takes_them_for_files(gallery: Gallery) -> None:
    paths = fill(gallery)
    link = gallery.photos / "0 link.jpg"
    link.symlink_to("a.jpg")
    know(gallery, link, paths["a"])
    assert gallery.run("duplicates").stdout == f"{paths['a']}\n{paths['copy']}\n"
    [group] = json.loads(gallery.run("duplicates", "--json").stdout)
    assert group["photos"][0]["links"] == [{"path": str(link), "file": paths["a"]}]
    _, seen = run_in_terminal(gallery, "duplicates", COLUMNS="300")
    [row] = [line for line in unstyled(seen).splitlines() if "0 link.jpg" in line]
    assert row.split()[0] == "also"
    assert row.split()[-1] == "link"


def test_terminal_gets_a_table(gallery: Gallery) -> None:
    fill(gallery)
    code, seen = run_in_terminal(gallery, "duplicates", COLUMNS="300")
    assert code == 0
    seen = unstyled(seen)
    rows = [line.split() for line in seen.splitlines() if line.strip()]
    assert rows[0] == ["in", str(gallery.photos)]
    assert rows[1][0] == "group"
    assert rows[2][1:4] == ["320", "x", "240"]
    assert rows[3][-1] == "same"
    assert "copy [of] a.jpg" in seen


def test_bits_without_near_or_out_of_range_make_no_sense(gallery: Gallery) -> None:
    fill(gallery)
    done = gallery.run("duplicates", "--bits", "3")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "error: --bits goes with --near; files with the same content differ in none\n"
    assert gallery.run("duplicates", "--near", "--bits", "12").exit_code == 2


def test_unreadable_file_is_told_and_the_rest_compared(gallery: Gallery) -> None:
    paths = fill(gallery)
    (gallery.photos / "c.jpg").unlink()
    done = gallery.run("duplicates", "--near")
    assert (done.exit_code, done.stdout) == (1, f"{paths['a']}\n{paths['copy']}\n{paths['b']}\n")
    assert done.stderr.splitlines() == [
        f"failed: {gallery.photos}/c.jpg: is gone; it was moved or deleted, or its drive is not connected",
        "4 photos looked at for the first time, 1 failed",
    ]
