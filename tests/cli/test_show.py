"""`gallery show`: the card of a photo, and its faces drawn on a copy."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.records import Capture, FileStamp
from gallery.store.changes import LinkPath, NewVersion, apply
from gallery.store.store import Fail, Store
from tests.support import exif_blocks
from tests.support.cli_gallery import Gallery, fill
from tests.support.exif_blocks import DATE_TIME, ORIGINAL
from tests.support.make import face, open_store, stamp
from tests.support.terminal import run_in_terminal


def test_card_tells_all_that_is_known(gallery: Gallery) -> None:
    beach = fill(gallery)["beach"]
    done = gallery.run("show", beach)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (
        done.stdout
        == f"""{beach}
size    320 x 240
taken   2023-06-01 12:30:00+02:00 (from its EXIF)
camera  Canon EOS
place   48.85838, 2.29448
hash    {gallery.hash(beach)}
faces   1

face 1  happy 0.93  from 100,50 to 180,150  confidence 0.99
  angry    0.01{" "}
  disgust  0.01{" "}
  fear     0.01{" "}
  happy    0.93 ██████████████████████
  sad      0.01{" "}
  surprise 0.01{" "}
  neutral  0.01{" "}
"""
    )


def test_confidence_is_the_same_in_show_and_why(gallery: Gallery) -> None:
    path = gallery.add("sure.jpg", face("happy", confidence=0.9996))
    assert "  confidence 0.99\n" in gallery.run("show", path).stdout
    assert "  + confidence 0.99, min_confidence asks for 0.95\n" in gallery.run("why", path).stdout


def test_json_is_one_object_like_those_of_search(gallery: Gallery) -> None:
    group = fill(gallery)["group"]
    done = gallery.run("show", group, "--json")
    assert json.loads(done.stdout) == json.loads(gallery.run("search", "--faces", "3", "--json").stdout)[0]


def test_each_file_tells_of_itself_where_files_differ(gallery: Gallery) -> None:
    """A copy that another program dated and placed is the same photo; either file has its own word."""
    first = Path(gallery.add("a.jpg"))
    other = first.with_name("b.jpg")
    other.write_bytes(first.read_bytes() + b"dated")
    told = Capture(datetime(2001, 2, 3, 4, 5, 6), None, "exif", "Nikon", 52.0, 13.0)
    untold = Capture(datetime(2024, 5, 6, 7, 8, 9), None, "file")
    version = NewVersion(gallery.hash(str(first)), None, told)
    link = LinkPath(FileStamp.of(str(other), other.stat()), gallery.hash(str(other)), version=version)
    with Store.open(gallery.db) as store, store.write_connection() as connection:
        connection.execute(update(schema.content).values(asdict(untold)))
        apply(connection, [link], model_id=1, detector="")
    card = gallery.run("show", first).stdout
    assert card.splitlines()[:5] == [
        f"{first}",
        f"also    {other}",
        "size    320 x 240",
        "taken   2001-02-03 04:05:06 (from its EXIF)",
        "camera  Nikon",
    ]
    assert (
        f"""
in {first}
  taken   2024-05-06 07:08:09 (time of the file; the photo itself has none)

in {other}
  taken   2001-02-03 04:05:06 (from its EXIF)
  camera  Nikon
  place   52.00000, 13.00000
