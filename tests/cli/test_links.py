"""Files that several paths lead to: each command takes any of them, and shows the one that the photo is known by."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from gallery.records import FileStamp
from gallery.store.changes import LinkPath
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import DETECTOR, MODEL


@dataclass(frozen=True)
class Linked:
    """Photos known below `gallery.photos`, which `other` leads to as well."""

    gallery: Gallery
    photos: dict[str, str]
    other: Path

    def know(self, path: Path, content: str) -> None:
        """Notes another path of a photo, as the indexer does."""
        change = LinkPath(FileStamp.of(str(path), path.stat()), self.gallery.hash(content))
        with Store.open(self.gallery.db) as store:
            store.write([change], model=MODEL, detector=DETECTOR)


@pytest.fixture
def linked(gallery: Gallery) -> Linked:
    photos = fill(gallery)
    other = gallery.folder / "other"
    other.symlink_to(gallery.photos)
    return Linked(gallery, photos, other)


def test_show_and_why_take_a_photo_by_its_other_path(linked: Linked) -> None:
    for command in ("show", "why"):
        done = linked.gallery.run(command, linked.other / "beach.jpg")
        assert (done.exit_code, done.stdout.splitlines()[0]) == (0, linked.photos["beach"])


@pytest.mark.parametrize("way", ["symbolic link", "hard link"])
def test_show_takes_a_link_that_was_never_indexed(linked: Linked, tmp_path: Path, way: str) -> None:
    link = tmp_path / "on my desk.jpg"
    link.symlink_to(linked.photos["beach"]) if way == "symbolic link" else link.hardlink_to(linked.photos["beach"])
    assert linked.gallery.run("show", link).stdout.splitlines()[0] == linked.photos["beach"]


def test_a_photo_that_is_gone_is_found_by_its_other_path(linked: Linked) -> None:
    Path(linked.photos["beach"]).unlink()
    with Store.open(linked.gallery.db) as store:
        store.mark_missing([linked.photos["beach"]])
    assert "missing" in linked.gallery.run("show", linked.other / "beach.jpg").stdout


def test_a_copy_is_another_file(linked: Linked, tmp_path: Path) -> None:
    """Same name, size and time, and not indexed."""
    beach, copy = Path(linked.photos["beach"]), tmp_path / "copy" / "beach.jpg"
    copy.parent.mkdir()
    copy.write_bytes(beach.read_bytes())
    os.utime(copy, ns=(0, beach.stat().st_mtime_ns))
    done = linked.gallery.run("show", copy)
    assert (done.exit_code, done.stderr) == (
        2,
        f"error: {copy}: isn't in the database; run `gallery index` on its folder\n",
    )


def test_a_face_is_labelled_by_the_other_path_of_its_photo(linked: Linked) -> None:
    assert linked.gallery.run("label", f"{linked.other}/group.jpg#1", "surprise").exit_code == 0
    assert linked.gallery.run("search", "emotion:surprise").stdout == f"{linked.photos['group']}\n"


def test_albums_take_photos_by_their_other_paths(linked: Linked) -> None:
    beach, group = linked.other / "beach.jpg", linked.other / "group.jpg"
    run = linked.gallery.run
    assert run("album", "create", "Both", beach, group).exit_code == 0
    assert run("album", "add", "Both", linked.photos["beach"]).exit_code == 0
    assert run("album", "move", "Both", group, "--before", beach).exit_code == 0
    assert run("album", "cover", "Both", beach).exit_code == 0
    shown = run("album", "show", "Both").stdout.splitlines()
    assert [line for line in shown if line.endswith(".jpg")] == [linked.photos["group"], linked.photos["beach"]]
    assert run("album", "cover", "Both").stdout == f"{linked.photos['beach']}\n"


def test_a_search_takes_a_folder_or_a_photo_by_its_other_path(linked: Linked) -> None:
    def found(*words: str) -> list[str]:
        return sorted(linked.gallery.run("search", *words).stdout.splitlines())

    every = sorted(linked.photos.values())
    assert found(f"path:{linked.other}") == found("--path", str(linked.other)) == every
    assert found(f"path:{linked.other}/beach.jpg") == [linked.photos["beach"]]
    assert found(f"path:{linked.other}", "emotion:sad") == [linked.photos["group"]]
    assert found("not", f"path:{linked.other}") == []
    assert found(f"path:{linked.other.parent}/elsewhere") == []


def test_a_search_takes_a_folder_into_which_the_known_links_lead(gallery: Gallery) -> None:
    """`home` has links to two of three folders on the `disk`, of which nothing is known by its own path."""
    disk, home = gallery.folder / "disk", gallery.photos
    for name in ("one", "two", "other"):
        (disk / name).mkdir(parents=True)
    home.mkdir()
    for name in ("one", "two"):
        (home / name).symlink_to(disk / name)
    first, second = gallery.add("one/z/a.jpg", seed=1), gallery.add("two/b.jpg", seed=2)
    at_home = gallery.add("c.jpg", seed=3)

    def found(*words: str) -> list[str]:
        return sorted(gallery.run("search", *words).stdout.splitlines())

    assert found(f"path:{disk}") == [first, second]
    assert found(f"path:{disk}/one") == found(f"path:{disk}/one/z") == [first]
    assert found("not", f"path:{disk}") == [at_home]
    assert found(f"path:{disk}", "or", f"path:{home}/c.jpg") == sorted([first, second, at_home])
    assert found(f"path:{disk}/other") == found(f"path:{disk}/three") == []
    assert found(f"path:{home}") == sorted([first, second, at_home])


def test_relative_paths_are_those_of_the_shell(linked: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other way about: what is known is the link, and the system says where it leads to."""
    gallery = Gallery(linked.other.parent / "second")
    real, link = gallery.folder / "disk", gallery.photos
    real.mkdir(parents=True)
    link.symlink_to(real)
    path = gallery.add("beach.jpg")
    monkeypatch.chdir(link)
    for shell in (str(link), str(real)):
        monkeypatch.setenv("PWD", shell)
        assert gallery.run("show", "beach.jpg").stdout.splitlines()[0] == path
        assert gallery.run("search", "path:./").stdout == f"{path}\n"


