"""`~` is one's home, `-` is the pipe, and a reader that has enough is no failure: in every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.cli_gallery import Gallery, fill


@pytest.fixture
def gallery(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    fill(gallery)
    (gallery.folder / "home").mkdir()
    (gallery.folder / "home/Photos").symlink_to(gallery.photos)
    monkeypatch.chdir(gallery.folder)
    return gallery


@pytest.mark.parametrize(
    "args",
    [
        ("index", "~/nowhere"),
        ("watch", "~/nowhere"),
        ("predict", "~/nowhere"),
        ("train", "--data", "~/nowhere"),
        ("evaluate", "resnet18", "--data", "~/nowhere"),
    ],
)
def test_home_is_meant_by_whatever_takes_a_place(gallery: Gallery, args: tuple[str, ...]) -> None:
    done = gallery.run(*args)
    assert done.exit_code == 2
    assert str(gallery.folder / "home/nowhere") in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("show", "~/Photos/beach.jpg", "--annotate", "~/drawn.png"),
        ("why", "~/Photos/beach.jpg", "--annotate", "~/drawn.png"),
        ("stats", "--plot", "~/drawn.png"),
        ("dump", "~/drawn.png"),
        ("export", "--to", "~/drawn.png", "--as", "csv"),
        ("export", "--to", "~/drawn", "--report", "~/drawn.json"),
    ],
)
def test_home_is_meant_by_whatever_makes_a_file(gallery: Gallery, args: tuple[str, ...]) -> None:
    (gallery.folder / "home/Photos").unlink()
    (gallery.folder / "photos").rename(gallery.folder / "home/Photos")
    gallery.photos.symlink_to(gallery.folder / "home/Photos")
    if args[0] in ("show", "why"):
        args = (args[0], str(gallery.photos / "beach.jpg"), *args[2:])
    assert gallery.run(*args).exit_code == 0
    assert list((gallery.folder / "home").glob("drawn*"))
    assert not (gallery.folder / "~").exists()


def test_dash_is_stdout_for_a_dump_and_stdin_for_restoring_it(gallery: Gallery) -> None:
    gallery.run("album", "create", "Trip", "faces:1..")
    dumped = gallery.run("dump", "-")
    assert (dumped.exit_code, dumped.stderr) == (0, "")
    assert [json.loads(line).get("name") for line in dumped.stdout.splitlines()][1] == "Trip"
    gallery.run("album", "delete", "-y", "Trip")
    restored = gallery.run("restore", "-", stdin=dumped.stdout)
    told = "restored 0 labels, 1 album, 2 photos of albums, 0 queries\n"
    assert (restored.exit_code, restored.stdout, restored.stderr) == (0, "", told)
    assert not (gallery.folder / "-").exists()
    damaged = gallery.run("restore", "-", "-n", stdin='{"gallery dump": 2}\nno fact\n')
    assert damaged.exit_code == 1
    assert damaged.stderr.startswith("-:2: isn't JSON")


@pytest.mark.parametrize("form", ["copy", "hardlink", "symlink", "html", "zip"])
def test_dash_is_refused_by_what_is_no_text(gallery: Gallery, form: str) -> None:
    done = gallery.run("export", "--as", form, "--to", "-")
    expected = "error: '-' is the pipe, which takes --as csv, json, markdown; './-' is a folder or file of that name\n"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", expected)
    assert not (gallery.folder / "-").exists()
    assert gallery.run("export", "--as", form, "--to", "./-").exit_code == 0
    assert (gallery.folder / "-").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("index", "-"),
        ("show", "beach.jpg", "--annotate", "-"),
        ("stats", "--plot", "-"),
        ("model", "export", "resnet18", "--output", "-"),
        ("export", "--to", "out", "--report", "-"),
    ],
)
def test_dash_is_no_file_anywhere(gallery: Gallery, args: tuple[str, ...]) -> None:
    done = gallery.run(*args)
    assert done.exit_code == 2
    assert "'-' is the pipe, which has no use here; './-' is a file of that name" in done.stderr
    assert not (gallery.folder / "-").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("--help",),
        ("--version",),
        ("stats",),
        ("stats", "--json"),
        ("show", "photos/beach.jpg"),
        ("why", "photos/beach.jpg"),
        ("album", "list"),
        ("fields",),
        ("dump",),
        ("export", "--as", "csv", "--to", "-"),
    ],
)
def test_reader_that_has_gone_is_no_failure(gallery: Gallery, args: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "gallery", "--db", str(gallery.db), *args]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


def test_work_is_done_though_nobody_reads_what_is_told(gallery: Gallery) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "gallery", "--db", str(gallery.db)]
    drawn = subprocess.run(
        [*command, "show", "photos/beach.jpg", "--annotate", "drawn.png"], stdout=writer, check=False
    )
    exported = subprocess.run([*command, "export", "--to", "out"], stderr=writer, check=False)
    os.close(writer)
    assert (drawn.returncode, exported.returncode) == (0, 0)
    assert (gallery.folder / "drawn.png").exists()
    assert len(list((gallery.folder / "out").glob("*.jpg"))) == 3


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&-"])
def test_stream_that_the_shell_closed_is_no_fault(gallery: Gallery, closed: str) -> None:
    command = f'exec "$0" -m gallery --db "$1" stats {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, gallery.db], capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (b"photos" in done.stdout) == (closed == "<&-")
