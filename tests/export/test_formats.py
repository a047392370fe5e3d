"""What holds for every format there is, and for the next one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gallery.errors import UsageError
from gallery.export import FORMATS, Export, export_as
from gallery.store.store import Store
from tests.support.cli_gallery import ODD_NAMES, Gallery, fill
from tests.support.exported import contents
from tests.support.make import face

OPTIONS = {"name": ["--name", "{hash}"], "update": ["--update"], "cleanup": ["--cleanup"]}
OPTIONS |= {"report": ["--report", "report.csv"], "json": ["--json"]}

every_format = pytest.mark.parametrize("form", FORMATS)
every_file = pytest.mark.parametrize("form", [name for name, one in FORMATS.items() if one.into == "file"])
every_folder = pytest.mark.parametrize("form", [name for name, one in FORMATS.items() if one.into == "folder"])
every_text = pytest.mark.parametrize("form", [name for name, one in FORMATS.items() if one.render is not None])


@pytest.fixture
def gallery(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    monkeypatch.chdir(gallery.folder)
    return gallery


@pytest.fixture
def out(gallery: Gallery) -> Path:
    return gallery.folder / "out"


def everything(place: Path) -> dict[str, bytes]:
    """The files at or below a place, hidden ones too, and what is in them."""
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    return {os.path.relpath(path, place): path.read_bytes() for path in files}


@every_format
def test_query_without_a_match_makes_something_empty(gallery: Gallery, out: Path, form: str) -> None:
    fill(gallery)
    done = gallery.run("export", "faces:99", "--as", form, "--to", out)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "0 photos\n")
    assert out.exists()
    assert not any(b"beach" in os.fsencode(name) + content for name, content in everything(out).items())


@every_format
def test_one_photo_is_in_it_and_stays_as_it_was(gallery: Gallery, out: Path, form: str) -> None:
    photos = fill(gallery)
    before = everything(gallery.photos)
    done = gallery.run("export", "path:beach.jpg", "--as", form, "--to", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert re.fullmatch("1 photo: 1 (copied|linked|listed)\n", done.stderr)
    made = b"".join(os.fsencode(name) + content for name, content in everything(out).items())
    assert b"beach" in made
    assert not any(trace.encode() in made for trace in ("group.jpg", gallery.hash(photos["group"])[:16]))
    assert everything(gallery.photos) == before


@every_format
def test_dry_run_writes_nothing(gallery: Gallery, out: Path, form: str) -> None:
    fill(gallery)
    before = everything(gallery.folder)
    done = gallery.run("export", "--as", form, "--to", out, "-n")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 3)
    assert done.stderr.startswith("dry run, nothing was written: 3 photos: 3 ")
    assert everything(gallery.folder) == before


@every_format
def test_odd_names_stay_inside_and_are_harmless(gallery: Gallery, out: Path, form: str) -> None:
    for number, name in enumerate(ODD_NAMES):
        gallery.add(name, face(), seed=number)
    before = set(everything(gallery.folder))
    done = gallery.run("export", "--as", form, "--to", out)
    assert (done.exit_code, done.stderr.split(":")[0]) == (0, "3 photos")
    made = {name for name in everything(gallery.folder) if name not in before}
    assert made
    assert all(name == "out" or name.startswith("out/") for name in made)
    assert not any("\n" in name for name in made)


@every_file
def test_file_that_is_there_is_never_written_over(gallery: Gallery, out: Path, form: str) -> None:
    fill(gallery)
    taken = f"error: {out}: exists already, and nothing is ever overwritten; name another file\n"
    assert gallery.run("export", "--as", form, "--to", out).exit_code == 0
    mine = everything(out)
    again = gallery.run("export", "faces:1", "--as", form, "--to", out)
    assert (again.exit_code, again.stdout, again.stderr) == (1, "", taken)
    assert everything(out) == mine
    for make in (lambda: out.write_bytes(b"mine"), out.mkdir, lambda: out.symlink_to(gallery.folder / "nowhere")):
        out.rmdir() if out.is_dir() else out.unlink()
        make()
        refused = gallery.run("export", "--as", form, "--to", out)
        assert (refused.exit_code, refused.stderr) == (1, taken)
    assert not (gallery.folder / "nowhere").exists()


@every_folder
def test_files_of_others_in_the_folder_stay(gallery: Gallery, out: Path, form: str) -> None:
    fill(gallery)
    mine = {"beach.jpg": b"mine", "index.html": b"mine"}
    out.mkdir()
    for name, content in mine.items():
        (out / name).write_bytes(content)
    options = [word for name in ("update", "cleanup") if name in FORMATS[form].takes for word in OPTIONS[name]]
    gallery.run("export", "--as", form, "--to", out, *options)
    assert {name: (out / name).read_bytes() for name in mine} == mine

    file = gallery.folder / "file"
    file.write_bytes(b"mine")
    refused = gallery.run("export", "--as", form, "--to", file)
    assert (refused.exit_code, refused.stderr) == (1, f"error: {file}: is a file, or lies in one; name a folder\n")
    assert file.read_bytes() == b"mine"


@every_folder
def test_folder_is_gone_on_with_and_never_lies_among_the_photos(gallery: Gallery, out: Path, form: str) -> None:
    fill(gallery)
    assert gallery.run("export", "--as", form, "--to", out).exit_code == 0
    made = contents(out)
    again = gallery.run("export", "--as", form, "--to", out)
    assert (again.exit_code, again.stderr) == (0, "3 photos: 3 already there\n")
    assert contents(out) == made

    refused = gallery.run("export", "--as", form, "--to", gallery.photos / "out")
    assert refused.exit_code == 1
    assert "lies among your indexed photos" in refused.stderr
    with Store.open(gallery.db) as store:
        assert not (gallery.photos / "out").exists()
        with pytest.raises(UsageError, match="unknown format 'x'; choose from copy, "):
            export_as("x", Export([], out), store)


@every_text
def test_text_goes_to_stdout_as_well(gallery: Gallery, out: Path, form: str) -> None:
    fill(gallery)
    gallery.run("export", "--as", form, "--to", out)
    done = gallery.run("export", "--as", form, "--to", "-")
    assert (done.exit_code, done.stdout_bytes, done.stderr) == (0, out.read_bytes(), "")
    assert not (gallery.folder / "-").exists()


@every_format
@pytest.mark.parametrize("option", OPTIONS)
def test_option_is_taken_or_refused_before_anything_is_made(
    gallery: Gallery, out: Path, form: str, option: str
) -> None:
    fill(gallery)
    done = gallery.run("export", "--as", form, "--to", out, *OPTIONS[option])
    if option in FORMATS[form].takes:
        assert (done.exit_code, out.exists()) == (0, True)
        return
    fitting = ", ".join(name for name, one in FORMATS.items() if option in one.takes)
    assert (done.exit_code, done.stdout, out.exists()) == (2, "", False)
    assert done.stderr == f"error: --{option} goes with --as {fitting}, not with {form}\n"


@pytest.mark.parametrize("form", [name for name, one in FORMATS.items() if {"update", "cleanup"} <= one.takes])
def test_what_no_longer_belongs_to_it_is_cleaned_up(gallery: Gallery, out: Path, form: str) -> None:
    fill(gallery)
    asked = ("emotion:happy", "--as", form, "--to", out, "--update", "--cleanup")
    gallery.run("export", *asked)
    gallery.run("label", gallery.photos / "group.jpg#1", "sad")
    done = gallery.run("export", *asked)
    assert (done.exit_code, done.stderr) == (0, "1 photo: 1 already there; 1 earlier file: 1 removed\n")
    assert sorted(path.name for path in out.iterdir()) == [".gallery-export.jsonl", "beach.jpg"]


def test_help_tells_of_every_format(gallery: Gallery) -> None:
    told = gallery.run("export", "--help").stdout
    for name, one in FORMATS.items():
        assert re.search(rf"--as [a-z, ]*\b{name}\b[a-z, ]*  {re.escape(one.says)}\n", told)
    choices = re.search(r"--as \[(.*?)\]", told, re.DOTALL)
    assert choices is not None
    assert re.sub(r"\s", "", choices[1]).split("|") == list(FORMATS)