def test_show_tells_copies_from_links(linked: Linked) -> None:
    beach, folder = Path(linked.photos["beach"]), linked.gallery.photos
    link, hard, copy = folder / "a link.jpg", folder / "hard.jpg", folder / "copy.jpg"
    link.symlink_to("beach.jpg")
    hard.hardlink_to(beach)
    copy.write_bytes(beach.read_bytes())
    for path in (link, hard, copy):
        linked.know(path, str(beach))

    def told(photo: Path) -> list[str]:
        lines = linked.gallery.run("show", photo).stdout.splitlines()
        return [lines[0], *(line for line in lines if line[:4] in ("also", "file", "link", "same"))]

    assert told(beach) == [str(beach), f"same    {hard}", f"link    {link}", f"also    {copy}"]
    assert told(link) == [str(link), f"file    {beach}", f"same    {hard}", f"also    {copy}"]


@pytest.mark.parametrize("how", ["copy", "hardlink", "symlink"])
def test_exports_take_the_file_and_its_sidecar_rather_than_a_link_to_it(linked: Linked, how: str) -> None:
    beach = Path(linked.photos["beach"])
    link, out = linked.gallery.photos / "a link.jpg", linked.gallery.folder / "out"
    link.symlink_to("beach.jpg")
    linked.know(link, str(beach))
    sidecar = beach.with_name("beach.jpg.xmp")
    sidecar.write_text("<x:xmpmeta/>", encoding="utf-8")
    assert linked.gallery.run("export", "camera:Canon", "--to", out, "--as", how).exit_code == 0
    [made] = out.glob("*.jpg")
    assert made.name == "a link.jpg", "named after the path that a search shows"
    assert made.samefile(beach) is (how != "copy")
    assert made.is_symlink() is (how == "symlink")
    assert how != "symlink" or made.readlink() == beach
    assert [path.read_text(encoding="utf-8") for path in out.glob("*.xmp")] == ["<x:xmpmeta/>"]
