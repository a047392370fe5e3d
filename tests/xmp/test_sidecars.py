"""`gallery xmp` over a library: which files, what in them, what when something is wrong with them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from gallery.curation.history import recorded
from gallery.db import schema
from gallery.errors import SidecarError
from gallery.faces import Box
from gallery.images.scan import scan
from gallery.records import FileStamp
from gallery.store.store import LinkPath, Store
from gallery.xmp.packet import Packet
from gallery.xmp.sidecar_file import replace_sidecar
from gallery.xmp.tagging import contents
from tests.support.cli_gallery import ODD_NAMES, Gallery, fill
from tests.support.disk import small_disk
from tests.support.make import DETECTOR, MODEL, face
from tests.support.sidecars import DARKTABLE, DIGIKAM, EMBEDDED, LIGHTROOM, STYLES
from tests.support.terminal import run_in_terminal


@pytest.fixture
def photo(gallery: Gallery) -> Path:
    """One photo, `a.jpg`, with a happy face from (32, 24) to (96, 72) in 320 x 240 pixels."""
    return Path(gallery.add("a.jpg", face("happy", 0.93, where=Box(32, 24, 96, 72))))


def beside(photo: Path) -> Path:
    return photo.with_name(f"{photo.name}.xmp")


def written(sidecar: Path) -> dict[str, list[str]]:
    found = contents(Packet(sidecar.read_bytes(), str(sidecar)))
    return {str(one): texts for one, texts in found.items()}


def subjects(sidecar: Path) -> list[str]:
    return written(sidecar)["dc:subject"]


def state_of(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_mode) for file in files}


def say(gallery: Gallery, photo: Path, emotion: str | None, where: Box) -> None:
    """A person says what a face shows, or with None that it is none."""
    sides = {"left": where.left, "top": where.top, "right": where.right, "bottom": where.bottom}
    kind = "not_face" if emotion is None else "emotion"
    row = {"hash": gallery.hash(str(photo)), "kind": kind, "emotion": emotion, "said_at": datetime.now(UTC), **sides}
    with Store.open(gallery.db) as store, recorded(store, "labelled") as recorder:
        recorder.insert(schema.label, [row])


def rows(gallery: Gallery) -> dict[Path, dict[str, object]]:
    with sqlite3.connect(gallery.db) as db:
        found = db.execute("SELECT path, written FROM sidecar").fetchall()
    return {Path(os.fsdecode(path)): json.loads(text) for path, text in found}


def forget(gallery: Gallery) -> None:
    """As a database on another machine, which knows the photos but nothing of their sidecars."""
    with sqlite3.connect(gallery.db) as db:
        db.execute("DELETE FROM sidecar")
    db.close()


def test_every_emotion_shown_is_written_and_nothing_else_is_touched(gallery: Gallery) -> None:
    photos = fill(gallery)
    before = state_of(gallery.photos)
    done = gallery.run("xmp", "write")
    sidecars = {name: beside(Path(path)) for name, path in photos.items()}
    assert (done.exit_code, done.stderr) == (0, "3 files: 2 created, 1 without an emotion to write\n")
    assert done.stdout == f"{sidecars['beach']}\n{sidecars['group']}\n"
    assert written(sidecars["group"]) == {
        "digiKam:TagsList": ["Emotion/happy", "Emotion/sad"],
        "lr:hierarchicalSubject": ["Emotion|happy", "Emotion|sad"],
        "dc:subject": ["happy", "sad"],
        # 10 / 320, 20 / 240, 60 / 320, 80 / 240 and so on; the third face is uncertain.
        "gallery:Faces": [
            "happy 0.8500 model 0.03125,0.08333,0.18750,0.33333",
            "sad 0.7000 model 0.34375,0.08333,0.50000,0.33333",
        ],
    }
    after = state_of(gallery.photos)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {str(sidecars["beach"]), str(sidecars["group"])}
    assert [stamp.path for stamp in scan([gallery.photos])] == sorted(photos.values())


def test_a_second_run_changes_nothing_and_clear_leaves_nothing(gallery: Gallery) -> None:
    fill(gallery)
    before = state_of(gallery.photos)
    gallery.run("xmp", "write")
    first = state_of(gallery.photos)
    again = gallery.run("xmp", "write")
    assert (again.stdout, again.stderr) == ("", "3 files: 2 unchanged, 1 without an emotion to write\n")
    assert state_of(gallery.photos) == first
    cleared = gallery.run("xmp", "clear")
    assert (cleared.exit_code, cleared.stderr) == (0, "3 files: 2 removed, 1 with nothing of ours\n")
    assert (state_of(gallery.photos), rows(gallery)) == (before, {})


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["a.jpg.xmp", "a.xmp", "a.XMP"])
def test_sidecar_of_another_program_is_edited_and_as_before_after_clear(
    gallery: Gallery, photo: Path, style: str, name: str
) -> None:
    sidecar = photo.with_name(name)
    sidecar.write_bytes(STYLES[style])
    sidecar.chmod(0o640)
    assert gallery.run("xmp", "write").stdout == f"{sidecar}\n"
    assert "happy" in subjects(sidecar)
    assert not beside(photo).exists() or name == "a.jpg.xmp"
    assert sidecar.stat().st_mode & 0o777 == 0o640
    assert gallery.run("xmp", "clear").stdout == f"{sidecar}\n"
    assert (sidecar.read_bytes(), sidecar.stat().st_mode & 0o777) == (STYLES[style], 0o640)
    assert rows(gallery) == {}


def test_a_corrected_face_loses_its_old_emotion_and_keeps_the_words_of_others(gallery: Gallery, photo: Path) -> None:
    sidecar = photo.with_name("a.xmp")
    sidecar.write_bytes(LIGHTROOM.encode())  # has a `happy` of its own
    gallery.run("xmp", "write")
    say(gallery, photo, "sad", Box(32, 24, 96, 72))
    assert gallery.run("xmp", "diff").stdout == (
        f"{sidecar}\t-\tdigiKam:TagsList\tEmotion/happy\n"
        f"{sidecar}\t+\tdigiKam:TagsList\tEmotion/sad\n"
        f"{sidecar}\t-\tlr:hierarchicalSubject\tEmotion|happy\n"
        f"{sidecar}\t+\tlr:hierarchicalSubject\tEmotion|sad\n"
        f"{sidecar}\t+\tdc:subject\tsad\n"
        f"{sidecar}\t-\tgallery:Faces\thappy 0.9300 model 0.10000,0.10000,0.30000,0.30000\n"
        f"{sidecar}\t+\tgallery:Faces\tsad 1.0000 person 0.10000,0.10000,0.30000,0.30000\n"
    )
    gallery.run("xmp", "write")
    assert subjects(sidecar) == ["Ana", "People", "happy", "sad"]
    assert written(sidecar)["digiKam:TagsList"] == ["People/Ana", "happy", "Emotion/sad"]
    gallery.run("xmp", "clear")
    assert sidecar.read_bytes() == LIGHTROOM.encode()


def test_a_rejected_face_takes_its_tags_along(gallery: Gallery, photo: Path) -> None:
    gallery.run("xmp", "write")
    say(gallery, photo, None, Box(32, 24, 96, 72))
    assert gallery.run("xmp", "write").stderr == "1 file: 1 removed\n"
    assert not beside(photo).exists()


def test_which_emotions_are_written_does_not_hang_on_the_query(gallery: Gallery) -> None:
    group = Path(fill(gallery)["group"])
    gallery.run("xmp", "write", "-e", "fear", "--min-score", "0.3")
    assert subjects(beside(group)) == ["happy", "sad"]
    assert [path.name for path in gallery.photos.glob("*.xmp")] == ["group.jpg.xmp"]


def test_clear_goes_by_a_query_as_well(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("xmp", "write")
    assert gallery.run("xmp", "clear", "-e", "sad").stderr == "1 file: 1 removed\n"
    assert [path.name for path in gallery.photos.glob("*.xmp")] == ["beach.jpg.xmp"]


def test_dry_runs_and_diff_write_nothing(gallery: Gallery, photo: Path) -> None:
    sidecar = photo.with_name("a.xmp")
    sidecar.write_bytes(DARKTABLE.encode())
    before = state_of(gallery.photos)
    done = gallery.run("xmp", "write", "-n")
    assert (done.stdout, done.stderr) == (f"{sidecar}\n", "dry run, nothing was written: 1 file: 1 changed\n")
    gallery.run("xmp", "diff")
    assert (state_of(gallery.photos), rows(gallery)) == (before, {})
    gallery.run("xmp", "write")
    between, noted = state_of(gallery.photos), rows(gallery)
    assert gallery.run("xmp", "clear", "-n").stdout == f"{sidecar}\n"
    assert (state_of(gallery.photos), rows(gallery)) == (between, noted)


def test_json_tells_each_file_with_what_was_put_in_and_taken_out(gallery: Gallery, photo: Path) -> None:
    done = json.loads(gallery.run("xmp", "write", "--json").stdout)
    assert done == [
        {
            "photo": str(photo),
            "sidecar": str(beside(photo)),
            "action": "created",
            "reason": None,
            "replaced": False,
            "added": [
                {"property": "digiKam:TagsList", "value": "Emotion/happy"},
                {"property": "lr:hierarchicalSubject", "value": "Emotion|happy"},
                {"property": "dc:subject", "value": "happy"},
                {"property": "gallery:Faces", "value": "happy 0.9300 model 0.10000,0.10000,0.30000,0.30000"},
            ],
            "removed": [],
        }
    ]


def test_terminal_sees_the_changes_and_the_sum(gallery: Gallery, photo: Path) -> None:
    code, seen = run_in_terminal(gallery, "xmp", "diff", NO_COLOR="1", TERM="dumb")
    assert code == 0
    assert f"{beside(photo)}  created" in seen
    assert "  + dc:subject  happy" in seen
    assert "dry run, nothing was written: 1 file: 1 created" in seen
    code, seen = run_in_terminal(gallery, "xmp", "write", NO_COLOR="1", TERM="dumb")
    assert (code, "1 file: 1 created" in seen, str(photo) in seen) == (0, True, False)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_survived(gallery: Gallery, name: str) -> None:
    photo = Path(gallery.add(name, face()))
    done = gallery.run("xmp", "write", "-0")
    assert (done.exit_code, done.stdout_bytes) == (0, os.fsencode(beside(photo)) + b"\0")
    assert gallery.run("xmp", "clear").exit_code == 0
    assert not beside(photo).exists()


def test_every_file_of_a_photo_gets_a_sidecar(gallery: Gallery, photo: Path) -> None:
    copy = photo.with_name("copy.jpg")
    copy.write_bytes(photo.read_bytes())
    _link(gallery, copy)
    assert gallery.run("xmp", "write").stdout == f"{beside(photo)}\n{beside(copy)}\n"
    photo.unlink()
    again = gallery.run("xmp", "write")
    gone = f"missing: {photo}: no such file any more; its drive may not be connected\n"
    assert (again.exit_code, again.stderr) == (0, f"{gone}2 files: 1 unchanged, 1 missing\n")
    gallery.run("xmp", "clear")
    assert not list(gallery.photos.glob("*.xmp"))


def _link(gallery: Gallery, copy: Path) -> None:
    info = copy.stat()
    with sqlite3.connect(gallery.db) as db:
        db.execute(
            "INSERT INTO path (content_id, path, size, mtime_ns) SELECT content_id, ?, ?, ? FROM path LIMIT 1",
            (os.fsencode(copy), info.st_size, info.st_mtime_ns),
        )
    db.close()


@pytest.mark.parametrize(
    ("others", "names_suffix", "chosen"),
    [
        ([], None, "a.xmp"),
        (["a.mov", "a.txt"], None, "a.xmp"),
        (["a.RAF"], None, "a.jpg.xmp"),
        (["a.png"], None, "a.jpg.xmp"),
        (["a.RAF"], "JPG", "a.xmp"),
        ([], "RAF", "a.jpg.xmp"),
        (["a.jpg.xmp"], None, "a.jpg.xmp"),
    ],
)
def test_whose_sidecar_a_stem_xmp_is(
    gallery: Gallery, photo: Path, others: list[str], names_suffix: str | None, chosen: str
) -> None:
    said = LIGHTROOM.replace('"JPG"', f'"{names_suffix}"') if names_suffix else DARKTABLE
    sidecar = photo.with_name("a.xmp")
    sidecar.write_text(said)
    for name in others:
        photo.with_name(name).write_text(DARKTABLE)
    assert gallery.run("xmp", "write").stdout == f"{photo.with_name(chosen)}\n"
    assert (sidecar.read_text() == said) == (chosen != "a.xmp")
    gallery.run("xmp", "clear")
    assert sidecar.read_text() == said


def test_folder_of_the_same_name_claims_no_sidecar(gallery: Gallery, photo: Path) -> None:
    photo.with_name("a").mkdir()
    photo.with_name("a.xmp").write_text(DARKTABLE)
    assert gallery.run("xmp", "write").stdout == f"{photo.with_name('a.xmp')}\n"


def test_sidecar_named_after_a_whole_name_is_not_taken_for_that_of_a_longer_one(gallery: Gallery) -> None:
    short, long = (Path(gallery.add(name, face(), seed=n)) for n, name in enumerate(("a.jpg", "a.jpg.jpg")))
    beside(short).write_text(DARKTABLE)
    assert gallery.run("xmp", "write", "--path", long).stdout == f"{beside(long)}\n"
    assert beside(short).read_text() == DARKTABLE


def test_tags_left_in_a_file_that_became_anothers_are_taken_out(gallery: Gallery, photo: Path) -> None:
    sidecar = photo.with_name("a.xmp")
    sidecar.write_text(DARKTABLE)
    gallery.run("xmp", "write")
    photo.with_name("a.raf").write_text("raw")
    assert gallery.run("xmp", "write").stdout == f"{beside(photo)}\n{sidecar}\n"
    assert sidecar.read_text() == DARKTABLE
    assert subjects(beside(photo)) == ["happy"]


def test_edited_by_another_program_since_only_ours_goes(gallery: Gallery, photo: Path) -> None:
    sidecar = photo.with_name("a.xmp")
    sidecar.write_text(DIGIKAM)
    gallery.run("xmp", "write")
    sidecar.write_text(sidecar.read_text().replace('Rating="3"', 'Rating="5"'))
    say(gallery, photo, "sad", Box(32, 24, 96, 72))
    gallery.run("xmp", "write")
    assert subjects(sidecar) == ["Zoë & Ana", "beach", "sad"]
    gallery.run("xmp", "clear")
    assert sidecar.read_text() == DIGIKAM.replace('Rating="3"', 'Rating="5"')


def test_an_original_that_was_kept_does_not_undo_what_others_changed_since(gallery: Gallery, photo: Path) -> None:
    sidecar = photo.with_name("a.xmp")
    sidecar.write_bytes(STYLES["empty lists"])
    gallery.run("xmp", "write")
    assert [row["original"] is not None for row in rows(gallery).values()] == [True]
    sidecar.write_text(sidecar.read_text().replace("</rdf:RDF>", f"{_RATING}</rdf:RDF>"))
    gallery.run("xmp", "clear")
    assert _RATING in sidecar.read_text()
    assert not any(written(sidecar).values())


def test_new_sidecar_in_which_another_program_noted_something_stays(gallery: Gallery, photo: Path) -> None:
    gallery.run("xmp", "write")
    text = beside(photo).read_text()
    beside(photo).write_text(text.replace("</rdf:RDF>", f"{_RATING}</rdf:RDF>"))
    assert gallery.run("xmp", "clear").stderr == "1 file: 1 changed\n"
    assert _RATING in beside(photo).read_text()
    assert not any(written(beside(photo)).values())


_RATING = '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="2"/>'


@pytest.mark.parametrize("style", ["digikam", "lightroom", "darktable", None])
def test_database_of_another_machine_clears_to_the_byte_as_well(
    gallery: Gallery, photo: Path, style: str | None
) -> None:
    if style:
        beside(photo).write_bytes(STYLES[style])
    before = state_of(gallery.photos)
    gallery.run("xmp", "write")
    forget(gallery)
    assert gallery.run("xmp", "write").stderr == "1 file: 1 unchanged\n"
    forget(gallery)
    assert gallery.run("xmp", "clear").exit_code == 0
    assert {name: found[0] for name, found in state_of(gallery.photos).items()} == {
        name: found[0] for name, found in before.items()
    }


def test_program_that_drops_our_namespace_does_not_make_old_emotions_stay(gallery: Gallery, photo: Path) -> None:
    beside(photo).write_text(DIGIKAM)
    gallery.run("xmp", "write")
    text = DIGIKAM
    for emotion in ("Emotion/happy", "Emotion|happy", "happy"):
        text = text.replace("<rdf:li>beach</rdf:li>\n", f"<rdf:li>beach </rdf:li><rdf:li>{emotion}</rdf:li>\n", 1)
    beside(photo).write_text(text.replace("beach ", "beach"))
    say(gallery, photo, "sad", Box(32, 24, 96, 72))
    gallery.run("xmp", "write")
    assert subjects(beside(photo)) == ["Zoë & Ana", "beach", "sad"]
    gallery.run("xmp", "clear")
    assert beside(photo).read_text() == DIGIKAM


def test_sidecar_put_back_from_a_copy_is_left_as_it_is(gallery: Gallery, photo: Path) -> None:
    beside(photo).write_text(LIGHTROOM)
    gallery.run("xmp", "write")
    beside(photo).write_text(LIGHTROOM)
    assert gallery.run("xmp", "clear").stderr == "1 file: 1 with nothing of ours\n"
    assert (beside(photo).read_text(), rows(gallery)) == (LIGHTROOM, {})


def test_clear_without_a_query_finds_sidecars_of_photos_that_are_gone(gallery: Gallery, photo: Path) -> None:
    gallery.run("xmp", "write")
    with Store.open(gallery.db) as store:
        store.mark_missing([str(photo)])
    photo.unlink()
    assert gallery.run("xmp", "clear", "-e", "happy").stderr == "no photo matches\n"
    assert gallery.run("xmp", "clear").stderr == "1 file: 1 removed\n"
    assert (list(gallery.photos.iterdir()), rows(gallery)) == ([], {})


def test_photo_and_sidecar_renamed_together_are_cleared(gallery: Gallery, photo: Path) -> None:
    gallery.run("xmp", "write")
    moved = photo.rename(photo.with_name("b.jpg"))
    beside(photo).rename(beside(moved))
    with sqlite3.connect(gallery.db) as db:
        db.execute("UPDATE path SET path = ?", (os.fsencode(moved),))
    db.close()
    assert gallery.run("xmp", "clear").exit_code == 0
    assert ([path.name for path in gallery.photos.iterdir()], rows(gallery)) == (["b.jpg"], {})


def _broken(sidecar: Path) -> str:
    sidecar.write_text(DIGIKAM[:500])
    return "is broken XML (*); the file was left alone"


def _not_xmp(sidecar: Path) -> str:
    sidecar.write_text("<html/>")
    return "is XML, but no XMP; the file was left alone"


def _bomb(sidecar: Path) -> str:
    sidecar.write_text('<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + DIGIKAM)
    return "declares a document type, which no XMP has; the file was left alone"


def _control(sidecar: Path) -> str:
    sidecar.write_text(DIGIKAM.replace("beach", "be\x02ach"))
    return "is broken XML (*); the file was left alone"


def _folder(sidecar: Path) -> str:
    sidecar.mkdir()
    return "is a folder; it was left alone"


def _link_elsewhere(sidecar: Path) -> str:
    sidecar.with_name("precious.txt").write_text(DIGIKAM)
    sidecar.symlink_to(sidecar.with_name("precious.txt"))
    return "is a link; it was left alone"


def _dead_link(sidecar: Path) -> str:
    sidecar.symlink_to(sidecar.with_name("nowhere"))
    return "is a link; it was left alone"


def _huge(sidecar: Path) -> str:
    with sidecar.open("wb") as file:
        file.truncate(100_000_000)
    return "is larger than 10 MB, as no sidecar is; it was left alone"


def _locked(sidecar: Path) -> str:
    sidecar.write_text(DIGIKAM)
    sidecar.chmod(0o444)
    return "may not be written; it was left alone"


def _pipe(sidecar: Path) -> str:
    os.mkfifo(sidecar)
    return "is no file; it was left alone"


HOSTILE = (_broken, _not_xmp, _bomb, _control, _folder, _link_elsewhere, _dead_link, _huge, _locked, _pipe)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and links of this kind")
@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_sidecar_that_cannot_be_edited_is_left_alone_and_the_others_are_written(
    gallery: Gallery, photo: Path, make: object
) -> None:
    other = Path(gallery.add("b.jpg", face(), seed=2))
    reason = make(beside(photo))  # type: ignore[operator]
    before = _names_and_digests(gallery.photos)
    done = gallery.run("xmp", "write", "--sort", "path")
    assert (done.exit_code, done.stdout) == (1, f"{beside(other)}\n")
    start, _, end = reason.partition("*")
    said, summary = done.stderr.splitlines()
    assert said.startswith(f"failed: {beside(photo)}: {start}")
    assert said.endswith(end)
    assert summary == "2 files: 1 created, 1 failed"
    after = _names_and_digests(gallery.photos)
    assert after.pop(str(beside(other)))
    assert after == before
    assert rows(gallery).keys() == {beside(other)}


def _names_and_digests(folder: Path) -> dict[str, object]:
    return {
        str(path): path.readlink()
        if path.is_symlink()
        else path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
    }


@pytest.mark.parametrize("command", [["write"], ["write", "-n"], ["diff"]])
def test_folder_that_may_not_be_written_stays_as_it_is(gallery: Gallery, photo: Path, command: list[str]) -> None:
    gallery.photos.chmod(0o555)
    try:
        done = gallery.run("xmp", *command)
    finally:
        gallery.photos.chmod(0o755)
    assert done.exit_code == 1
    assert f"failed: {beside(photo)}: its folder may not be written; nothing was changed there\n" in done.stderr
    assert (list(gallery.photos.iterdir()), rows(gallery)) == ([photo], {})


def test_full_disk_leaves_sidecar_and_note_as_they_were(gallery: Gallery, photo: Path) -> None:
    sidecar = photo.with_name("a.xmp")
    sidecar.write_text(DIGIKAM)
    gallery.run("xmp", "write")
    noted = rows(gallery)
    say(gallery, photo, "sad", Box(32, 24, 96, 72))
    size = gallery.db.stat().st_size
    sidecar.write_text(sidecar.read_text() + "\n" * (2 * size))
    before = state_of(gallery.photos)
    with small_disk(size + size // 2):
        done = gallery.run("xmp", "write")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"failed: {sidecar}: can't be written (File too large); it was left alone\n1 file: 1 failed\n"
    assert (state_of(gallery.photos), rows(gallery)) == (before, noted)


def test_sidecar_changed_just_now_by_another_program_is_not_overwritten(tmp_path: Path) -> None:
    sidecar = tmp_path / "a.xmp"
    sidecar.write_bytes(b"newer")
    for before, after in ((b"older", b"ours"), (None, b"ours"), (b"older", None)):
        with pytest.raises(SidecarError, match="changed by another program just now"):
            replace_sidecar(sidecar, before, after)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"newer"]


def test_photo_replaced_since_it_was_indexed_is_not_tagged(gallery: Gallery, photo: Path) -> None:
    Image.new("RGB", (8, 8)).save(photo)
    done = gallery.run("xmp", "write")
    reason = "changed since it was indexed; run `gallery index` on its folder and write again"
    assert (done.exit_code, done.stderr) == (1, f"failed: {photo}: {reason}\n1 file: 1 failed\n")
    assert not beside(photo).exists()


def test_photo_that_was_only_touched_is_tagged(gallery: Gallery, photo: Path) -> None:
    os.utime(photo, ns=(1, 1))
    assert gallery.run("xmp", "write").exit_code == 0
    assert subjects(beside(photo)) == ["happy"]


def test_keywords_in_the_photo_are_not_hidden_by_its_new_sidecar(gallery: Gallery, photo: Path) -> None:
    Image.open(photo).save(photo, xmp=EMBEDDED)
    _reindexed(gallery, photo)
    gallery.run("xmp", "write")
    assert written(beside(photo))["digiKam:TagsList"] == ["lake", "Emotion/happy"]
    assert subjects(beside(photo)) == ["lake", "happy"]
    gallery.run("xmp", "clear")
    assert not beside(photo).exists()


def test_broken_metadata_in_a_photo_counts_as_none_and_is_told(gallery: Gallery, photo: Path) -> None:
    Image.open(photo).save(photo, xmp=b"<broken")
    _reindexed(gallery, photo)
    done = gallery.run_process("xmp", "write")
    assert (done.returncode, subjects(beside(photo))) == (0, ["happy"])
    assert done.stderr.decode().startswith(f"warning: {photo}: the metadata in the photo is broken XML")


def _reindexed(gallery: Gallery, photo: Path) -> None:
    info = photo.stat()
    with sqlite3.connect(gallery.db) as db:
        db.execute("UPDATE path SET size = ?, mtime_ns = ?", (info.st_size, info.st_mtime_ns))
        db.execute("UPDATE content SET hash = ?", (gallery.hash(str(photo)),))
    db.close()


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"added": 1, "carried": {}, "written": "", "original": null}'])
def test_damaged_record_is_an_error_that_names_the_sidecar(gallery: Gallery, photo: Path, damage: str) -> None:
    gallery.run("xmp", "write")
    with sqlite3.connect(gallery.db) as db:
        db.execute("UPDATE sidecar SET written = ?", (damage,))
    db.close()
    done = gallery.run("xmp", "clear")
    assert done.exit_code == 1
    assert f"the record of what was written into {beside(photo)} is damaged" in done.stderr
    assert subjects(beside(photo)) == ["happy"]


def test_without_a_database_nothing_is_written(gallery: Gallery) -> None:
    done = gallery.run("xmp", "write")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no database there yet" in done.stderr


def test_folder_of_photos_that_is_gone_is_no_failure(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("xmp", "write")
    shutil.rmtree(gallery.photos)
    done = gallery.run("xmp", "clear")
    assert (done.exit_code, done.stderr) == (0, "2 files: 2 with nothing of ours\n")
    assert rows(gallery) == {}


def also_known(gallery: Gallery, photo: Path, path: Path) -> Path:
    """Notes another path of the photo, as the indexer does."""
    link = LinkPath(FileStamp.of(str(path), path.stat()), gallery.hash(str(photo)))
    with Store.open(gallery.db) as store:
        store.write([link], model=MODEL, detector=DETECTOR)
    return path


@pytest.mark.parametrize("way", ["symbolic link", "hard link", "linked folder"])
def test_a_file_that_several_paths_lead_to_has_one_sidecar(gallery: Gallery, photo: Path, way: str) -> None:
    link = gallery.photos / "0 best" / "a.jpg"
    if way == "linked folder":
        link.parent.symlink_to(gallery.photos)
    else:
        link.parent.mkdir()
        link.symlink_to(photo) if way == "symbolic link" else link.hardlink_to(photo)
    also_known(gallery, photo, link)
    done = gallery.run("xmp", "write")
    assert done.stderr == "1 file: 1 created\n"
    assert len(list(gallery.folder.rglob("*.xmp"))) == 1
    assert beside(photo).exists() == (way != "hard link")
    gallery.run("xmp", "clear")
    assert list(gallery.folder.rglob("*.xmp")) == []


def test_of_hard_links_that_with_a_sidecar_keeps_it(gallery: Gallery, photo: Path) -> None:
    link = gallery.photos / "0.jpg"
    link.hardlink_to(photo)
    also_known(gallery, photo, link)
    beside(photo).write_text(DIGIKAM, encoding="utf-8")
    assert gallery.run("xmp", "write").stderr == "1 file: 1 changed\n"
    assert not beside(link).exists()


def test_a_sidecar_that_an_earlier_version_wrote_beside_a_link_is_taken_away(gallery: Gallery, photo: Path) -> None:
    link = gallery.photos / "0 link.jpg"
    shutil.copyfile(photo, link)
    also_known(gallery, photo, link)
    gallery.run("xmp", "write")
    link.unlink()
    link.symlink_to(photo)
    assert (beside(link).exists(), beside(photo).exists()) == (True, True)
    assert gallery.run("xmp", "write").exit_code == 0
    assert (beside(link).exists(), beside(photo).exists()) == (False, True)


def test_the_one_sidecar_is_not_taken_for_two_where_its_folder_has_two_names(gallery: Gallery, photo: Path) -> None:
    other = gallery.folder / "other"
    shutil.copytree(gallery.photos, other)
    also_known(gallery, photo, other / "a.jpg")
    gallery.run("xmp", "write")
    shutil.rmtree(other)
    other.symlink_to(gallery.photos)
    assert gallery.run("xmp", "write").exit_code == 0
    assert subjects(beside(photo)) == ["happy"]
