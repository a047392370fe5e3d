from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gallery.errors import ImageError, ScanError
from gallery.images.passed_over import Names, Reason
from gallery.images.photo_count import count_photos
from gallery.images.scan import Beside, reaches, scan

needs_bytes_names = pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def found(*roots: Path | str, follow_links: bool = False) -> list[str]:
    """The paths scan yields; anything it reports fails the test."""
    errors: list[ImageError] = []
    paths = [stamp.path for stamp in scan(roots, follow_links=follow_links, on_error=errors.append)]
    assert errors == []
    return paths


def found_below(root: Path, *, follow_links: bool = False) -> list[str]:
    return [os.path.relpath(path, root) for path in found(root, follow_links=follow_links)]


def test_a_stamp_has_absolute_path_size_and_time(tmp_path, monkeypatch):
    photo = tmp_path / "photos" / "a.jpg"
    touch(photo)
    photo.write_bytes(b"12345")
    os.utime(photo, ns=(1, 1_685_622_600_123_456_700))
    monkeypatch.chdir(tmp_path)
    (stamp,) = scan(["photos/../photos"])
    assert (stamp.path, stamp.size, stamp.mtime_ns) == (str(photo), 5, photo.stat().st_mtime_ns)


def test_photos_are_known_by_their_suffix_in_any_case(tmp_path):
    names = ["a.JPG", "b.HeIc", "c.jpg", "d.jpeg", "e.jpe", "f.jfif", "g.png", "h.webp", "i.tif", "j.tiff", "k.bmp"]
    names += ["l.gif", "m.heic", "n.heif", "o.hif", "p.avif", "q.x.Jpeg"]
    touch(*(tmp_path / name for name in names))
    touch(*(tmp_path / name for name in ("a.txt", "jpg", "b.jpg.xmp", "c.mov", "d.cr2", "e", "f.")))
    assert found_below(tmp_path) == names


def test_photos_come_before_subfolders_and_both_in_order_of_bytes(tmp_path):
    names = ["B.jpg", "a.jpg", "z.jpg", "é.jpg", "1/y.jpg", "1/2/x.jpg", "C/w.jpg", "b/v.jpg"]
    touch(*(tmp_path / name for name in reversed(names)))
    assert found_below(tmp_path) == names


def test_hidden_names_and_folders_of_other_programs_are_skipped(tmp_path):
    touch(tmp_path / "kept" / "a.jpg", tmp_path / "._a.jpg", tmp_path / ".b.jpg")
    for folder in (".git", ".thumbnails", "@eaDir", "node_modules", "__MACOSX"):
        touch(tmp_path / folder / "a.jpg", tmp_path / "kept" / folder / "deep" / "a.jpg")
    assert found_below(tmp_path) == ["kept/a.jpg"]


def test_what_is_named_explicitly_is_taken_whatever_its_name(tmp_path):
    touch(tmp_path / ".hidden" / "a.jpg", tmp_path / "scan_0001", tmp_path / "@eaDir" / "b.jpg")
    roots = [tmp_path / ".hidden", tmp_path / "scan_0001", tmp_path / "@eaDir"]
    assert found(*roots) == [str(tmp_path / name) for name in ("scan_0001", ".hidden/a.jpg", "@eaDir/b.jpg")]


def test_overlapping_roots_give_each_file_once(tmp_path):
    top, sub = tmp_path / "top", tmp_path / "top" / "sub"
    touch(top / "a.jpg", sub / "b.jpg")
    (tmp_path / "other name").symlink_to(top)
    both = [str(top / "a.jpg"), str(sub / "b.jpg")]
    assert found(top, sub, top) == both
    assert found(sub, top) == both[::-1]
    assert found(top, sub / "b.jpg", f"{sub}/../sub/b.jpg") == both[::-1]
    assert found(top, tmp_path / "other name") == both


