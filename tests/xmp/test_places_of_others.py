"""Keywords in the places that only other programs write: none is hidden by ours, and all stay as they are."""

from __future__ import annotations

import itertools
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from PIL import Image

from gallery.errors import SidecarError
from gallery.xmp.categories import category_paths
from gallery.xmp.embedded import own_keywords
from gallery.xmp.keywords import filled
from gallery.xmp.packet import Packet
from gallery.xmp.properties import (
    CATALOG_SETS,
    CATEGORIES,
    HIERARCHY,
    LAST_KEYWORDS,
    OLD_HIERARCHY,
    SUBJECT,
    TAGS,
    Keywords,
)
from gallery.xmp.tagging import BARE, note_in, with_tags, without_tags
from gallery.xmp.tags import FaceTag, Tags
from tests.support.cli_gallery import Gallery
from tests.support.make import face
from tests.support.sidecars import RDF, exiftool, needs_exiftool

HAPPY = Tags((FaceTag(("0.10000", "0.20000", "0.30000", "0.60000", "happy", "0.9300", "model")),))
KIM = '<Categories><Category Assigned="0">People<Category Assigned="1">Kim</Category></Category></Categories>'


def listed(name: str, uri: str, *keywords: str, kind: str = "Bag") -> str:
    items = "".join(f"<rdf:li>{escape(keyword)}</rdf:li>" for keyword in keywords)
    prefix = name.partition(":")[0]
    return f'<{name} xmlns:{prefix}="{uri}"><rdf:{kind}>{items}</rdf:{kind}></{name}>'


def sidecar(*properties: str, attributes: str = "") -> bytes:
    block = f'<rdf:Description rdf:about=""{attributes}>{"".join(properties)}</rdf:Description>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">\n{block}\n</rdf:RDF></x:xmpmeta>'.encode()


MICROSOFT, LIGHTROOM = "http://ns.microsoft.com/photo/1.0/", "http://ns.adobe.com/lightroom/1.0/"
MEDIAPRO, ACDSEE = "http://ns.iview-multimedia.com/mediapro/1.0/", "http://ns.acdsee.com/iptc/1.0/"
PLACES = (
    listed("digiKam:TagsList", "http://www.digikam.org/ns/1.0/", "A/tags", kind="Seq"),
    listed("MicrosoftPhoto:LastKeywordXMP", MICROSOFT, "A/windows"),
    listed("lr:hierarchicalSubject", LIGHTROOM, "A|lightroom"),
    listed("lr:HierarchicalSubject", LIGHTROOM, "A|old", kind="Seq"),
    listed("mediapro:CatalogSets", MEDIAPRO, "A|mediapro"),
    f'<acdsee:categories xmlns:acdsee="{ACDSEE}">'
    f"{escape(KIM.replace('People', 'A').replace('Kim', 'acdsee'))}</acdsee:categories>",
    listed("dc:subject", "http://purl.org/dc/elements/1.1/", "plain"),
)
"""In digiKam's order, a keyword in each."""
SHOWN = ("A/tags", "A/windows", "A/lightroom", "A/old", "A/mediapro", "A/acdsee", "plain")


def shown_by_digikam(content: bytes) -> list[str]:
    """What digiKam shows: the first place that is filled, read by another parser than the program's."""
    rdf = ET.fromstring(content)[0]  # noqa: S314 - our own
    for uri, name, separator in (
        ("http://www.digikam.org/ns/1.0/", "TagsList", "/"),
        (MICROSOFT, "LastKeywordXMP", "/"),
        (LIGHTROOM, "hierarchicalSubject", "|"),
        (LIGHTROOM, "HierarchicalSubject", "|"),
        (MEDIAPRO, "CatalogSets", "|"),
        (ACDSEE, "categories", ""),
        ("http://purl.org/dc/elements/1.1/", "subject", "/"),
    ):
        for element in rdf.iter(f"{{{uri}}}{name}"):
            texts = [(item.text or "").replace(separator, "/") for item in element.iter(f"{{{RDF}}}li") if separator]
            return texts or ["A/acdsee"]
    return []


@pytest.mark.parametrize("count", range(len(PLACES) + 1))
def test_digikam_shows_all_it_showed_whichever_places_are_filled(count: int) -> None:
    for chosen in itertools.combinations(range(len(PLACES)), count):
        before = sidecar(*(PLACES[one] for one in chosen))
        after = with_tags(Packet(before, "a"), HAPPY, {})[0]
        now = shown_by_digikam(after)
        assert set(shown_by_digikam(before)) <= set(now)
        # A list that was there is somebody's choice and stays; one that we make has everything.
        assert "Emotion/happy" in now
        assert 0 in chosen or set(now) == {"Emotion/happy", *(SHOWN[one] for one in chosen)}
        packet = Packet(after, "a")
        note = note_in(packet)
        assert note is not None
        assert without_tags(packet, note) == before


