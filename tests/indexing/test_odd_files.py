"""What is odd about a file whose picture is whole: kept, counted, found, and gone with its reason."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from gallery.db import schema
from gallery.indexing.indexer import Status, Summary
from gallery.query.query import Query
from gallery.records import Capture
from tests.support import exif_blocks
from tests.support.cli_gallery import Gallery
from tests.support.library import Library

ODD = Query.parse("is:odd")
NO_END = "its end marker is missing; all of the picture is there"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    with made.store:
        yield made


def without_end(library: Library, name: str) -> Path:
    path = library.draw(name, "happy")
    path.write_bytes(path.read_bytes()[:-2])
    return path


def dated(library: Library, name: str, text: str, *, wide: int = 48) -> Path:
    block = exif_blocks.block([exif_blocks.text(exif_blocks.DATE_TIME, text)])
    return exif_blocks.jpeg_with(library.folder / name, block, size=(wide, 32))


def damaged_text(*, checksum: int) -> bytes:
    return b"\0\0\0\x05tEXta\0bcd" + checksum.to_bytes(4, "big")


def lines(library: Library, path: Path) -> list[str]:
    return library.store.photo(str(path)).capture.oddities


def test_odd_photos_are_counted_and_found_and_say_what_is_odd(library: Library) -> None:
    cut, day = without_end(library, "a.jpg"), dated(library, "b.jpg", "1987:07:14")
    late = dated(library, "c.jpg", "9999:01:01 00:00:00", wide=50)
    library.draw("sound.jpg", "sad")
    summary = Summary()
    for result in library.results():
        summary.add(result)
    assert (summary.new, summary.odd) == (4, 3)
    assert library.names(ODD) == {"a.jpg", "b.jpg", "c.jpg"}
    assert library.names(Query.parse("-is:odd")) == {"sound.jpg"}
    assert lines(library, cut) == [NO_END]
    assert lines(library, day) == ["date 1987:07:14: taken as far as it is legible"]
    assert lines(library, late) == ["date 9999:01:01 00:00:00: in the future"]
    assert [result.is_odd for result in library.results()] == [False] * 4


def test_gallery_of_an_earlier_version_learns_it_when_a_photo_is_read_again(library: Library) -> None:
    path = without_end(library, "a.jpg")
    library.run()
    with library.store.write_connection() as connection:
        connection.execute(update(schema.content).values(odd=None))
    assert library.run() == {"a.jpg": Status.UNCHANGED}
    assert (library.names(ODD), lines(library, path)) == (set(), [])
    assert [result.is_odd for result in library.start(force=True)] == [True]
    assert (library.names(ODD), lines(library, path)) == ({"a.jpg"}, [NO_END])


def test_file_that_was_put_right_is_odd_no_more_and_the_same_photo(library: Library) -> None:
    path = library.draw("a.png", "happy")
    with Image.open(path) as picture:
        picture.save(path, "PNG")
    whole = path.read_bytes()
    sound = zlib.crc32(b"tEXta\0bcd")
    path.write_bytes(whole[:33] + damaged_text(checksum=sound + 1) + whole[33:])
    assert library.run() == {"a.png": Status.NEW}
    assert lines(library, path) == ["its part tEXt is damaged and was left out"]
    path.write_bytes(whole[:33] + damaged_text(checksum=sound) + whole[33:])
    assert library.run() == {"a.png": Status.EDITED}
    assert (lines(library, path), library.names(ODD)) == ([], set())


def test_of_several_files_each_tells_its_own(library: Library) -> None:
    first = dated(library, "a.jpg", "2020:05:05 10:00:00")
    other = library.folder / "b.jpg"
    other.write_bytes(first.read_bytes())
    exif_blocks.jpeg_with(other, exif_blocks.block([exif_blocks.text(exif_blocks.DATE_TIME, "9999:01:01 00:00:00")]))
    library.run()
    photo = library.store.photo(str(first))
    assert sorted(photo.paths) == [str(first), str(other)]
    assert photo.capture.oddities == ["date 9999:01:01 00:00:00: in the future"]
    told = {Path(file["path"]).name: file.get("odd") for file in photo.as_json()["files"]}
    assert told == {"a.jpg": None, "b.jpg": ["date 9999:01:01 00:00:00: in the future"]}


def test_what_a_stranger_wrote_for_a_date_is_kept_short(library: Library) -> None:
    path = dated(library, "a.jpg", "1987:07:14" + "x" * 3000)
    library.run()
    assert [len(line) for line in lines(library, path)] == [300]


def test_show_tells_it(gallery: Gallery) -> None:
    path = Path(gallery.add("a.jpg", capture=Capture(odd=f"{NO_END}\ndate 1987:07:14: taken as far as it is legible")))
    shown = gallery.run("show", path).stdout.splitlines()
    assert f"odd     {NO_END}" in shown
    assert json.loads(gallery.run("show", path, "--json").stdout)["odd"] == [
        NO_END,
        "date 1987:07:14: taken as far as it is legible",
    ]
    sound = gallery.add("b.jpg", seed=2)
    assert "odd" not in json.loads(gallery.run("show", sound, "--json").stdout)