def test_copies_and_hard_links_are_files_of_their_own(tmp_path):
    touch(tmp_path / "a.jpg")
    os.link(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert found_below(tmp_path) == ["a.jpg", "b.jpg"]
    assert found(tmp_path / "a.jpg", tmp_path / "b.jpg") == [str(tmp_path / "a.jpg"), str(tmp_path / "b.jpg")]


def test_folder_without_photos_gives_nothing(tmp_path):
    assert found(tmp_path) == []


@pytest.mark.parametrize("name", ["missing", "file.txt/inside", "n" * 300, "nul\0byte"])
def test_root_that_cannot_be_is_refused_before_the_first_photo(tmp_path, name):
    touch(tmp_path / "a.jpg", tmp_path / "file.txt")
    with pytest.raises(ScanError, match="check") as raised:
        scan([tmp_path, tmp_path / name])
    assert raised.value.path == str(tmp_path / name)
    assert raised.value.exit_code == 2


def test_root_that_is_a_dead_link_is_refused(tmp_path):
    (tmp_path / "dead").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ScanError, match="doesn't exist"):
        scan([tmp_path / "dead"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may list everything")
def test_folders_without_permission_are_refused_as_root_and_reported_below(tmp_path):
    touch(tmp_path / "a.jpg", tmp_path / "shut" / "b.jpg")
    (tmp_path / "shut").chmod(0)
    errors: list[ImageError] = []
    try:
        with pytest.raises(ScanError, match="permission"):
            scan([tmp_path / "shut"])
        assert [stamp.path for stamp in scan([tmp_path], on_error=errors.append)] == [str(tmp_path / "a.jpg")]
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert [(error.path, error.transient) for error in errors] == [(str(tmp_path / "shut"), True)]


@pytest.mark.parametrize("name", ["a b.jpg", "new\nline.jpg", "[bold]x[/bold].jpg", "🎉.jpg", "a\\b.jpg", "-rf.jpg"])
def test_odd_names_survive(tmp_path, name):
    touch(tmp_path / "in" / name)
    assert found(tmp_path) == [str(tmp_path / "in" / name)]


@needs_bytes_names
def test_names_that_are_no_utf8_survive(tmp_path):
    raw = os.fsencode(tmp_path) + b"/caf\xe9/\xff.jpg"
    touch(Path(os.fsdecode(raw)))
    (tmp_path / ".galleryignore").write_text("other*\n")
    assert [os.fsencode(path) for path in found(tmp_path)] == [raw]


def test_link_to_a_photo_is_stamped_as_the_photo(tmp_path):
    photo, link = tmp_path / "outside" / "a.jpg", tmp_path / "in" / "link.jpg"
    touch(photo)
    photo.write_bytes(b"12345")
    link.parent.mkdir()
    link.symlink_to(photo)
    (stamp,) = scan([link.parent])
    assert (stamp.path, stamp.size, stamp.mtime_ns) == (str(link), 5, photo.stat().st_mtime_ns)


def test_links_to_folders_are_followed_only_when_asked(tmp_path):
    touch(tmp_path / "outside" / "a.jpg", tmp_path / "in" / "b.jpg")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "link.jpg").symlink_to(tmp_path / "outside")
    assert found_below(tmp_path / "in") == ["b.jpg"]
    assert found_below(tmp_path / "in", follow_links=True) == ["b.jpg", "link/a.jpg"]


def test_links_in_a_circle_end(tmp_path):
    touch(tmp_path / "a" / "x.jpg", tmp_path / "b" / "y.jpg")
    (tmp_path / "a" / "to-b").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "to-a").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    assert found_below(tmp_path, follow_links=True) == ["a/x.jpg", "b/y.jpg"]


def test_what_lies_below_a_root_is_called_by_its_own_path_whatever_leads_there_besides(tmp_path):
    """Linked folders come last, those of all roots, so that `a/to-b` doesn't take the photos of `b`."""
    touch(*(tmp_path / path for path in ("one/a.jpg", "two/b.jpg", "out/c.jpg", "far/d.jpg")))
    for name, target in (("0 link", "two"), ("1 link", "out")):
        (tmp_path / "one" / name).symlink_to(tmp_path / target)
    (tmp_path / "out" / "on").symlink_to(tmp_path / "far")
    assert found(tmp_path / "one", tmp_path / "two", follow_links=True) == [
        str(tmp_path / path) for path in ("one/a.jpg", "two/b.jpg", "one/1 link/c.jpg", "one/1 link/on/d.jpg")
    ]