"""
        in card
    )
    nowhere = {"camera": None, "latitude": None, "longitude": None}
    files = [
        {"path": str(other), "hash": gallery.hash(str(other)), "taken_at": "2001-02-03T04:05:06"}
        | {"camera": "Nikon", "latitude": 52.0, "longitude": 13.0},
        {"path": str(first), "hash": gallery.hash(str(first)), "taken_at": "2024-05-06T07:08:09"} | nowhere,
    ]
    assert json.loads(gallery.run("show", other, "--json").stdout)["files"] == files
    [found] = json.loads(gallery.run("search", "--json").stdout)
    assert found["files"] == files[::-1]


def test_files_that_are_alike_tell_of_themselves_once(gallery: Gallery) -> None:
    path = Path(gallery.add("a.jpg"))
    other = path.with_name("b.jpg")
    other.write_bytes(path.read_bytes())
    link = LinkPath(FileStamp.of(str(other), other.stat()), gallery.hash(str(path)))
    open_store(gallery.folder, link).close()
    assert "\nin " not in gallery.run("show", path).stdout
    assert json.loads(gallery.run("show", path, "--json").stdout)["files"] == []


@pytest.mark.parametrize(
    ("source", "others", "year", "shown"),
    [("exif part", "file", 2001, 2020), ("gps", "file", 2001, 2020), ("exif part", "exif", 2024, 2024)],
)
def test_surest_date_of_a_photos_files_counts(
    gallery: Gallery, source: str, others: str, year: int, shown: int
) -> None:
    """A day that one file tells comes before the time of another file, and behind what a camera's clock tells."""
    first = Path(gallery.add("a.jpg", capture=Capture(datetime(2020, 1, 1), None, source)))
    other = first.with_name("b.jpg")
    other.write_bytes(first.read_bytes() + b"dated")
    told = Capture(datetime(year, 1, 1), None, others)
    version = NewVersion(gallery.hash(str(first)), None, told)
    link = LinkPath(FileStamp.of(str(other), other.stat()), gallery.hash(str(other)), version=version)
    open_store(gallery.folder, link).close()
    assert json.loads(gallery.run("show", first, "--json").stdout)["taken_at"] == f"{shown}-01-01T00:00:00"


def test_dates_that_are_passed_over_or_taken_in_part_are_told(gallery: Gallery) -> None:
    main, sub = [exif_blocks.text(DATE_TIME, "2021:06:00")], [exif_blocks.text(ORIGINAL, "2567:03:04 10:11:12")]
    path = _with_exif(gallery, Capture(datetime(2021, 6, 1), None, "exif part"), exif_blocks.block(main, sub))
    assert gallery.run("show", path).stdout.splitlines()[2:5] == [
        "taken   2021-06-01 00:00:00 (from its EXIF, as far as it is legible)",
        "date    2567:03:04 10:11:12 in the photo: in the future",
        "date    2021:06:00 in the photo: taken as far as it is legible",
    ]
    assert json.loads(gallery.run("show", path, "--json").stdout)["date_notes"] == [
        {"text": "2567:03:04 10:11:12", "why": "in the future"},
        {"text": "2021:06:00", "why": "taken as far as it is legible"},
    ]


def test_photo_with_a_date_that_is_passed_over_is_not_said_to_have_none(gallery: Gallery) -> None:
    block = exif_blocks.block([exif_blocks.text(DATE_TIME, "9999:12:31 23:59:59")])
    path = _with_exif(gallery, Capture(datetime(2020, 5, 5), None, "file"), block)
    assert gallery.run("show", path).stdout.splitlines()[2:4] == [
        "taken   2020-05-05 00:00:00 (time of the file)",
        "date    9999:12:31 23:59:59 in the photo: in the future",
    ]
    Path(path).unlink()
    assert "date    " not in gallery.run("show", path).stdout


def _with_exif(gallery: Gallery, capture: Capture, block: bytes) -> str:
    path = gallery.add("a.jpg", capture=capture)
    return str(exif_blocks.jpeg_with(Path(path), block))


