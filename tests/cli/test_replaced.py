"""A photo in whose place another one is now: its former path is the other one's, and is taken for no file of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from gallery.curation.albums import create_album
from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery
from tests.support.make import face
from tests.support.terminal import run_in_terminal


@pytest.fixture
def place(gallery: Gallery) -> str:
    """Where `scan.jpg`, a sad one in the album Scans, was, and a happy one is now; `gone.jpg` is missing."""
    path, gone = gallery.add("scan.jpg", face("sad"), seed=1), gallery.add("gone.jpg", face("sad"), seed=2)
    with Store.open(gallery.db) as store:
        create_album(store, "Scans", Query())
    gallery.add("scan.jpg", face("happy"), seed=3)
    Path(gone).unlink()
    with Store.open(gallery.db) as store:
        store.mark_missing([gone])
    return path


def was_at(path: str) -> str:
    return f"was at {path}, where another photo is now"


@pytest.mark.parametrize(
    "args",
    [
        ("search", "is:missing"),
        ("search", "is:missing", "-0"),
        ("search", "is:missing", "sort:path"),
        ("album", "show", "Scans", "--missing"),
        ("prune", "--dry-run"),
    ],
)
def test_programs_get_no_path_of_it(gallery: Gallery, place: str, args: tuple[str, ...]) -> None:
    done = gallery.run(*args)
    assert done.exit_code == 0
    assert done.stdout.rstrip("\n\0") == str(gallery.photos / "gone.jpg")
    assert done.stderr.splitlines()[0] == was_at(place)


@pytest.mark.parametrize("args", [("search", "is:missing"), ("album", "show", "Scans", "--missing")])
def test_tables_say_what_became_of_its_place(gallery: Gallery, place: str, args: tuple[str, ...]) -> None:
    code, seen = run_in_terminal(gallery, *args, COLUMNS="400")
    assert code == 0
    # The folder is said once, above.
    lines = [line for line in seen.splitlines() if Path(place).name in line]
    assert len(lines) == 1
    assert was_at(Path(place).name) in lines[0]


@pytest.mark.parametrize(
    "args", [("search", "is:missing", "--json"), ("album", "show", "Scans", "--missing", "--json")]
)
def test_json_tells_it_apart_and_keeps_its_fields(gallery: Gallery, place: str, args: tuple[str, ...]) -> None:
    found = {photo["path"]: photo for photo in json.loads(gallery.run(*args).stdout)}
    assert {path: photo["replaced"] for path, photo in found.items()} == {
        place: True,
        str(gallery.photos / "gone.jpg"): False,
    }
    assert found[place]["paths"] == [place]


def test_exports_say_it_in_their_reports(gallery: Gallery, place: str, tmp_path: Path) -> None:
    out, told = tmp_path / "out", tmp_path / "told.csv"
    done = gallery.run("album", "export", "Scans", out, "--report", told)
    assert f"missing: {was_at(place)}\n" in done.stderr
    assert not list(out.glob("*.jpg"))
    with told.open(newline="") as file:
        reasons = {row["source"]: row["reason"] for row in csv.DictReader(file)}
    assert reasons[place] == was_at(place)
    report = tmp_path / "told.json"
    gallery.run("album", "export", "Scans", out, "--report", report)
    assert {one["source"]: one["replaced"] for one in json.loads(report.read_text())}[place] is True


def test_tables_of_exports_give_no_path_of_it(gallery: Gallery, place: str, tmp_path: Path) -> None:
    done = gallery.run("album", "export", "Scans", tmp_path / "all.csv", "--as", "csv", "--dry-run")
    assert f"listed\t{was_at(place)}\t{tmp_path / 'all.csv'}" in done.stdout.splitlines()
    gallery.run("album", "export", "Scans", tmp_path / "all.csv", "--as", "csv")
    with (tmp_path / "all.csv").open(newline="") as file:
        assert was_at(place) in {row["path"] for row in csv.DictReader(file)}


def test_sidecars_say_it_once(gallery: Gallery, place: str) -> None:
    done = gallery.run("xmp", "write", "is:missing")
    assert f"missing: {was_at(place)}\n" in done.stderr
    told = json.loads(gallery.run("xmp", "write", "is:missing", "--json").stdout)
    assert {one["photo"]: one["replaced"] for one in told}[place] is True


def test_its_faces_are_named_by_their_ids(gallery: Gallery, place: str) -> None:
    listed = gallery.run("review", "is:missing", "--list").stdout.splitlines()
    names = [line.split("\t")[0] for line in listed]
    assert f"{place}#1" not in names
    [number] = [name for name in names if "#" not in name]
    would = gallery.run("label", "is:missing", "angry", "--dry-run").stdout.splitlines()
    assert f"{number}\tsad" in would
    assert gallery.run("label", number, "angry").exit_code == 0
    [shown] = json.loads(gallery.run("search", "is:missing", "-e", "angry", "--json").stdout)
    assert (shown["path"], shown["replaced"]) == (place, True)
