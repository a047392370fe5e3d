"""Exporting again: only what changed is replaced, only what an export made is removed, and sidecars follow."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gallery.errors import ExportError
from gallery.export import ExportOptions, ExportResult, How, NameTemplate, export_photos, write_archive
from gallery.records import PhotoRecord
from tests.support.exported import BEACH, CAT, DOG, contents, face, record, sha256, told
from tests.support.programs import started

MANIFEST = ".gallery-export.jsonl"
BY_EMOTION = NameTemplate.parse("{emotion}/{stem}")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def exported(photos: Sequence[PhotoRecord], out: Path, **options: object) -> list[ExportResult]:
    return list(export_photos(photos, out, ExportOptions(**options)))  # type: ignore[arg-type]


def cleaned(
    photos: Sequence[PhotoRecord], out: Path, known: Sequence[PhotoRecord], **options: object
) -> list[ExportResult]:
    """Exports with cleanup; `known` are all photos in the database."""

    def originals(digest: str) -> list[str]:
        return [path for photo in known if photo.hash == digest for path in photo.paths]

    return list(export_photos(photos, out, ExportOptions(**options), cleanup=originals))  # type: ignore[arg-type]


def test_template_makes_folders_and_a_second_run_finds_all(library: Path, out: Path) -> None:
    photos = [
        record(library / "a/IMG.jpg", BEACH, face("happy", 0.9)),
        record(library / "b/IMG.jpg", CAT, face("happy", 0.8)),
        record(library / "c/IMG.jpg", DOG, face("sad", 0.8)),
    ]
    hashed = f"happy/IMG-{sha256(CAT)[:8]}.jpg"
    planned = exported(photos, out, name=BY_EMOTION, dry_run=True)
    assert not out.exists()
    assert planned == exported(photos, out, name=BY_EMOTION)
    assert contents(out) == {"happy/IMG.jpg": BEACH, hashed: CAT, "sad/IMG.jpg": DOG}
    assert told(exported(photos, out, name=BY_EMOTION), out) == [
        ("already there", name) for name in ("happy/IMG.jpg", hashed, "sad/IMG.jpg")
    ]


def test_update_replaces_the_version_before_and_nothing_else(library: Path, out: Path) -> None:
    beach, cat = record(library / "beach.jpg", BEACH), record(library / "cat.jpg", CAT)
    exported([beach, cat], out)
    (out / "mine.jpg").write_bytes(b"mine")
    edited = record(library / "beach.jpg", DOG)

    assert told(exported([edited, cat], out, update=True, dry_run=True), out) == [
        ("updated", "beach.jpg"),
        ("already there", "cat.jpg"),
    ]
    assert contents(out)["beach.jpg"] == BEACH
    assert told(exported([edited, cat], out, update=True), out)[0] == ("updated", "beach.jpg")
    assert contents(out) == {"beach.jpg": DOG, "cat.jpg": CAT, "mine.jpg": b"mine"}
    assert (out / "beach.jpg").stat().st_mtime_ns == (library / "beach.jpg").stat().st_mtime_ns
    assert told(exported([edited, cat], out, update=True), out)[0] == ("already there", "beach.jpg")


def test_without_update_the_version_before_stays(library: Path, out: Path) -> None:
    exported([record(library / "beach.jpg", BEACH)], out)
    exported([record(library / "beach.jpg", DOG)], out)
    assert contents(out) == {"beach.jpg": BEACH, f"beach-{sha256(DOG)[:8]}.jpg": DOG}


def test_update_leaves_what_somebody_changed(library: Path, out: Path) -> None:
    exported([record(library / "beach.jpg", BEACH)], out)
    (out / "beach.jpg").write_bytes(b"retouched")
    exported([record(library / "beach.jpg", DOG)], out, update=True)
    assert contents(out) == {"beach.jpg": b"retouched", f"beach-{sha256(DOG)[:8]}.jpg": DOG}


def test_update_leaves_what_another_album_made(library: Path, out: Path) -> None:
    exported([record(library / "beach.jpg", BEACH)], out, album="Summer")
    edited = record(library / "beach.jpg", DOG)
    exported([edited], out, album="Winter", update=True)
    assert contents(out) == {"beach.jpg": BEACH, f"beach-{sha256(DOG)[:8]}.jpg": DOG}


def test_update_of_numbered_names_follows_a_new_order(library: Path, out: Path) -> None:
    beach, cat = record(library / "beach.jpg", BEACH), record(library / "cat.jpg", CAT)
    numbered = NameTemplate.parse("{number:03}")
    exported([beach, cat], out, name=numbered)
    assert told(exported([cat, beach], out, name=numbered, update=True), out) == [
        ("updated", "001.jpg"),
        ("updated", "002.jpg"),
    ]
    assert contents(out) == {"001.jpg": CAT, "002.jpg": BEACH}


def test_update_repairs_links_to_photos_that_moved(library: Path, out: Path) -> None:
    exported([record(library / "old/beach.jpg", BEACH)], out, how="symlink")
    (library / "old/beach.jpg").unlink()
    moved = record(library / "new/beach.jpg", BEACH)
    assert told(exported([moved], out, how="symlink", update=True), out) == [("updated", "beach.jpg")]
    assert (out / "beach.jpg").readlink() == library / "new/beach.jpg"


def test_update_does_not_read_what_looks_the_same(library: Path, out: Path) -> None:
    beach = record(library / "beach.jpg", BEACH)
    exported([beach], out)
    info = (out / "beach.jpg").stat()
    (out / "beach.jpg").write_bytes(b"BEACH" * 1000)
    os.utime(out / "beach.jpg", ns=(info.st_atime_ns, info.st_mtime_ns))
    assert told(exported([beach], out, update=True), out) == [("already there", "beach.jpg")]
    assert told(exported([beach], out), out) == [("copied", f"beach-{sha256(BEACH)[:8]}.jpg")]


@pytest.mark.parametrize("how", ["copy", "hardlink", "symlink"])
def test_cleanup_removes_what_left_the_album_and_empty_folders(library: Path, out: Path, how: How) -> None:
    beach = record(library / "beach.jpg", BEACH, face("happy", 0.9))
    cat = record(library / "cat.jpg", CAT, face("sad", 0.9))
    exported([beach, cat], out, how=how, name=BY_EMOTION)

    planned = cleaned([beach], out, [beach, cat], how=how, name=BY_EMOTION, dry_run=True)
    assert contents(out) == {"happy/beach.jpg": BEACH, "sad/cat.jpg": CAT}
    assert planned == cleaned([beach], out, [beach, cat], how=how, name=BY_EMOTION)
    assert told(planned, out) == [("already there", "happy/beach.jpg"), ("removed", "sad/cat.jpg")]
    assert sorted(path.name for path in out.iterdir()) == [MANIFEST, "happy"]
    assert (library / "cat.jpg").read_bytes() == CAT
    assert told(cleaned([beach], out, [beach, cat], how=how, name=BY_EMOTION), out) == [
        ("already there", "happy/beach.jpg")
    ]


def test_cleanup_follows_a_new_template(library: Path, out: Path) -> None:
    beach = record(library / "beach.jpg", BEACH, face("happy", 0.9))
    exported([beach], out)
    assert told(cleaned([beach], out, [beach], name=BY_EMOTION), out) == [
        ("copied", "happy/beach.jpg"),
        ("removed", "beach.jpg"),
    ]


def test_cleanup_keeps_what_is_not_to_the_byte_ours(library: Path, out: Path) -> None:
    beach, cat, dog = (record(library / f"{n}.jpg", c) for n, c in (("beach", BEACH), ("cat", CAT), ("dog", DOG)))
    out.mkdir()
    (out / "dog.jpg").write_bytes(DOG)  # the user's own copy
    exported([beach, cat, dog], out, name=NameTemplate.parse("{stem}"))
    (out / "beach.jpg").write_bytes(b"retouched")

    results = cleaned([], out, [beach, cat, dog])

    assert [(result.action, result.target, result.reason) for result in results] == [
        ("kept", str(out / "beach.jpg"), "was changed since it was exported"),
        ("removed", str(out / "cat.jpg"), None),
    ]
    assert contents(out) == {"beach.jpg": b"retouched", "dog.jpg": DOG}


@pytest.mark.parametrize("fate", ["forgotten", "deleted", "edited"])
def test_cleanup_never_removes_the_last_copy(library: Path, out: Path, fate: str) -> None:
    beach = record(library / "beach.jpg", BEACH)
    exported([beach], out)
    if fate == "deleted":
        (library / "beach.jpg").unlink()
    if fate == "edited":
        (library / "beach.jpg").write_bytes(DOG)
    # The copy itself may have been indexed: that is no second copy.
    copy = replace(beach, paths=[str(out / "beach.jpg")])

    (result,) = cleaned([], out, [copy] if fate == "forgotten" else [beach])

    assert (result.action, result.reason) == (
        "kept",
        "what it was copied from isn't known or there any more; this may be the last copy",
    )
    assert contents(out) == {"beach.jpg": BEACH}


def test_photo_that_is_away_keeps_its_exported_file(library: Path, out: Path) -> None:
    beach = record(library / "beach.jpg", BEACH, face("happy", 0.9))
    exported([beach], out)
    (library / "beach.jpg").unlink()
    assert told(cleaned([beach], out, [beach], name=BY_EMOTION), out) == [("missing", None)]
    assert contents(out) == {"beach.jpg": BEACH}


def test_cleanup_of_one_album_leaves_the_other(library: Path, out: Path) -> None:
    beach, cat = record(library / "beach.jpg", BEACH), record(library / "cat.jpg", CAT)
    exported([beach], out, album="Summer")
    exported([cat], out, album="Winter")
    assert told(cleaned([], out, [beach, cat], album="Winter"), out) == [("removed", "cat.jpg")]
    assert contents(out) == {"beach.jpg": BEACH}


def test_sidecars_travel_along(library: Path, out: Path) -> None:
    photos = [
        record(library / "a/IMG.jpg", BEACH),
        record(library / "a/IMG.heic", DOG),
        record(library / "b/IMG.jpg", CAT),
    ]
    for name in ("a/IMG.jpg.xmp", "a/IMG.xmp", "b/IMG.XMP"):
        (library / name).write_text(name)
    os.utime(library / "a/IMG.jpg.xmp", ns=(1, 1_500_000_000_000_000_000))
    hashed = f"IMG-{sha256(CAT)[:8]}"

    results = exported(photos, out)

    assert told(results, out) == [
        ("copied", "IMG.jpg"),
        ("copied", "IMG.jpg.xmp"),
        ("copied", "IMG.xmp"),
        ("copied", "IMG.heic"),
        ("already there", "IMG.xmp"),
        ("copied", f"{hashed}.jpg"),
        ("copied", f"{hashed}.XMP"),
    ]
    assert (out / "IMG.jpg.xmp").read_text() == "a/IMG.jpg.xmp"
    assert (out / f"{hashed}.XMP").read_text() == "b/IMG.XMP"
    assert (out / "IMG.jpg.xmp").stat().st_mtime_ns == 1_500_000_000_000_000_000
    assert [result.kind for result in results][:3] == ["photo", "sidecar", "sidecar"]


def test_different_sidecars_of_one_stem_both_arrive(library: Path, out: Path) -> None:
    photos = [record(library / "a/IMG.jpg", BEACH), record(library / "b/IMG.png", CAT)]
    (library / "a/IMG.xmp").write_text("of a")
    (library / "b/IMG.xmp").write_text("of b")
    exported(photos, out)
    assert ((out / "IMG.xmp").read_text(), (out / "IMG.png.xmp").read_text()) == ("of a", "of b")
    (library / "b/IMG.xmp").write_text("new of b")
    assert told(exported(photos[::-1], out, update=True), out) == [
        ("already there", "IMG.png"),
        ("updated", "IMG.png.xmp"),
        ("already there", "IMG.jpg"),
        ("already there", "IMG.xmp"),
    ]


SAYS_RAF = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:SidecarForExtension="RAF"/>'
    "</rdf:RDF></x:xmpmeta>"
)


@pytest.mark.parametrize(
    ("beside", "sidecar", "travels"),
    [
        # A raw file beside the JPEG: it is the raw file's, as for `gallery xmp`.
        (["beach.raf"], "tags", False),
        (["beach.RAF"], SAYS_RAF, False),
        # Whatever else lies there, it says whose it is.
        ([], SAYS_RAF, False),
        (["beach.raf"], SAYS_RAF.replace("RAF", "jpg"), True),
        (["beach.heic"], SAYS_RAF.replace("RAF", "HEIC"), False),
        ([], "tags", True),
        # Nothing says which of the two it belongs to: it isn't left behind.
        (["beach.heic"], "tags", True),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_sidecar_of_the_picture_beside_it_stays_at_home(
    library: Path, out: Path, beside: list[str], sidecar: str, travels: bool, packed: bool
) -> None:
    beach = record(library / "beach.jpg", BEACH)
    (library / "beach.xmp").write_text(sidecar)
    for name in beside:
        (library / name).write_bytes(CAT)
    results = list(write_archive([beach], out)) if packed else exported([beach], out)
    expected = ["beach.jpg", "beach.xmp"] if travels else ["beach.jpg"]
    assert [Path(str(result.target)).name for result in results] == expected


def test_photo_has_a_sidecar_of_its_own_beside_that_of_the_raw_file(library: Path, out: Path) -> None:
    beach = record(library / "beach.jpg", BEACH)
    for name in ("beach.raf", "beach.xmp", "beach.jpg.xmp"):
        (library / name).write_text(name)
    exported([beach], out)
    assert contents(out) == {"beach.jpg": BEACH, "beach.jpg.xmp": b"beach.jpg.xmp"}


def test_changed_sidecar_waits_for_update_and_goes_with_its_photo(library: Path, out: Path) -> None:
    beach = record(library / "beach.jpg", BEACH)
    sidecar = library / "beach.jpg.xmp"
    sidecar.write_text("old")
    exported([beach], out)
    sidecar.write_text("new")

    kept = exported([beach], out)[1]
    assert (kept.action, kept.target, kept.reason) == (
        "kept",
        str(out / "beach.jpg.xmp"),
        "has changed since it was exported; --update brings it up to date",
    )
    assert told(exported([beach], out, update=True), out)[1] == ("updated", "beach.jpg.xmp")
    assert (out / "beach.jpg.xmp").read_text() == "new"
    assert told(cleaned([], out, [beach]), out) == [("removed", "beach.jpg"), ("removed", "beach.jpg.xmp")]
    assert sidecar.read_text() == "new"


def test_sidecar_that_is_a_link_stays_at_home(library: Path, out: Path, tmp_path: Path) -> None:
    beach = record(library / "beach.jpg", BEACH)
    (tmp_path / "key").write_text("secret")
    (library / "beach.jpg.xmp").symlink_to(tmp_path / "key")
    assert told(exported([beach], out), out) == [("copied", "beach.jpg")]


@pytest.mark.parametrize("update", [True, False])
def test_planted_links_lead_nowhere(library: Path, out: Path, tmp_path: Path, update: bool) -> None:
    beach = record(library / "beach.jpg", BEACH, face("happy", 0.9))
    cat = record(library / "cat.jpg", CAT)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    out.mkdir()
    (out / "happy").symlink_to(elsewhere)
    (out / "sad").write_bytes(b"a file")
    dog = record(library / "dog.jpg", DOG, face("sad", 0.9))

    results = exported([beach, cat, dog], out, name=BY_EMOTION, update=update)

    assert [(result.action, result.reason) for result in results] == [
        ("failed", "the folder happy there is a link, which could lead anywhere; take it away"),
        ("copied", None),
        ("failed", "sad there is a file where a folder is needed"),
    ]
    assert list(elsewhere.iterdir()) == []


def test_folder_that_became_a_link_is_not_cleaned_through(library: Path, out: Path, tmp_path: Path) -> None:
    beach = record(library / "beach.jpg", BEACH, face("happy", 0.9))
    exported([beach], out, name=BY_EMOTION)
    (out / "happy").rename(tmp_path / "elsewhere")
    (out / "happy").symlink_to(tmp_path / "elsewhere")
    (result,) = cleaned([], out, [beach], name=BY_EMOTION)
    assert (result.action, result.reason) == ("kept", "a folder on the way to it is a link now")
    assert contents(tmp_path / "elsewhere") == {"beach.jpg": BEACH}


def test_names_in_a_forged_manifest_stay_inside(library: Path, out: Path, tmp_path: Path) -> None:
    beach = record(library / "beach.jpg", BEACH)
    (tmp_path / "victim.jpg").write_bytes(BEACH)
    out.mkdir()
    (out / "notes.txt").write_bytes(CAT)
    ours = {"size": len(BEACH), "mtime_ns": 0, "album": "", "link": None, "hash": sha256(BEACH), "photo": sha256(BEACH)}
    lines: list[object] = [
        {"gallery_export": 1},
        *({"name": name, **ours} for name in ("../victim.jpg", str(tmp_path / "victim.jpg"), "a/../../victim.jpg")),
        *({"name": name, **ours} for name in ("", ".", "\ud800", "x\0y", "x" * 5000)),
        {"name": "notes.txt", **ours, "size": len(CAT), "hash": sha256(CAT)},
        {"name": "notes.txt", **ours, "size": "large"},
        {"folder": ".."},
        {"folder": 3},
        ["name"],
    ]
    text = "\n".join([*map(json.dumps, lines), "[" * 100_000, '{"name": "torn'])
    (out / MANIFEST).write_text(text)

    assert told(cleaned([], out, [beach], update=True), out) == []
    assert (tmp_path / "victim.jpg").read_bytes() == BEACH
    assert contents(out) == {"notes.txt": CAT}


@pytest.mark.parametrize("content", ["", "no JSON", '{"gallery_export": 2}', "\xff"])
def test_foreign_file_in_the_place_of_the_manifest_is_left_alone(library: Path, out: Path, content: str) -> None:
    out.mkdir()
    (out / MANIFEST).write_bytes(content.encode("latin-1"))
    with pytest.raises(ExportError, match=r"is no record of exports that this version can go on with; move it away$"):
        exported([record(library / "beach.jpg", BEACH)], out)
    assert (out / MANIFEST).read_bytes() == content.encode("latin-1")
    assert contents(out) == {}


def test_manifest_that_is_a_second_name_of_another_file_leaves_that_alone(
    library: Path, out: Path, tmp_path: Path
) -> None:
    exported([record(library / "beach.jpg", BEACH)], out)
    before = (out / MANIFEST).read_bytes()
    (tmp_path / "other").hardlink_to(out / MANIFEST)
    exported([record(library / "cat.jpg", CAT)], out)
    assert (tmp_path / "other").read_bytes() == before


def test_folders_that_differ_in_case_are_one(library: Path, out: Path) -> None:
    by_camera = NameTemplate.parse("{camera}/{stem}")
    photos = [
        record(library / "a/IMG.jpg", BEACH, camera="Canon"),
        record(library / "b/img.jpg", CAT, camera="CANON"),
    ]
    planned = exported(photos, out, name=by_camera, dry_run=True)
    assert planned == exported(photos, out, name=by_camera)
    assert contents(out) == {"Canon/IMG.jpg": BEACH, f"Canon/img-{sha256(CAT)[:8]}.jpg": CAT}
    assert told(cleaned([], out, photos), out) == [
        ("removed", "Canon/IMG.jpg"),
        ("removed", f"Canon/img-{sha256(CAT)[:8]}.jpg"),
    ]


def test_full_disk_ends_the_export_and_leaves_no_half_file(
    library: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [record(library / "beach.jpg", BEACH), record(library / "cat.jpg", CAT)]
    results = export_photos(photos, out)
    assert next(results).action == "copied"

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", refuse)
        with pytest.raises(ExportError) as caught:
            next(results)
    assert str(caught.value) == (
        f"{out}: the disk is full; make room and export again: what is there already isn't copied anew"
    )
    assert sorted(path.name for path in out.iterdir()) == [MANIFEST, "beach.jpg"]
    assert told(exported(photos, out), out) == [("already there", "beach.jpg"), ("copied", "cat.jpg")]


def test_place_that_vanishes_ends_the_export(library: Path, out: Path) -> None:
    results = export_photos([record(library / "a.jpg", BEACH), record(library / "b.jpg", CAT)], out)
    next(results)
    out.rename(out.with_name("unplugged"))
    with pytest.raises(ExportError, match=r"is gone: its drive is not connected any more, or it was moved$"):
        next(results)


EXPORTER = """
import sys
from pathlib import Path
from gallery.export import ExportOptions, NameTemplate, export_photos
from gallery.records import Capture, PhotoRecord
photos = []
for line in sys.stdin:
    path, digest = line.split()
    photos.append(PhotoRecord(path, [path], digest, 4, 3, Capture(), []))