def test_photo_is_found_from_where_one_is(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    beach = fill(gallery)["beach"]
    for folder, name in [(gallery.photos, "beach.jpg"), (gallery.folder, "photos/../photos/beach.jpg")]:
        monkeypatch.chdir(folder)
        assert json.loads(gallery.run("show", name, "--json").stdout)["path"] == beach
    monkeypatch.setenv("HOME", str(gallery.folder))
    assert json.loads(gallery.run("show", "~/photos/beach.jpg", "--json").stdout)["path"] == beach


def test_photo_that_is_not_indexed_exits_with_2(gallery: Gallery) -> None:
    fill(gallery)
    done = gallery.run("show", gallery.folder / "new\n.jpg")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {gallery.folder}/new\\n.jpg: isn't in the database")
    assert "gallery index" in done.stderr


def test_file_that_could_not_be_read_is_told_with_its_reason(gallery: Gallery) -> None:
    broken = str(gallery.photos / "broken.jpg")
    gallery.photos.mkdir()
    Path(broken).write_bytes(b"no picture")
    with open_store(gallery.folder, Fail(stamp(broken), "not a picture", transient=False)):
        pass
    told = f"error: {broken}: couldn't be read: not a picture; `gallery index --retry-failed` tries it again\n"
    commands = ("show", broken), ("why", broken), ("open", broken), ("label", f"{broken}#1", "sad")
    for command in (*commands, ("album", "create", "Mine", broken)):
        done = gallery.run(*command)
        assert (done.exit_code, done.stdout, done.stderr) == (2, "", told), command


@pytest.mark.parametrize(
    ("name", "kind"),
    [("film.MOV", "is a video"), ("shot.cr2", "is a raw file"), ("notes.txt", "isn't called like a photo")],
)
def test_file_that_is_never_looked_at_is_not_asked_to_be_indexed(gallery: Gallery, name: str, kind: str) -> None:
    fill(gallery)
    (gallery.photos / name).touch()
    done = gallery.run("show", gallery.photos / name)
    told = f"error: {gallery.photos / name}: {kind}, and is passed over by `gallery index`\n"
    assert (done.exit_code, done.stderr) == (2, told)


def test_folder_is_summed_up(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = fill(gallery)
    gallery.add("below/one.jpg", face("sad", 0.8), seed=7)
    gallery.add("other/two.jpg", face("sad", 0.8), seed=8)
    broken = Fail(stamp(gallery.photos / "below/broken.jpg"), "not a picture", transient=False)
    with open_store(gallery.folder, broken) as store:
        store.mark_missing([photos["empty"], str(gallery.photos / "other/two.jpg")])
    none = dict.fromkeys((*EMOTIONS, "uncertain"), 0)
    expected = {
        "path": str(gallery.photos),
        "photos": 3,
        "faces": 5,
        "emotions": {**none, "happy": 2, "sad": 2, "uncertain": 1},
        "missing": 2,
        "unwanted": 0,
        "failures": 1,
    }
    assert json.loads(gallery.run("show", gallery.photos, "--json").stdout) == expected
    (gallery.folder / "link").symlink_to(gallery.photos)
    assert json.loads(gallery.run("show", gallery.folder / "link", "--json").stdout) == expected

    monkeypatch.chdir(gallery.photos)
    lines = gallery.run("show", "below").stdout.splitlines()
    assert lines[:3] == [f"{gallery.photos}/below", "       1 photos", "       1 faces"]
    assert lines[-1] == "       1 couldn't be read; see `gallery errors`"
    assert f"       1 sad       {'█' * 30}" in lines
    shutil.rmtree(gallery.photos / "below")  # its drive isn't connected
    assert gallery.run("show", "below").stdout.splitlines() == lines


def test_folder_of_which_nothing_is_known_is_no_photo(gallery: Gallery) -> None:
    fill(gallery)
    (gallery.folder / "new").mkdir()
    done = gallery.run("show", gallery.folder / "new")
    told = f"{gallery.folder}/new: no photo in it is in the database; run `gallery index` on it"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {told}\n")
    done = gallery.run("why", gallery.photos)
    told = f"{gallery.photos}: is a folder, where a photo is needed; `gallery show` sums up a folder"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {told}\n")
    done = gallery.run("show", gallery.photos, "--annotate", gallery.folder / "out.png")
    told = f"{gallery.photos}: is a folder, of which nothing can be drawn; name a photo"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {told}\n")


@pytest.mark.parametrize(
    "command",
    [
        ("show", "~nobody here/a.jpg"),
        ("why", "~nobody here/a.jpg"),
        ("label", "~nobody here/a.jpg#1", "sad"),
        ("show", "BEACH", "--annotate", "~nobody here/a.jpg"),
        ("stats", "--plot", "~nobody here/moods.html"),
        ("export", "--to", "~nobody here/all.csv", "--as", "csv"),
        ("dump", "~nobody here/said.jsonl"),
        ("restore", "~nobody here/said.jsonl"),
        ("album", "create", "Mine", "~nobody here/a.jpg"),
    ],
)
def test_home_of_nobody_is_a_folder_like_any_other(gallery: Gallery, command: tuple[str, ...]) -> None:
    beach = fill(gallery)["beach"]
    done = gallery.run(*(beach if word == "BEACH" else word for word in command))
    assert done.exit_code in (1, 2)
    assert "~nobody here" in done.stderr
    assert "a fault in gallery" not in done.stderr


def test_home_of_nobody_holds_no_database(gallery: Gallery) -> None:
    done = gallery.run("--db", "~nobody here/photos.db", "search")
    assert (done.exit_code, done.stderr.split(":")[1].strip()) == (2, "~nobody here/photos.db")


def test_hostile_name_is_shown_harmlessly(gallery: Gallery) -> None:
    path = gallery.add("\x1b[2J[red]x\n.jpg", face())
    code, seen = run_in_terminal(gallery, "show", path, NO_COLOR="1")
    assert code == 0
    assert f"{gallery.photos}/\\x1b[2J[red]x\\n.jpg" in seen
    assert "\x1b[2J" not in seen


@pytest.mark.parametrize("orientation", [1, 6])
def test_annotated_picture_is_upright_and_full_size(gallery: Gallery, orientation: int) -> None:
    path = gallery.add("beach.jpg", face("happy"), orientation=orientation)
    before = Path(path).read_bytes()

    done = gallery.run("show", path, "--annotate", gallery.folder / "out.png")

    assert (done.exit_code, done.stderr) == (0, f"faces drawn into {gallery.folder}/out.png\n")
    assert Path(path).read_bytes() == before
    with Image.open(gallery.folder / "out.png") as drawn:
        assert drawn.size == (320, 240)
        assert drawn.convert("RGB").getpixel((10, 40)) == (0xF5, 0xB3, 0x01)


def test_changed_photo_is_not_annotated(gallery: Gallery) -> None:
    beach, out = fill(gallery)["beach"], gallery.folder / "out.png"
    Path(beach).write_bytes((gallery.photos / "group.jpg").read_bytes())
    done = gallery.run("show", beach, "--annotate", out)
    reason = "is gone or changed since it was indexed; run `gallery index` on its folder"
    assert (done.exit_code, done.stderr) == (1, f"error: {beach}: {reason}\n")
    assert not out.exists()


def test_annotate_keeps_what_is_there_unless_forced(gallery: Gallery) -> None:
    beach, out = fill(gallery)["beach"], gallery.folder / "out.png"
    out.write_bytes(b"mine")
    done = gallery.run("show", beach, "--annotate", out, "-q")
    assert (done.exit_code, done.stderr) == (2, f"error: {out}: is there already; choose another name\n")
    assert out.read_bytes() == b"mine"
    assert gallery.run("show", beach, "--annotate", out, "--force").exit_code == 0
    with Image.open(out) as drawn:
        assert drawn.size == (320, 240)


def test_annotate_never_writes_over_a_photo(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = fill(gallery)
    before = {path: Path(path).read_bytes() for path in photos.values()}
    monkeypatch.chdir(gallery.photos)
    (gallery.folder / "link.jpg").symlink_to(photos["beach"])
    os.link(photos["group"], gallery.folder / "hard.jpg")
    for out in (photos["group"], photos["empty"], "group.jpg", "../link.jpg", "../hard.jpg"):
        done = gallery.run("show", photos["group"], "--annotate", out, "--force")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "never overwritten" in done.stderr
    assert {path: Path(path).read_bytes() for path in photos.values()} == before
