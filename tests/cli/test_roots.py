"""`gallery roots`, and `gallery index` of folders that are known, there or not."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.cli_gallery import Gallery
from tests.support.faces import save_small_checkpoint
from tests.support.photos import draw_photo
from tests.support.programs import started
from tests.support.terminal import run_in_terminal


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_checkpoint(tmp_path_factory.mktemp("model") / "untrained.safetensors")


@pytest.fixture
def gallery(gallery: Gallery, monkeypatch: pytest.MonkeyPatch, model: Path) -> Gallery:
    """A photo each in `home` and `disk`, both looked through."""
    monkeypatch.setenv("GALLERY_MODEL", str(model))
    monkeypatch.setenv("GALLERY_DEVICE", "cpu")
    home, disk = gallery.folder / "home", gallery.folder / "disk"
    draw_photo(home / "a.jpg", seed=1)
    draw_photo(disk / "b.jpg", seed=2)
    assert gallery.run("-q", "index", home, disk).exit_code == 0
    return gallery


def found(gallery: Gallery) -> list[str]:
    return sorted(Path(path).name for path in gallery.run("search").stdout.splitlines())


def test_roots_lists_folders_with_counts_last_look_and_whether_they_are_there(gallery: Gallery) -> None:
    shutil.rmtree(gallery.folder / "disk")
    listed = gallery.run("roots")
    assert (listed.exit_code, listed.stderr) == (0, "")
    disk, home = (line.split("\t") for line in listed.stdout.splitlines())
    assert [disk[0], *disk[1:4], disk[5]] == [str(gallery.folder / "disk"), "1", "0", "0", "not there"]
    assert [home[0], *home[1:4], home[5]] == [str(gallery.folder / "home"), "1", "0", "0", "there"]
    one, _ = json.loads(gallery.run("roots", "--json").stdout)
    assert datetime.fromisoformat(one.pop("looked_at")).tzinfo is not None
    assert one == {
        "path": str(gallery.folder / "disk"),
        **{"photos": 1, "missing": 0, "unwanted": 0, "visible": False, "include": [], "follow_links": False},
    }
    code, screen = run_in_terminal(gallery, "roots", COLUMNS="300")
    assert code == 0
    assert "unwanted" in screen.split("\n")[0]
    assert f"{gallery.folder / 'disk'}" in screen


def test_forgotten_folder_is_found_no_more_and_undo_takes_that_back(gallery: Gallery) -> None:
    shutil.rmtree(gallery.folder / "disk")
    done = gallery.run("roots", "forget", gallery.folder / "disk")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "forgotten; 1 file of its photos no longer wanted. `gallery undo` takes that back\n"
    assert found(gallery) == ["a.jpg"]
    assert "no longer wanted: its folder was forgotten" in gallery.run("show", gallery.folder / "disk/b.jpg").stdout
    assert gallery.run("undo").stderr == f"undone: folder {gallery.folder / 'disk'} forgotten\n"
    assert found(gallery) == ["a.jpg", "b.jpg"]
    unknown = gallery.run("roots", "forget", gallery.folder / "nowhere")
    assert unknown.exit_code == 2
    assert unknown.stderr.startswith(f"error: {gallery.folder / 'nowhere'}: isn't a folder that the gallery knows")


def test_index_without_a_folder_looks_through_all_that_are_known(gallery: Gallery) -> None:
    draw_photo(gallery.folder / "home" / "c.jpg", seed=3)
    draw_photo(gallery.folder / "disk" / "d.jpg", seed=4)
    assert gallery.run("index").stderr.startswith("4 photos: 2 new, 2 unchanged; ")


def test_index_goes_on_where_a_known_folder_is_away_and_exits_with_1(gallery: Gallery) -> None:
    shutil.rmtree(gallery.folder / "disk")
    draw_photo(gallery.folder / "home" / "c.jpg", seed=3)
    done = gallery.run("index", gallery.folder / "disk", gallery.folder / "home")
    assert done.exit_code == 1
    told = f"failed: {gallery.folder / 'disk'}: isn't there; its photos stay as they are until it is back\n"
    assert told in done.stderr
    assert found(gallery) == ["a.jpg", "b.jpg", "c.jpg"]


def test_folder_that_is_away_is_no_photo(gallery: Gallery) -> None:
    shutil.rmtree(gallery.folder / "disk")
    done = gallery.run("index", "--json")
    last = done.stderr.splitlines()[-1]
    assert last.startswith("1 photo: 1 unchanged; 0 faces; ")
    assert last.endswith("; 1 place couldn't be looked at")
    counts = json.loads(done.stdout)
    assert (done.exit_code, counts["failed"], counts["failed_places"]) == (1, 1, 1)
    shutil.rmtree(gallery.folder / "home")
    assert gallery.run("index").stderr.splitlines()[-1] == "0 photos; 2 places couldn't be looked at"


@pytest.mark.slow
def test_watch_without_a_folder_watches_all_that_are_known(gallery: Gallery, isolated: Path) -> None:
    draw_photo(gallery.folder / "disk" / "d.jpg", seed=4)
    command = [sys.executable, "-m", "gallery", "--db", gallery.db, "watch"]
    with started(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as program:
        assert program.stderr is not None
        assert "watching 2 folders; Ctrl-C stops\n" in iter(program.stderr.readline, "")
        program.send_signal(signal.SIGINT)
    assert found(gallery) == ["a.jpg", "b.jpg", "d.jpg"]
    nothing_known = Gallery(isolated / "other")
    nothing_known.folder.mkdir()
    assert nothing_known.run("watch").exit_code == 2
    assert not nothing_known.db.exists()


def test_whether_links_are_followed_is_remembered(gallery: Gallery) -> None:
    (gallery.folder / "home" / "link").symlink_to(gallery.folder / "disk")
    draw_photo(gallery.folder / "disk" / "far" / "c.jpg", seed=3)
    assert gallery.run("roots", "forget", gallery.folder / "disk").exit_code == 0
    for args, photos in ((["--follow-links"], "3 photos"), ([], "3 photos"), (["--no-follow-links"], "1 photo")):
        assert gallery.run("index", gallery.folder / "home", *args).stderr.startswith(f"{photos}: ")
    [home] = json.loads(gallery.run("roots", "--json").stdout)
    assert home["follow_links"] is False


@pytest.mark.parametrize("command", ["index", "watch"])
def test_mistyped_folder_is_refused_before_anything_is_done(gallery: Gallery, command: str) -> None:
    draw_photo(gallery.folder / "home" / "c.jpg", seed=3)
    done = gallery.run(command, gallery.folder / "home", gallery.folder / "hone")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "hone: doesn't exist; check the spelling" in done.stderr
    assert found(gallery) == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("args", [["index"], ["index", "nowhere"], ["watch", "nowhere"]])
def test_without_a_database_nothing_is_made_of_a_typing_error(isolated: Path, args: list[str]) -> None:
    gallery = Gallery(isolated)
    assert gallery.run(*args).exit_code == 2
    assert not gallery.db.exists()


def test_nothing_to_look_through_is_said(isolated: Path) -> None:
    gallery = Gallery(isolated)
    gallery.add("a.jpg")
    done = gallery.run("index")
    assert (done.exit_code, done.stderr.split(";")[0]) == (2, "error: which folder? None was looked through so far")
    assert gallery.run("roots").stdout == ""