for result in export_photos(photos, Path(sys.argv[1]), ExportOptions(name=NameTemplate.parse("{stem}/{number:03}"))):
    print(result.action, flush=True)
"""


@pytest.mark.slow
def test_after_kills_all_is_there_and_known_as_ours(library: Path, out: Path) -> None:
    photos = [
        record(library / f"{n % 5}.jpg" if n < 5 else library / f"{n}/{n % 5}.jpg", b"%d" % n * 9999) for n in range(60)
    ]
    lines = "".join(f"{photo.path} {photo.hash}\n" for photo in photos)
    chance = random.Random(5)
    for _ in range(8):
        command = [sys.executable, "-c", EXPORTER, str(out)]
        with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(lines)
            process.stdin.close()
            for _ in range(chance.randrange(1, 50)):
                process.stdout.readline()
            process.kill()
        assert process.returncode == -signal.SIGKILL
    template = NameTemplate.parse("{stem}/{number:03}")
    last = exported(photos, out, name=template)
    assert {result.action for result in last} <= {"copied", "already there"}
    expected = {f"{n % 5}/{n + 1:03}.jpg": b"%d" % n * 9999 for n in range(60)}
    assert contents(out) == expected
    assert sorted(path.name for path in out.iterdir()) == [MANIFEST, *"01234"]
    removed = cleaned([], out, photos, name=template)
    assert [result.action for result in removed] == ["removed"] * 60
    assert [path.name for path in out.iterdir()] == [MANIFEST]


def test_empty_claim_of_a_killed_export_is_filled(library: Path, out: Path) -> None:
    beach = record(library / "beach.jpg", BEACH)
    exported([beach], out)
    (out / "beach.jpg").write_bytes(b"")  # a disk without links, killed between claiming the name and giving it
    assert told(exported([beach], out), out) == [("updated", "beach.jpg")]
    assert contents(out) == {"beach.jpg": BEACH}


@pytest.mark.parametrize("how", ["hardlink", "symlink"])
def test_sidecars_of_links_are_copies(library: Path, out: Path, how: How) -> None:
    beach = record(library / "beach.jpg", BEACH)
    (library / "beach.xmp").write_text("mine")
    exported([beach], out, how=how)
    (out / "beach.xmp").write_text("edited there")
    assert (library / "beach.xmp").read_text() == "mine"
