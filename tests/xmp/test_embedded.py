"""Keywords in photos themselves, and what the same keywords are in each list."""

from __future__ import annotations

import time
import zlib
from pathlib import Path

import pytest
from PIL import Image, IptcImagePlugin

from gallery.errors import SidecarError
from gallery.xmp.embedded import own_keywords
from gallery.xmp.keywords import emotion_of, filled, keyword
from gallery.xmp.properties import HIERARCHY, LISTS, SUBJECT, TAGS
from tests.support.photos import save_photo
from tests.support.sidecars import EMBEDDED


def _append_xmp(png: Path, packet: bytes) -> None:
    """Behind the pixels, where the format allows it and exiftool puts it."""
    body = b"iTXtXML:com.adobe.xmp" + bytes(5) + packet
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    content = png.read_bytes()
    png.write_bytes(content[:-12] + chunk + content[-12:])


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "heic", "avif"])
def test_keywords_in_the_photo_itself_are_read(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    picture = Image.new("RGB", (64, 64))
    if suffix == "png":
        picture.save(file)
        _append_xmp(file, EMBEDDED)
    elif suffix == "tif":
        picture.save(file, tiffinfo={700: EMBEDDED})
    else:
        picture.save(file, xmp=EMBEDDED)
    assert own_keywords(file) == {TAGS: [], HIERARCHY: [], SUBJECT: ["lake"]}


def test_packet_in_an_encoding_that_takes_minutes_holds_no_keywords(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(file)
    _append_xmp(file, b'<?xml version="1.0" encoding="punycode"?>' + b"a" * 200_000 + b"-" + b"b" * 200_000)

    start = time.process_time()
    assert own_keywords(file)[SUBJECT] == []
    assert time.process_time() - start < 1


def test_iptc_keywords_are_read_in_either_encoding(tmp_path: Path) -> None:
    picture = Image.new("RGB", (8, 8))
    found = []
    for start, texts in (
        (b"\x1c\x01\x5a\x00\x03\x1b%G", ("Zoë".encode(), b"sea\x00 \n side")),
        (b"", (b"Zo\xeb", b"Zo\xeb")),
    ):
        block = start + b"".join(b"\x1c\x02\x19" + len(text).to_bytes(2, "big") + text for text in texts)
        resource = b"8BIM\x04\x04\x00\x00" + len(block).to_bytes(4, "big") + block + b"\x00" * (len(block) % 2)
        segment = b"Photoshop 3.0\x00" + resource
        file = tmp_path / f"{len(found)}.jpg"
        picture.save(file)
        data = file.read_bytes()
        file.write_bytes(data[:2] + b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment + data[2:])
        assert IptcImagePlugin.getiptcinfo(Image.open(file))
        found.append(own_keywords(file)[SUBJECT])
    assert found == [["Zoë", "sea side"], ["Zoë"]]


def test_photo_without_keywords_has_none(tmp_path: Path) -> None:
    assert own_keywords(save_photo(Image.new("RGB", (8, 8)), tmp_path / "a.jpg")) == {one: [] for one in LISTS}


def test_file_that_is_no_photo_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_text("text")
    with pytest.raises(SidecarError, match="keywords in the photo can't be read"):
        own_keywords(file)


def test_a_keyword_in_each_list() -> None:
    assert [keyword(one, "happy") for one in LISTS] == ["Emotion/happy", "Emotion|happy", "happy"]
    assert [emotion_of(TAGS, text) for text in ("Emotion/sad", "Emotion|sad", "sad", "Emotion/glad")] == [
        "sad",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("present", "tags", "hierarchy", "subjects"),
    [
        ({}, [], [], []),
        ({SUBJECT: ["beach"]}, ["beach"], ["beach"], ["beach"]),
        ({TAGS: ["People/Anna"]}, ["People/Anna"], ["People|Anna"], ["Anna"]),
        ({HIERARCHY: ["People|Anna"]}, ["People/Anna"], ["People|Anna"], ["Anna"]),
        ({HIERARCHY: ["A|B"], SUBJECT: ["B", "A", "C"]}, ["A/B", "C"], ["A|B"], ["B", "A", "C"]),
        ({SUBJECT: ["AC/DC", "a|b"]}, ["AC|DC", "a|b"], ["AC/DC", "a/b"], ["AC/DC", "a|b"]),
        ({TAGS: ["Bands/AC|DC"]}, ["Bands/AC|DC"], ["Bands|AC/DC"], ["AC/DC"]),
        ({HIERARCHY: ["Bands|AC/DC"]}, ["Bands/AC|DC"], ["Bands|AC/DC"], ["AC/DC"]),
        ({TAGS: ["a"], HIERARCHY: ["b"], SUBJECT: ["c"]}, ["a"], ["b"], ["c"]),
        ({TAGS: ["/", "x/"]}, ["/", "x/"], ["x"], ["x"]),
    ],
)
def test_empty_lists_are_filled_from_the_others(
    present: dict[object, list[str]], tags: list[str], hierarchy: list[str], subjects: list[str]
) -> None:
    assert filled(present) == {TAGS: tags, HIERARCHY: hierarchy, SUBJECT: subjects}  # type: ignore[arg-type]