def test_folders_may_be_called_by_another_path_and_their_rules_hold_all_the_same(tmp_path):
    touch(*(tmp_path / "disk" / "Photos" / name for name in ("a.jpg", "z/b.jpg", "private/c.jpg", "z/private/d.jpg")))
    (tmp_path / "disk" / ".galleryignore").write_text("/Photos/private/\n")
    here, known = tmp_path / "disk" / "Photos", "/home/me/Photos"

    def known_as(path, info):
        return known if os.path.samestat(info, here.stat()) else path

    assert [stamp.path for stamp in scan([tmp_path / "disk"], known_as=known_as)] == [
        f"{known}/a.jpg",
        f"{known}/z/b.jpg",
        f"{known}/z/private/d.jpg",
    ]


def test_dead_link_and_link_to_itself_are_reported(tmp_path):
    touch(tmp_path / "a.jpg")
    (tmp_path / "dead.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self.jpg").symlink_to(tmp_path / "self.jpg")
    (tmp_path / "dead.txt").symlink_to(tmp_path / "nowhere")
    errors: list[ImageError] = []
    assert [stamp.path for stamp in scan([tmp_path], on_error=errors.append)] == [str(tmp_path / "a.jpg")]
    expected = [(str(tmp_path / "dead.jpg"), True), (str(tmp_path / "self.jpg"), True)]
    assert [(error.path, error.transient) for error in errors] == expected