@needs_exiftool
def test_exiftool_finds_them_merged_and_the_others_untouched(tmp_path: Path) -> None:
    file = tmp_path / "a.xmp"
    file.write_bytes(sidecar(*PLACES[1:3], *PLACES[4:]))
    before = exiftool(file)
    file.write_bytes(with_tags(Packet(file.read_bytes(), "a"), HAPPY, {})[0])
    now = exiftool(file)
    assert now["XMP-digiKam:TagsList"] == [
        *("A/windows", "A/lightroom", "A/mediapro", "A/acdsee", "plain", "Emotion/happy"),
    ]
    assert now["XMP-lr:HierarchicalSubject"] == ["A|lightroom", "Emotion|happy"]
    for name in ("XMP-microsoft:LastKeywordXMP", "XMP-mediapro:CatalogSets", "XMP-acdsee:Categories"):
        assert now[name] == before[name]


@pytest.mark.parametrize(
    ("present", "own", "tags", "hierarchy", "subjects"),
    [
        # Windows writes the path into both of its places.
        ({LAST_KEYWORDS: ["People/Kim"], SUBJECT: ["People/Kim"]}, {}, ["People/Kim"], ["People|Kim"], ["People/Kim"]),
        ({HIERARCHY: ["People|Kim"], SUBJECT: ["People|Kim", "x"]}, {}, ["People/Kim", "x"], ["People|Kim"], None),
        ({LAST_KEYWORDS: ["Kim"], HIERARCHY: ["People|Kim"]}, {}, ["People/Kim"], ["People|Kim"], ["Kim"]),
        ({LAST_KEYWORDS: ["People", "People/Kim"]}, {}, ["People", "People/Kim"], ["People", "People|Kim"], None),
        ({OLD_HIERARCHY: ["A|b"]}, {}, ["A/b"], ["A|b"], ["b"]),
        ({CATALOG_SETS: ["A|b/c"]}, {}, ["A/b|c"], ["A|b/c"], ["b/c"]),
        ({CATEGORIES: [KIM]}, {}, ["People/Kim"], ["People|Kim"], ["Kim"]),
        # Copied there by digiKam, from a list of ours: today another emotion may be shown.
        ({LAST_KEYWORDS: ["Emotion/sad", "Emotion/blue"]}, {}, ["Emotion/blue"], ["Emotion|blue"], ["blue"]),
        # Only in the photo itself: as they are there.
        ({}, {LAST_KEYWORDS: ["People/Kim"]}, ["People/Kim"], ["People|Kim"], ["Kim"]),
        ({}, {TAGS: ["a"], SUBJECT: ["b"], CATALOG_SETS: ["c"]}, ["a"], ["a", "c", "b"], ["b"]),
        # A property of the sidecar takes the place of the photo's.
        ({SUBJECT: ["lake"]}, {HIERARCHY: ["People|Kim"]}, ["People/Kim", "lake"], ["People|Kim", "lake"], ["lake"]),
        ({SUBJECT: ["lake"]}, {SUBJECT: ["old"], LAST_KEYWORDS: ["old"]}, ["lake"], ["lake"], ["lake"]),
    ],
)
def test_empty_lists_are_filled_from_all_places(
    present: Keywords, own: Keywords, tags: list[str], hierarchy: list[str], subjects: list[str] | None
) -> None:
    found = filled(present, own)
    assert (found[TAGS], found[HIERARCHY]) == (tags, hierarchy)
    assert subjects is None or found[SUBJECT] == subjects


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("", []),
        ("<Categories></Categories>", []),
        ('<Category Assigned="1">Kim</Category>', [("Kim",)]),
        (KIM, [("People", "Kim")]),
        (KIM.replace('"0"', '"1"'), [("People", "Kim"), ("People",)]),
        (KIM.replace('"', "'").replace("Kim", "A &amp; B"), [("People", "A & B")]),
        # As digiKam writes them, and what digiKam shows though it isn't assigned.
        ('<Categories><Category Assigned="0">A & B</Category></Categories>', [("A & B",)]),
        ('<Category Assigned="1"> two\n lines\x01</Category></Category><Category>', [("two lines",)]),
        ('<Category Assigned="1"></Category>', []),
        ("&e;", []),
    ],
)
def test_categories_of_acdsee(text: str, paths: list[tuple[str, ...]]) -> None:
    assert category_paths(text) == paths


