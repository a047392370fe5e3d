"""Relative paths as the shell understands them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.system.paths import absolute


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shell went to `home/Photos/z`, and `home/Photos` is a link to `disk/Pictures`."""
    (tmp_path / "disk" / "Pictures" / "z").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "Photos").symlink_to(tmp_path / "disk" / "Pictures")
    monkeypatch.chdir(tmp_path / "home" / "Photos" / "z")
    monkeypatch.setenv("PWD", str(tmp_path / "home" / "Photos" / "z"))
    return tmp_path


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a.jpg", "home/Photos/z/a.jpg"),
        ("./b/../a.jpg", "home/Photos/z/a.jpg"),
        ("../z/gone.jpg", "home/Photos/z/gone.jpg"),
        (".", "home/Photos/z"),
        ("..", "home/Photos"),
        # `cd ../..` goes to home, and `ls ../..` shows disk: a path is what programs take it for.
        ("../..", "disk"),
        ("/elsewhere/a.jpg", "/elsewhere/a.jpg"),
    ],
)
def test_links_on_the_way_stay_in_the_path(here: Path, given: str, expected: str) -> None:
    (here / "disk" / "Pictures" / "z" / "a.jpg").touch()
    (here / "disk" / "Pictures" / "z" / "b").mkdir()
    assert absolute(given) == str(here / expected)


def test_what_the_shell_said_of_another_folder_is_not_believed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for said in (str(here / "home"), "home/Photos/z", "/nowhere", f"{here}/home/../home/Photos/z", ""):
        monkeypatch.setenv("PWD", said)
        assert absolute("a.jpg") == str(here / "disk" / "Pictures" / "z" / "a.jpg")
    monkeypatch.delenv("PWD")
    assert absolute("a.jpg") == str(here / "disk" / "Pictures" / "z" / "a.jpg")
