"""Tags in the text of a sidecar: put in, read by another program, and taken out to the byte."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gallery.errors import SidecarError
from gallery.xmp.packet import Packet
from gallery.xmp.properties import FACES, HIERARCHY, SUBJECT, TAGS
from gallery.xmp.tagging import BARE, Note, contents, keywords_in, note_in, recalled, with_tags, without_tags
from gallery.xmp.tags import FaceTag, Tags
from tests.support.sidecars import BEYOND_EXIFTOOL, DIGIKAM, IMMICH, LIGHTROOM, RDF, STYLES, exiftool, needs_exiftool

TWO = Tags(
    (
        FaceTag(("0.10000", "0.20000", "0.30000", "0.60000", "happy", "0.9300", "model")),
        FaceTag(("0.50000", "0.20000", "0.70000", "0.60000", "sad", "1.0000", "person")),
    )
)
EXPECTED = {
    "digikam": (
        ["People/Zoë & Ana", "beach", "Emotion/happy", "Emotion/sad"],
        ["People|Zoë & Ana", "beach", "Emotion|happy", "Emotion|sad"],
        ["Zoë & Ana", "beach", "happy", "sad"],
    ),
    # No tags for digiKam yet, which would stop at ours: the others go with them. `happy` was somebody's own word.
    "lightroom": (
        ["People/Ana", "happy", "Emotion/happy", "Emotion/sad"],
        ["People|Ana", "Emotion|happy", "Emotion|sad"],
        ["Ana", "People", "happy", "sad"],
    ),
    "darktable": (["Emotion/happy", "Emotion/sad"], ["Emotion|happy", "Emotion|sad"], ["happy", "sad"]),
    "immich": (
        ["Trips/Italy", "Emotion/happy", "Emotion/sad"],
        ["Trips|Italy", "Emotion|happy", "Emotion|sad"],
        ["Italy", "happy", "sad"],
    ),
    "photoprism": (
        ["lake", "a & b", "Emotion/happy", "Emotion/sad"],
        ["lake", "a & b", "Emotion|happy", "Emotion|sad"],
        ["lake", "a & b", "happy", "sad"],
    ),
    "latin-1": (
        ["läke", "a & b", "Emotion/happy", "Emotion/sad"],
        ["läke", "a & b", "Emotion|happy", "Emotion|sad"],
        ["läke", "a & b", "happy", "sad"],
    ),
    "default namespace": (
        ["lake", "Emotion/happy", "Emotion/sad"],
        ["lake", "Emotion|happy", "Emotion|sad"],
        ["lake", "happy", "sad"],
    ),
}
for _same, _style in {
    "angles": "photoprism",
    "windows lines": "lightroom",
    "byte order mark": "darktable",
    "utf-16": "digikam",
    "utf-16 big end first": "lightroom",
    "bare root": "darktable",
    "empty lists": "darktable",
}.items():
    EXPECTED[_same] = EXPECTED[_style]

REVERSIBLE = sorted(STYLES.keys() - {"bare root", "empty lists"})
"""All but those whose `<a/>` had to be opened: of these the database keeps the original."""


def tagged(content: bytes, tags: Tags = TWO) -> bytes:
    return with_tags(Packet(content, "a.xmp"), tags, {})[0]


def cleared(content: bytes) -> bytes:
    packet = Packet(content, "a.xmp")
    note = note_in(packet)
    assert note is not None
    return without_tags(packet, note)


@pytest.mark.parametrize("style", STYLES)
def test_emotions_stand_in_all_three_lists_beside_what_was_there(style: str) -> None:
    found = keywords_in(Packet(tagged(STYLES[style]), "a.xmp"))
    assert (found[TAGS], found[HIERARCHY], found[SUBJECT]) == EXPECTED[style]


@pytest.mark.parametrize("style", STYLES)
def test_only_insertions_are_made(style: str) -> None:
    before, after = Packet(STYLES[style], "a"), Packet(tagged(STYLES[style]), "a")
    rest = iter(after.text)
    # `<rdf:Bag/>` has to become `<rdf:Bag>` and `</rdf:Bag>`.
    assert all(char in rest for char in before.text.replace(" />", "/>").replace("/>", ">"))


@pytest.mark.parametrize("style", STYLES)
def test_all_else_means_the_same_to_another_parser(style: str) -> None:
    ours = {"happy", "sad", *EXPECTED[style][0], *EXPECTED[style][1]} - set(_texts(STYLES[style]))
    assert _canonical(tagged(STYLES[style]), ours) == _canonical(STYLES[style], set())


def test_lines_end_as_in_the_rest_of_the_file() -> None:
    assert b"\n" not in tagged(STYLES["windows lines"]).replace(b"\r\n", b"")


@pytest.mark.parametrize("style", REVERSIBLE)
def test_taken_out_again_the_sidecar_is_the_same_to_the_byte(style: str) -> None:
    assert cleared(tagged(STYLES[style])) == STYLES[style]


@pytest.mark.parametrize("style", sorted(STYLES.keys() - BEYOND_EXIFTOOL))
@needs_exiftool
def test_exiftool_reads_the_tags_and_everything_else_as_before(style: str, tmp_path: Path) -> None:
    before, after = tmp_path / "before.xmp", tmp_path / "after.xmp"
    before.write_bytes(STYLES[style])
    after.write_bytes(tagged(STYLES[style]))
    was, now = exiftool(before), exiftool(after)
    lists = ("XMP-digiKam:TagsList", "XMP-lr:HierarchicalSubject", "XMP-dc:Subject")
    assert tuple(now[name] for name in lists) == EXPECTED[style]
    faces = [{name: str(value) for name, value in face.items()} for face in now["XMP-gallery:Faces"]]
    assert [(face["Emotion"], face["Source"], float(face["Left"]), float(face["Score"])) for face in faces] == [
        ("happy", "model", 0.1, 0.93),
        ("sad", "person", 0.5, 1.0),
    ]
    kept = {name: value for name, value in now.items() if name not in lists and not name.startswith("XMP-gallery:")}
    assert kept == {name: value for name, value in was.items() if name not in lists}


@needs_exiftool
def test_exiftool_finds_no_fault_with_a_new_sidecar(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg.xmp"
    file.write_bytes(tagged(BARE))
    found = exiftool(file)
    assert [value for name, value in found.items() if name.startswith("ExifTool:")] == ["OK"]
    assert found["XMP-dc:Subject"] == ["happy", "sad"]
    assert not any("Region" in name for name in found)


@needs_exiftool
def test_what_exiftool_has_rewritten_is_still_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.xmp"
    file.write_bytes(tagged(DIGIKAM.encode()))
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject+=lunch", str(file)], check=True)
    packet = Packet(file.read_bytes(), "a.xmp")
    assert contents(packet)[FACES] == [str(face) for face in TWO.faces]
    after = Packet(cleared(file.read_bytes()), "a.xmp")
    assert keywords_in(after) == {
        TAGS: ["People/Zoë & Ana", "beach"],
        HIERARCHY: ["People|Zoë & Ana", "beach"],
        SUBJECT: ["Zoë & Ana", "beach", "lunch"],
    }
    assert "gallery:" not in after.text.replace("xmlns:gallery", "")


def test_keywords_of_others_added_since_stay_and_keep_those_carried_along() -> None:
    text = (
        tagged(IMMICH.encode()).decode().replace("<rdf:li>sad</rdf:li>", "<rdf:li>sad</rdf:li><rdf:li>new</rdf:li>", 1)
    )
    after = Packet(cleared(text.encode()), "a.xmp")
    assert keywords_in(after) == {TAGS: ["Trips/Italy"], HIERARCHY: [], SUBJECT: ["Italy", "new"]}


def test_a_second_happy_is_somebody_elses() -> None:
    text = tagged(DIGIKAM.encode()).decode()
    text = text.replace("<rdf:li>sad</rdf:li>", "<rdf:li>sad</rdf:li><rdf:li>happy</rdf:li>", 1)
    assert keywords_in(Packet(cleared(text.encode()), "a"))[SUBJECT] == ["Zoë & Ana", "beach", "happy"]


def test_a_forged_note_takes_out_no_other_keyword() -> None:
    text = tagged(DIGIKAM.encode()).decode()
    text = text.replace(
        "<gallery:AddedSubject>\n    <rdf:Bag>", "<gallery:AddedSubject>\n    <rdf:Bag><rdf:li>beach</rdf:li>"
    )
    assert cleared(text.encode()) == DIGIKAM.encode()


def test_without_our_namespace_only_emotions_in_our_branch_are_known_again() -> None:
    note = Note({TAGS: ["Emotion/happy", "Emotion/sad"], SUBJECT: ["happy", "sad"]}, {})
    packet = Packet(LIGHTROOM.replace("People|Ana", "Emotion|sad").encode(), "a.xmp")
    assert recalled(packet, note) == Note({TAGS: ["Emotion/sad"], SUBJECT: ["sad"]}, {})


def test_the_photos_own_keywords_are_carried_into_a_sidecar_without_any() -> None:
    content, note = with_tags(Packet(BARE, "a"), TWO, {SUBJECT: ["lake", "happy"], TAGS: [], HIERARCHY: []})
    assert keywords_in(Packet(content, "a")) == {
        TAGS: ["lake", "happy", "Emotion/happy", "Emotion/sad"],
        HIERARCHY: ["lake", "happy", "Emotion|happy", "Emotion|sad"],
        SUBJECT: ["lake", "happy", "sad"],
    }
    assert note.added[SUBJECT] == ["sad"]
    assert cleared(content) == BARE


ENTITY = '<!DOCTYPE x [<!ENTITY e "aaaaaaaaaa">]>'
BOMB = (
    "<!DOCTYPE x ["
    + '<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
BAD = {
    "": "broken XML",
    "not xml at all": "broken XML",
    LIGHTROOM[:400]: "broken XML",
    LIGHTROOM.replace("255, 255", "255,\x01"): "broken XML",
    LIGHTROOM.replace("255, 255", "&unknown;"): "broken XML",
    ENTITY + LIGHTROOM.replace("255, 255", "&e;"): "document type",
    f"<!-- a --><?b c?>\n{BOMB}" + LIGHTROOM.replace("255, 255", "&a9;"): "document type",
    '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + LIGHTROOM: "document type",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + LIGHTROOM.replace("255, 255", "&e;"): "document type",
    "<html><body/></html>": "no XMP",
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>': "no XMP",
    '<?xml version="1.0" encoding="nonsense"?>' + LIGHTROOM: "encoding",
    "<a>" * 5000: "broken XML",
    "<a>" * 5000 + "</a>" * 5000: "broken XML",
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_is_no_sound_xmp_is_refused(text: str) -> None:
    with pytest.raises(SidecarError) as caught:
        Packet(text.encode(), "a.xmp")
    assert BAD[text] in caught.value.reason


@pytest.mark.parametrize("codec", ["punycode", "idna", "rot13", "unicode_escape", "raw_unicode_escape", "utf-7"])
def test_encodings_that_no_text_is_written_in_are_refused_at_once(codec: str) -> None:
    content = f'<?xml version="1.0" encoding="{codec}"?>'.encode() + b"a" * 200_000 + b"-" + b"b" * 200_000
    start = time.process_time()
    with pytest.raises(SidecarError, match="encoding"):
        Packet(content, "a.xmp")
    assert time.process_time() - start < 0.5


def test_bytes_in_another_encoding_than_they_say_are_refused() -> None:
    with pytest.raises(SidecarError, match="encoding"):
        Packet(LIGHTROOM.replace("Ana", "Zoë").encode("latin-1"), "a.xmp")


@pytest.mark.parametrize(
    "wrong",
    [
        '<rdf:Description rdf:about="" dc:subject="lake"/>',
        '<rdf:Description rdf:about=""><dc:subject>lake</dc:subject>',
    ],
)
def test_keywords_that_are_no_list_are_refused(wrong: str) -> None:
    end = "" if wrong.endswith("/>") else "</rdf:Description>"
    text = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:dc="http://purl.org/dc/elements/1.1/">{wrong}{end}</rdf:RDF>'
    with pytest.raises(SidecarError, match="dc:subject isn't a list"):
        tagged(text.encode())


def _texts(content: bytes) -> list[str]:
    return [item.text or "" for item in _parsed(content).iter(f"{{{RDF}}}li")]


def _parsed(content: bytes) -> ET.Element:
    """By another parser than the program's, Python's own."""
    return ET.fromstring(content, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))  # noqa: S314 - our own


def _canonical(content: bytes, ours: set[str]) -> str:
    """Canonical XML without the block in our namespace, lists in our block, and items with these texts."""
    root = _parsed(content)
    rdf = root if root.tag == f"{{{RDF}}}RDF" else root.find(f"{{{RDF}}}RDF")
    assert rdf is not None
    for block in list(rdf):
        if any(str(child.tag).startswith("{http://gallery.invalid/") for child in block):
            rdf.remove(block)
    for parent in list(root.iter()):
        for item in [child for child in parent if child.tag == f"{{{RDF}}}li" and child.text in ours]:
            parent.remove(item)
    # A list that was empty was opened to take ours in.
    for parent in list(root.iter()):
        for bag in [child for child in parent if child.tag == f"{{{RDF}}}Bag" and not len(child)]:
            parent.remove(bag)
    return ET.canonicalize(ET.tostring(root, "unicode"), strip_text=True, with_comments=True)
