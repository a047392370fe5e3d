"""What counts as the photo library, into which nothing is exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.errors import ExportError
from gallery.export.photo_folders import library_folders, photo_folders, refuse_library
from gallery.store.roots import Root, note_roots
from tests.support.make import added, open_store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    for name in ("Photos/2023/May", "Photos/2024", "Downloads/new", "elsewhere"):
        (home / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    return home


def test_folders_of_one_collection_are_one_library(home: Path) -> None:
    folders = [str(home / name) for name in ("Photos/2023/May", "Photos/2024", "Downloads/new", "gone")]
    assert library_folders(folders, home) == [home / "Downloads/new", home / "Photos"]


@pytest.mark.parametrize(
    ("photos", "dest", "refused"),
    [
        (["Photos/2023/May/a.jpg"], "Photos/2023/May", True),
        (["Photos/2023/May/a.jpg"], "Photos/2023/May/new/deep", True),
        (["Photos/2023/May/a.jpg"], "Photos/2023", False),
        (["Photos/2023/May/a.jpg", "Photos/2024/b.jpg"], "Photos", True),
        (["Photos/2023/May/a.jpg", "Photos/2024/b.jpg"], "Photos/export", True),
        (["Photos/2023/May/a.jpg", "Photos/2024/b.jpg"], "Photos-export", False),
        (["Photos/2023/May/a.jpg", "Photos/2024/b.jpg", "Downloads/new/c.jpg"], "Photos/export", True),
        (["Photos/2023/May/a.jpg", "Photos/2024/b.jpg", "Downloads/new/c.jpg"], "export", False),
        (["Photos/2024/b.jpg"], "Photos/../Photos/2024/x", True),
        (["Photos/2024/b.jpg"], "link/x", True),
        (["a.jpg"], ".", True),
        (["a.jpg"], "export", False),
        (["gone/a.jpg"], "gone", False),
        ([], "Photos", False),
    ],
)
def test_only_places_outside_the_library_are_free(home: Path, photos: list[str], dest: str, refused: bool) -> None:
    (home / "link").symlink_to(home / "Photos/2024")
    with open_store(home.parent, *(added(str(home / name)) for name in photos)) as store:
        if not refused:
            refuse_library(store, home / dest)
            return
        with pytest.raises(ExportError, match=r"lies among your indexed photos in .*; name a folder outside"):
            refuse_library(store, home / dest)


@pytest.mark.parametrize(
    ("roots", "photos", "dest", "refused"),
    [
        (["home/Photos/2023", "home/Photos/2024"], ["home/Photos/2023/May/a.jpg", "home/Photos/2024/b.jpg"], "", False),
        (["disk/one", "disk/two"], ["disk/one/deep/a.jpg", "disk/two/b.jpg"], "disk", False),
        (["disk/one", "disk/two"], ["disk/one/deep/a.jpg", "disk/two/b.jpg"], "disk/export", False),
        (["disk/one", "disk/two"], ["disk/one/deep/a.jpg", "disk/two/b.jpg"], "disk/one", True),
        (["disk/one", "disk/two"], ["disk/one/deep/a.jpg", "disk/two/b.jpg"], "disk/one/export", True),
        (["disk/one"], ["disk/one/deep/a.jpg"], "disk/one/other", True),
        (["disk/one"], ["disk/two/alone.jpg"], "disk/two/export", True),
        (["disk/one"], ["disk/two/a/alone.jpg", "disk/two/b/too.jpg"], "disk/two/export", False),
        (["home"], ["home/Photos/2023/May/a.jpg", "home/Photos/2024/b.jpg"], "home/Photos/export", True),
        (["home"], ["home/Photos/2023/May/a.jpg", "home/Photos/2024/b.jpg"], "home/export", False),
        (["disk/gone"], [], "disk/gone/export", False),
    ],
)
def test_only_what_was_looked_through_is_the_library(
    home: Path, roots: list[str], photos: list[str], dest: str, refused: bool
) -> None:
    folder = home.parent
    for name in ("disk/one/deep", "disk/two/a", "disk/two/b"):
        (folder / name).mkdir(parents=True)
    with open_store(folder, *(added(str(folder / name)) for name in photos)) as store:
        note_roots(store, [Root(str(folder / name)) for name in roots])
        if not refused:
            refuse_library(store, folder / (dest or "home/Photos"))
            return
        with pytest.raises(ExportError, match="lies among your indexed photos"):
            refuse_library(store, folder / dest)


def test_photos_that_are_missing_hold_no_place(home: Path) -> None:
    with open_store(home.parent, added(str(home / "Photos/2024/b.jpg"))) as store:
        assert photo_folders(store) == {str(home / "Photos/2024")}
        store.mark_missing([str(home / "Photos/2024/b.jpg")])
        refuse_library(store, home / "Photos/2024/x")
