"""`gallery open`: the system's viewer gets the path, and nobody else does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gallery.records import FileStamp
from gallery.store.store import LinkPath, Store
from gallery.system import viewer
from tests.support.cli_gallery import ODD_NAMES, Gallery
from tests.support.make import DETECTOR, MODEL

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the opener is a script")


def opener(gallery: Gallery, monkeypatch: pytest.MonkeyPatch, *, name: str = "xdg-open", then: str = "") -> Path:
    """Puts a viewer first in the PATH; gives the file in which it notes what it is asked to open."""
    folder, note = gallery.folder / "bin", gallery.folder / "opened"
    folder.mkdir()
    script = folder / name
    script.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > "{note}"\n{then}\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return note


@pytest.mark.parametrize("name", ["beach.jpg", "-rf.jpg", "$(touch x).jpg", "'; touch x; '.jpg", *ODD_NAMES])
def test_the_viewer_gets_the_whole_path_and_no_shell_reads_it(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = gallery.add(name)
    note = opener(gallery, monkeypatch)
    monkeypatch.chdir(gallery.folder)
    done = gallery.run("open", path)
    assert (done.exit_code, done.stdout) == (0, "")
    assert note.read_bytes() == path.encode("utf-8", "surrogateescape") + b"\0"
    assert not (gallery.folder / "x").exists()


def test_macos_has_a_name_of_its_own_for_it(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    path = gallery.add("beach.jpg")
    note = opener(gallery, monkeypatch, name="open")
    monkeypatch.setattr(viewer.sys, "platform", "darwin")
    viewer.open_in_viewer(path)
    assert note.read_text(encoding="utf-8") == f"{path}\0"


def test_a_viewer_that_stays_is_not_waited_for(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    path = gallery.add("beach.jpg")
    opener(gallery, monkeypatch, then="exec sleep 3")
    monkeypatch.setattr(viewer, "PATIENCE_SECONDS", 0.2)
    assert gallery.run("open", path).exit_code == 0


def test_without_a_viewer_or_a_screen_it_is_said_what_to_do(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    path = gallery.add("beach.jpg")
    monkeypatch.setenv("PATH", str(gallery.folder / "empty"))
    done = gallery.run("open", path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {path}: there is no xdg-open on this system to open it with; install it (package xdg-utils), "
        "or open it by hand\n"
    )
    opener(gallery, monkeypatch, then="exit 3")
    done = gallery.run("open", path)
    assert done.exit_code == 1
    assert done.stderr == (
        f"error: {path}: no program opened it (xdg-open ended with 3); is there a screen? Or open it by hand\n"
    )


def test_of_a_photo_that_is_gone_a_copy_is_opened_or_none(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    path, copy = gallery.add("beach.jpg"), gallery.add("copy.jpg")
    note = opener(gallery, monkeypatch)
    Path(path).unlink()
    assert gallery.run("open", path).exit_code == 0
    assert note.read_text(encoding="utf-8") == f"{copy}\0"
    Path(copy).unlink()
    with Store.open(gallery.db) as store:
        store.mark_missing([path, copy])
    done = gallery.run("open", path)
    assert done.exit_code == 1
    assert done.stderr.endswith("no file of this photo exists any more; its drive may not be connected\n")
    assert gallery.run("open", gallery.folder / "unknown.jpg").exit_code == 2


def test_what_the_system_may_take_for_a_program_is_not_opened(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gallery.photos / "beach.desktop"
    Path(gallery.add("beach.jpg")).rename(path)
    with Store.open(gallery.db) as store:
        file = FileStamp.of(str(path), path.stat())
        store.write([LinkPath(file, gallery.hash(str(path)))], model=MODEL, detector=DETECTOR)
    note = opener(gallery, monkeypatch)
    done = gallery.run("open", path)
    assert (done.exit_code, note.exists()) == (1, False)
    assert done.stderr.endswith("isn't called like a photo, and the system goes by names; open it by hand\n")
