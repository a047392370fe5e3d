"""Albums as folders: real files in, real files out, whatever they are called and whatever is in the way."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gallery.errors import ExportError, UsageError
from gallery.export import WAYS, ExportAction, ExportOptions, ExportResult, How, export_name, export_photos
from gallery.records import Capture, PhotoRecord
from tests.support.exported import BEACH, CAT, DOG, contents, record, sha256

DRY = ExportOptions(dry_run=True)


@pytest.fixture
def photo(tmp_path: Path) -> Callable[..., PhotoRecord]:
    """Writes a file under `photos` and returns its record."""
    return lambda name, content: record(tmp_path / "photos" / name, content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".gallery-export.jsonl")


def actions(results: list[ExportResult]) -> list[str]:
    return [result.action.value for result in results]


@pytest.mark.parametrize("how", WAYS)
def test_second_export_makes_nothing_new(tmp_path: Path, photo: Callable[..., PhotoRecord], how: How) -> None:
    photos = [photo("a/IMG.jpg", BEACH), photo("b/IMG.jpg", CAT), photo("c/img.JPG", DOG)]
    out = tmp_path / "new" / "out"
    expected = {
        "IMG.jpg": BEACH,
        f"IMG-{sha256(CAT)[:8]}.jpg": CAT,
        f"img-{sha256(DOG)[:8]}.JPG": DOG,
    }

    first = list(export_photos(photos, out, ExportOptions(how)))
    assert actions(first) == ["copied" if how == "copy" else "linked"] * 3
    assert [Path(result.target or "").name for result in first] == list(expected)
    assert contents(out) == expected

    # The other way round too: the album's order may change between two exports.
    again = list(export_photos(photos[::-1], out, ExportOptions(how)))
    assert actions(again) == ["already there"] * 3
    assert [result.target for result in again] == [result.target for result in first[::-1]]
    assert contents(out) == expected


def test_each_way_makes_its_kind_of_file(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    beach = photo("beach.jpg", BEACH)
    for how in WAYS:
        list(export_photos([beach], tmp_path / how, ExportOptions(how)))

    original = Path(beach.path).stat()
    copied, hard, symbolic = (tmp_path / how / "beach.jpg" for how in ("copy", "hardlink", "symlink"))
    assert not os.path.samestat(copied.lstat(), original)
    assert os.path.samestat(hard.lstat(), original)
    assert symbolic.readlink() == Path(beach.path)


@pytest.mark.parametrize("how", WAYS)
def test_originals_stay_as_they_are(tmp_path: Path, photo: Callable[..., PhotoRecord], how: How) -> None:
    beach = photo("beach.jpg", BEACH)
    os.utime(beach.path, ns=(1_600_000_000_123_456_789, 1_500_000_000_987_654_321))
    Path(beach.path).chmod(0o640)
    before = Path(beach.path).stat()

    list(export_photos([beach], tmp_path / "out", ExportOptions(how)))

    after = Path(beach.path).stat()
    assert Path(beach.path).read_bytes() == BEACH
    assert names(Path(beach.path).parent) == ["beach.jpg"]
    assert (after.st_mtime_ns, after.st_mode) == (before.st_mtime_ns, before.st_mode)


def test_copy_keeps_times_and_permissions_but_not_setuid(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    beach = photo("beach.jpg", BEACH)
    os.utime(beach.path, ns=(1_600_000_000_000_000_000, 1_500_000_000_000_000_000))
    Path(beach.path).chmod(0o4750)

    list(export_photos([beach], tmp_path / "out"))

    copied = (tmp_path / "out" / "beach.jpg").stat()
    assert copied.st_mtime_ns == 1_500_000_000_000_000_000
    assert stat.S_IMODE(copied.st_mode) == 0o750


def test_different_file_of_the_same_name_is_left_alone(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "BEACH.jpg").write_bytes(b"mine")

    (result,) = export_photos([photo("beach.jpg", BEACH)], out)

    hashed = f"beach-{sha256(BEACH)[:8]}.jpg"
    assert (result.action, result.target) == (ExportAction.COPIED, str(out / hashed))
    assert contents(out) == {"BEACH.jpg": b"mine", hashed: BEACH}


def test_photo_whose_both_names_are_taken_fails(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    hashed = f"beach-{sha256(BEACH)[:8]}.jpg"
    mine = {"beach.jpg": b"mine", hashed: b"mine as well"}
    for name, content in mine.items():
        (out / name).write_bytes(content)

    (result,) = export_photos([photo("beach.jpg", BEACH)], out)

    assert (result.action, result.target) == (ExportAction.FAILED, None)
    assert result.reason == f"different files called beach.jpg and {hashed} are there already"
    assert contents(out) == mine


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("dangling", [True, False])
def test_link_in_the_way_is_never_followed(
    tmp_path: Path, photo: Callable[..., PhotoRecord], how: How, dangling: bool
) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere.jpg"
    out.mkdir()
    if not dangling:
        elsewhere.write_bytes(b"secret")
    (out / "beach.jpg").symlink_to(elsewhere)

    (result,) = export_photos([photo("beach.jpg", BEACH)], out, ExportOptions(how))

    assert result.target == str(out / f"beach-{sha256(BEACH)[:8]}.jpg")
    assert (out / "beach.jpg").readlink() == elsewhere
    assert elsewhere.exists() is not dangling
    assert dangling or elsewhere.read_bytes() == b"secret"


def test_copy_of_the_photo_under_its_hashed_name_is_found_again(
    tmp_path: Path, photo: Callable[..., PhotoRecord]
) -> None:
    photos = [photo("a/IMG.jpg", BEACH), photo("b/IMG.jpg", CAT)]
    list(export_photos(photos, tmp_path / "out"))
    (tmp_path / "out" / "IMG.jpg").unlink()

    (result,) = export_photos(photos[1:], tmp_path / "out")

    assert result.action is ExportAction.THERE
    assert names(tmp_path / "out") == [f"IMG-{sha256(CAT)[:8]}.jpg"]


@pytest.mark.parametrize("how", WAYS)
def test_dry_run_tells_the_same_and_writes_nothing(tmp_path: Path, photo: Callable[..., PhotoRecord], how: How) -> None:
    photos = [photo("a/IMG.jpg", BEACH), photo("b/img.jpg", CAT)]
    out = tmp_path / "deep" / "out"

    planned = list(export_photos(photos, out, ExportOptions(how, dry_run=True)))
    assert not (tmp_path / "deep").exists()
    assert planned == list(export_photos(photos, out, ExportOptions(how)))
    assert actions(list(export_photos(photos, out, ExportOptions(how, dry_run=True)))) == ["already there"] * 2


def test_missing_photo_is_reported_and_the_next_path_is_used(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    gone, moved = photo("gone.jpg", BEACH), photo("here.jpg", CAT)
    Path(gone.path).unlink()
    moved = PhotoRecord("/nowhere/old.jpg", ["/nowhere/old.jpg", moved.path], moved.hash, 4, 3, Capture(), [])

    results = list(export_photos([gone, moved], tmp_path / "out"))

    assert results == [
        ExportResult(gone.path, None, ExportAction.MISSING, "no file of this photo exists any more"),
        ExportResult(moved.paths[1], str(tmp_path / "out" / "here.jpg"), ExportAction.COPIED),
    ]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("dry_run", [True, False])
def test_file_with_other_content_than_was_indexed_is_not_exported(
    tmp_path: Path, photo: Callable[..., PhotoRecord], how: How, dry_run: bool
) -> None:
    beach = photo("beach.jpg", BEACH)
    Path(beach.path).write_bytes(b"a bank statement")

    (result,) = export_photos([beach], tmp_path / "out", ExportOptions(how, dry_run=dry_run))

    assert (result.action, result.target) == (ExportAction.FAILED, None)
    assert result.reason == "changed since it was indexed; run `gallery index` on its folder and export again"
    assert dry_run or contents(tmp_path / "out") == {}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/photos/beach.jpg", "beach.jpg"),
        ("/photos/näh 🏖 [bold].jpg", "näh 🏖 [bold].jpg"),
        ("/photos/a:b\nc.jpg", "a_b_c.jpg"),
        ("/photos/..\\..\\etc\\passwd.jpg", "_.._etc_passwd.jpg"),
        ("/photos/..jpg", "jpg"),
        ("/photos/. .", "photo"),
        ("/photos/-rf.jpg", "_rf.jpg"),
        ("/photos/aux.jpg", "_aux.jpg"),
        ("/photos/CON", "_CON"),
        ("/photos/com1.tar.jpg", "_com1.tar.jpg"),
        ("/photos/console.jpg", "console.jpg"),
        ("/photos/pic.jpg. ", "pic.jpg"),
        ("/photos/\x1b[2Jgpj.\u202eexe", "_[2Jgpj._exe"),
        ("/photos/caf\udce9.jpg", "caf\udce9.jpg"),
        (f"/photos/{'é' * 124}.jpeg", f"{'é' * 124}.jpeg"),
        (f"/photos/{'é' * 125}.jpeg", f"{'é' * 125}.jpeg"),
        (f"/photos/{'é' * 126}.jpeg", f"{'é' * 125}.jpeg"),
        (f"/photos/{'x' * 100}.{'y' * 300}", f"{'x' * 100}.{'y' * 154}"),
    ],
)
def test_names_of_strangers_are_made_harmless(path: str, name: str) -> None:
    assert export_name(path) == name


def test_name_that_is_no_utf8_keeps_its_bytes(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    list(export_photos([photo(os.fsdecode(b"caf\xe9.jpg"), BEACH)], tmp_path / "out"))
    assert [os.fsencode(name) for name in names(tmp_path / "out")] == [b"caf\xe9.jpg"]


def test_longest_names_leave_room_for_the_hash(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    name = "x" * 251 + ".jpg"
    photos = [photo(f"a/{name}", BEACH), photo(f"b/{name}", CAT)]
    list(export_photos(photos, tmp_path / "out"))
    assert contents(tmp_path / "out") == {name: BEACH, f"{'x' * 242}-{sha256(CAT)[:8]}.jpg": CAT}


def test_album_exported_into_the_photos_own_folder_adds_nothing(photo: Callable[..., PhotoRecord]) -> None:
    beach = photo("beach.jpg", BEACH)
    (result,) = export_photos([beach], Path(beach.path).parent)
    assert result.action is ExportAction.THERE
    assert contents(Path(beach.path).parent) == {"beach.jpg": BEACH}


def _limited_export(source: PhotoRecord, out: Path, on_limit: str) -> subprocess.CompletedProcess[str]:
    """Exports in a process that can't write files of more than 1000 bytes."""
    code = f"""
import resource, signal, sys
from pathlib import Path
from gallery.export import export_photos
from gallery.records import Capture, PhotoRecord
signal.signal(signal.SIGXFSZ, signal.{on_limit})
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
photo = PhotoRecord({source.path!r}, [{source.path!r}], {source.hash!r}, 4, 3, Capture(), [])
(result,) = export_photos([photo], Path({str(out)!r}))
print(result.action.value, result.target, result.reason, sep="|")
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_killed_export_leaves_no_half_photo_and_the_next_one_clears_up(
    tmp_path: Path, photo: Callable[..., PhotoRecord]
) -> None:
    beach, out = photo("beach.jpg", BEACH), tmp_path / "out"

    killed = _limited_export(beach, out, "SIG_DFL")
    assert killed.returncode < 0, killed.stderr
    (leftover,) = names(out)
    assert leftover.startswith(".gallery-export-")
    assert (out / leftover).stat().st_size == 1000

    assert actions(list(export_photos([beach], out))) == ["copied"]
    assert contents(out) == {"beach.jpg": BEACH}


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_photo_that_does_not_fit_fails_with_the_reason(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    done = _limited_export(photo("beach.jpg", BEACH), tmp_path / "out", "SIG_IGN")
    assert done.stdout == f"failed|None|can't be exported: {os.strerror(errno.EFBIG)}\n"
    assert names(tmp_path / "out") == []


def test_disk_without_links_gets_whole_copies(
    tmp_path: Path, photo: Callable[..., PhotoRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    photos = [photo("a/IMG.jpg", BEACH), photo("b/IMG.jpg", CAT)]

    assert actions(list(export_photos(photos, tmp_path / "out"))) == ["copied", "copied"]
    assert contents(tmp_path / "out") == {"IMG.jpg": BEACH, f"IMG-{sha256(CAT)[:8]}.jpg": CAT}
    (linked,) = export_photos(photos[:1], tmp_path / "links", ExportOptions("hardlink"))
    assert linked.reason == "can't be hard linked from there to here, as between two disks; export with `copy`"


def test_place_that_is_a_file_is_refused(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    place = tmp_path / "out"
    place.write_bytes(b"mine")
    for out in (place, place / "below"):
        for dry_run in (True, False):
            with pytest.raises(ExportError, match=r"is a file, or lies in one; name a folder$"):
                export_photos([photo("beach.jpg", BEACH)], out, ExportOptions(dry_run=dry_run))
    assert place.read_bytes() == b"mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_place_without_permission_is_refused(tmp_path: Path, photo: Callable[..., PhotoRecord]) -> None:
    (tmp_path / "out").mkdir(mode=0o555)
    with pytest.raises(ExportError, match="can't be written to; choose another"):
        export_photos([photo("beach.jpg", BEACH)], tmp_path / "out")


def test_unknown_way_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^unknown way to export 'move'; choose from copy, hardlink, symlink$"):
        export_photos([], tmp_path, ExportOptions("move"))  # type: ignore[arg-type]