@pytest.mark.parametrize(
    "text",
    [
        '<Category Assigned="1">a' * 60 + "</Category>" * 60,
        "".join(f'<Category Assigned="1">{n}</Category>' for n in range(6000)),
        "<" * 2_000_000,
    ],
)
def test_categories_that_nobody_has_are_refused(text: str) -> None:
    block = f'<acdsee:categories xmlns:acdsee="{ACDSEE}">{escape(text)}</acdsee:categories>'
    start = time.process_time()
    with pytest.raises(SidecarError, match=r"acdsee:categories .*; the file was left alone"):
        with_tags(Packet(sidecar(block), "a.xmp"), HAPPY, {})
    assert time.process_time() - start < 2


def test_no_entity_of_the_inner_xml_is_expanded() -> None:
    text = '<!DOCTYPE a [<!ENTITY e "aaaa">]><Categories><Category Assigned="1">&e;</Category></Categories>'
    assert category_paths(text) == [("&e;",)]


@pytest.mark.parametrize("keywords", [[f"n{n}" for n in range(3000)], ["a" * 3000]], ids=["many", "long"])
def test_more_than_anybody_has_is_not_carried(keywords: list[str]) -> None:
    text = sidecar(listed("dc:subject", "http://purl.org/dc/elements/1.1/", *keywords))
    with pytest.raises(SidecarError, match="more keywords or longer ones than any photo has"):
        with_tags(Packet(text, "a.xmp"), HAPPY, {})


def test_sidecar_that_would_become_too_large_to_be_read_again_is_left_alone() -> None:
    text = sidecar() + b" " * 9_999_700
    with pytest.raises(SidecarError, match="would be larger than 10 MB"):
        with_tags(Packet(text, "a.xmp"), HAPPY, {})


@pytest.mark.parametrize(
    "text",
    [
        sidecar(listed("MicrosoftPhoto:LastKeywordXMP", MICROSOFT.rstrip("/"), "A/b")),
        sidecar(f'<m:LastKeywordXMP xmlns:m="{MICROSOFT}">A/b</m:LastKeywordXMP>'),
        sidecar(attributes=f' xmlns:m="{MICROSOFT}" m:LastKeywordXMP="A/b"'),
        sidecar(attributes=f' xmlns:acdsee="{ACDSEE}" acdsee:categories="{escape(KIM, {chr(34): "&quot;"})}"'),
    ],
)
def test_places_that_are_only_read_may_be_written_down_in_any_way(text: bytes) -> None:
    tags = with_tags(Packet(text, "a"), HAPPY, {})[1].carried[TAGS]
    assert tags in (["A/b"], ["People/Kim"])


@needs_exiftool
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_keywords_that_windows_puts_into_a_photo_are_read(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    Image.new("RGB", (8, 8)).save(file)
    long = "x" * 3000
    say = [f"-XPKeywords=People/Zoë;Trips;{long}", "-XMP-microsoft:LastKeywordXMP=Trips"]
    say.append(f"-XMP-acdsee:Categories={KIM}")
    subprocess.run(["exiftool", "-q", "-overwrite_original", *say, file], check=True)
    windows = ["Trips", "People/Zoë", long]
    assert own_keywords(file) == {TAGS: [], HIERARCHY: [], SUBJECT: [], LAST_KEYWORDS: windows, CATEGORIES: [KIM]}


@needs_exiftool
def test_a_new_sidecar_hides_none_of_a_photos_own_and_goes_without_a_trace(tmp_path: Path) -> None:
    photo, file = tmp_path / "a.jpg", tmp_path / "a.jpg.xmp"
    Image.new("RGB", (8, 8)).save(photo)
    say = ["-XPKeywords=People/Kim;Trips", "-IPTC:Keywords=lake", "-XMP-mediapro:CatalogSets=Places|Rome"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *say, photo], check=True)
    content, note = with_tags(Packet(BARE, "a"), HAPPY, own_keywords(photo))
    file.write_bytes(content)
    assert exiftool(file)["XMP-digiKam:TagsList"] == ["People/Kim", "Trips", "Places/Rome", "lake", "Emotion/happy"]
    assert exiftool(file)["XMP-dc:Subject"] == ["lake", "happy"]
    assert without_tags(Packet(content, "a"), note) == BARE


def test_what_windows_noted_in_a_sidecar_stays_in_sight_and_is_the_same_after_clear(gallery: Gallery) -> None:
    photo = Path(gallery.add("a.jpg", face("happy")))
    beside = photo.with_name("a.jpg.xmp")
    before = sidecar(listed("MicrosoftPhoto:LastKeywordXMP", MICROSOFT, "People/Kim", "Trips"))
    beside.write_bytes(before)
    assert gallery.run("xmp", "write").exit_code == 0
    assert shown_by_digikam(beside.read_bytes()) == ["People/Kim", "Trips", "Emotion/happy"]
    assert gallery.run("xmp", "clear").exit_code == 0
    assert beside.read_bytes() == before