def test_pipes_and_sockets_are_reported_and_never_opened(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.jpg")
    monkeypatch.chdir(tmp_path)  # a socket's path may have 107 bytes at most
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.png")
    errors: list[ImageError] = []
    assert list(scan([tmp_path], on_error=errors.append)) == []
    assert [(Path(error.path).name, error.transient) for error in errors] == [
        ("pipe.jpg", False),
        ("socket.png", False),
    ]
    assert "pipe" in errors[0].reason


def test_what_vanishes_during_the_walk_is_reported_and_the_walk_goes_on(tmp_path):
    touch(*(tmp_path / name for name in ("1.jpg", "2.jpg", "3.jpg", "gone/4.jpg", "kept/5.jpg")))
    errors: list[ImageError] = []
    walk = scan([tmp_path], on_error=errors.append)
    names = [Path(next(walk).path).name]
    (tmp_path / "2.jpg").unlink()
    shutil.rmtree(tmp_path / "gone")
    names += [Path(stamp.path).name for stamp in walk]
    assert names == ["1.jpg", "3.jpg", "5.jpg"]
    assert [(Path(error.path).name, error.transient) for error in errors] == [("2.jpg", True), ("gone", True)]


def test_errors_go_to_the_log_where_nobody_asks(tmp_path, caplog):
    (tmp_path / "dead.jpg").symlink_to(tmp_path / "nowhere")
    with caplog.at_level(logging.WARNING, logger="gallery.images.scan"):
        assert list(scan([tmp_path])) == []
    assert "dead.jpg" in caplog.text


def test_folders_nested_deeper_than_python_recurses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    depth = sys.getrecursionlimit() + 100
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    try:
        touch(Path("deep.jpg"))
        assert found(tmp_path) == [f"{tmp_path}{'/d' * depth}/deep.jpg"]
    finally:  # pytest's own clean-up recurses, and would fail in every run to come
        Path("deep.jpg").unlink()
        for _ in range(depth):
            os.chdir("..")
            Path("d").rmdir()


IGNORE_CASES = [
    ("name at any depth", {"": "secret.jpg"}, ["a.jpg", "in/b.jpg"]),
    ("folder", {"": "in/"}, ["a.jpg", "secret.jpg"]),
    ("anchored", {"": "/secret.jpg"}, ["a.jpg", "in/b.jpg", "in/secret.jpg"]),
    ("star", {"": "*.jpg"}, []),
    ("negation", {"": "*.jpg\n!a.jpg"}, ["a.jpg"]),
    ("comments and blanks", {"": "# in/\n\n   \na.jpg\n"}, ["secret.jpg", "in/b.jpg", "in/secret.jpg"]),
    ("file of a subfolder", {"in": "secret.jpg"}, ["a.jpg", "secret.jpg", "in/b.jpg"]),
    ("anchored in a subfolder", {"in": "/b.jpg"}, ["a.jpg", "secret.jpg", "in/secret.jpg"]),
    ("a subfolder takes back", {"": "secret.jpg", "in": "!secret.jpg"}, ["a.jpg", "in/b.jpg", "in/secret.jpg"]),
    ("a folder left out stays out", {"": "in/", "in": "!b.jpg"}, ["a.jpg", "secret.jpg"]),
    ("folder but one file", {"": "in/*\n!in/b.jpg"}, ["a.jpg", "secret.jpg", "in/b.jpg"]),
    ("Windows text file", {"": "\ufeffsecret.jpg\r\nin/\r\n"}, ["a.jpg"]),
]


@pytest.mark.parametrize(("ignores", "expected"), [case[1:] for case in IGNORE_CASES], ids=[c[0] for c in IGNORE_CASES])
def test_ignore_files_speak_gitignore(tmp_path, ignores, expected):
    touch(*(tmp_path / name for name in ("a.jpg", "secret.jpg", "in/b.jpg", "in/secret.jpg")))
    for folder, patterns in ignores.items():
        (tmp_path / folder / ".galleryignore").write_bytes(patterns.encode())
    assert found_below(tmp_path) == expected


def test_ignore_files_reach_through_several_folders(tmp_path):
    touch(tmp_path / "a" / "b" / "c" / "x.jpg", tmp_path / "a" / "b" / "c" / "y.jpg", tmp_path / "other" / "x.jpg")
    (tmp_path / "a" / ".galleryignore").write_text("b/**/x.jpg\n")
    assert found_below(tmp_path) == ["a/b/c/y.jpg", "other/x.jpg"]


def test_ignore_file_does_not_hold_for_a_root_further_down(tmp_path):
    touch(tmp_path / "private" / "a.jpg")
    (tmp_path / ".galleryignore").write_text("private/\n")
    assert found(tmp_path) == []
    assert found(tmp_path, tmp_path / "private") == [str(tmp_path / "private" / "a.jpg")]


@needs_bytes_names
def test_ignore_patterns_may_be_no_utf8(tmp_path):
    names = [b"/\xff.jpg", b"/\xfe.jpg"]
    touch(*(Path(os.fsdecode(os.fsencode(tmp_path) + name)) for name in names))
    (tmp_path / ".galleryignore").write_bytes(b"\xff.jpg\n")
    assert [os.fsencode(path)[-5:] for path in found(tmp_path)] == [b"\xfe.jpg"]


@pytest.mark.parametrize("content", [b"a.jpg\n" * 200_000, b"!\n", None], ids=["too long", "no pattern", "a pipe"])
def test_ignore_file_that_cannot_be_used_is_reported(tmp_path, content):
    touch(tmp_path / "a.jpg")
    ignore = tmp_path / ".galleryignore"
    if content is None:
        os.mkfifo(ignore)
    else:
        ignore.write_bytes(content)
    errors: list[ImageError] = []
    assert [stamp.path for stamp in scan([tmp_path], on_error=errors.append)] == [str(tmp_path / "a.jpg")]
    assert [error.path for error in errors] == [str(ignore)]


BIN_NAMES = [
    *("#recycle", "@Recycle", "$RECYCLE.BIN", "RECYCLER", "#snapshot", "@Recently-Snapshot"),
    *(".Trash", ".Trash-1000", ".Trashes", "System Volume Information", "lost+found", "Catalog Previews.lrdata"),
]


@pytest.mark.parametrize("case", [str, str.lower, str.upper])
@pytest.mark.parametrize("name", BIN_NAMES)
def test_bins_are_passed_over_in_any_case_and_noted(tmp_path: Path, name: str, case: Callable[[str], str]) -> None:
    place = tmp_path / "2023" / case(name)
    touch(tmp_path / "2023" / "a.jpg", place / "S-1-5" / "b.jpg", place / "c.jpg", place / "notes.txt")
    beside = Beside()
    assert [stamp.path for stamp in scan([tmp_path], beside=beside)] == [str(tmp_path / "2023" / "a.jpg")]
    assert beside.passed_over.places == {str(place): Reason.BIN}
    assert beside.passed_over.place_of(str(place / "S-1-5" / "b.jpg")) == str(place)
    assert beside.passed_over.place_of(str(tmp_path / "2023" / "a.jpg")) is None
    assert count_photos(beside.passed_over.of(Reason.BIN), most_folders=10) == 2
    assert count_photos(beside.passed_over.of(Reason.BIN), most_folders=1) == 1


def test_names_that_only_look_like_bins_are_kept(tmp_path: Path) -> None:
    names = ["recycle", "Recycling trip", "snapshot", "lost and found", "originals", "trash", "lrdata", "Masters"]
    touch(*(tmp_path / name / "a.jpg" for name in names))
    assert found_below(tmp_path) == sorted(f"{name}/a.jpg" for name in names)


@pytest.mark.parametrize("originals", ["originals", "Masters"])
def test_of_a_library_of_apple_photos_the_originals_alone_are_photos(tmp_path: Path, originals: str) -> None:
    library = tmp_path / "Pictures" / "Photos Library.photoslibrary"
    derived = library / "resources" / "derivatives" / "masters" / "1" / "1A_4_5005_c.jpeg"
    touch(library / originals / "1" / "1A.jpeg", derived, library / "database" / "x.jpg")
    beside = Beside()
    expected = [str(library / originals / "1" / "1A.jpeg")]
    assert [stamp.path for stamp in scan([tmp_path], beside=beside)] == expected
    assert beside.passed_over.places == {str(library / name): Reason.BIN for name in ("database", "resources")}
    assert found(library) == expected  # named itself, too


def test_a_bin_is_looked_into_where_it_is_named_or_asked_for(tmp_path: Path) -> None:
    touch(tmp_path / "#recycle" / "a.jpg", tmp_path / "@Recycle" / "b.jpg", tmp_path / "x.lrdata" / "c.jpg")
    assert found(tmp_path / "#recycle") == [str(tmp_path / "#recycle" / "a.jpg")]
    asked = scan([tmp_path], include={str(tmp_path): ["#RECYCLE", "*.lrdata"]})
    assert [os.path.relpath(stamp.path, tmp_path) for stamp in asked] == ["#recycle/a.jpg", "x.lrdata/c.jpg"]


def test_what_an_ignore_file_names_is_noted(tmp_path: Path) -> None:
    touch(tmp_path / "private" / "a.jpg", tmp_path / "b.jpg", tmp_path / "b.txt", tmp_path / ".hidden" / "c.jpg")
    (tmp_path / ".galleryignore").write_text("private/\nb.*\n")
    beside = Beside()
    assert list(scan([tmp_path], beside=beside)) == []
    assert beside.passed_over.places == {str(tmp_path / name): Reason.IGNORED for name in ("private", "b.jpg")}


def test_a_walk_reaches_what_nothing_passes_over(tmp_path: Path) -> None:
    names = ("2023/trip", "private/a", "#recycle/2023", ".hidden", "no", "no/yes")
    for name in names:
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    (tmp_path / "link").symlink_to(tmp_path / "2023")
    (tmp_path / ".galleryignore").write_text("private\n/no/*\n")
    (tmp_path / "no" / ".galleryignore").write_text("!yes\n")
    reached = [name for name in (*names, "link", "gone", "") if reaches(str(tmp_path), str(tmp_path / name))]
    assert reached == ["2023/trip", "no", "no/yes", ""]
    assert reaches(str(tmp_path), str(tmp_path / "link"), follow_links=True)
    assert reaches(str(tmp_path), str(tmp_path / "#recycle" / "2023"), Names(["#recycle"]))


def test_names_taken_in_hold_from_their_folder_on(tmp_path: Path) -> None:
    touch(tmp_path / "#recycle" / "a.jpg", tmp_path / "nas" / "#recycle" / "b.jpg")
    stamps = scan([tmp_path], include={str(tmp_path / "nas"): ["#recycle"]})
    assert [stamp.path for stamp in stamps] == [str(tmp_path / "nas" / "#recycle" / "b.jpg")]
