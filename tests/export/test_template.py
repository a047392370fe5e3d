"""Name templates: what each field becomes, and what is refused before anything is written."""

from __future__ import annotations

from datetime import datetime

import pytest

from gallery.errors import UsageError
from gallery.export import NameTemplate
from gallery.export.template import Named, strongest_emotion
from gallery.records import Capture, FaceRecord, PhotoRecord
from tests.support.exported import face

HASH = "0123456789abcdef" * 4


def name(template: str, path: str = "/p/IMG 1.JPG", *, album: str = "", number: int = 7, **capture: object) -> str:
    faces = [face("sad", 0.6), face("happy", 0.9), face("uncertain", 0.95)]
    values = {"taken_at": datetime(2023, 6, 1, 9, 5, 7), "camera": "Canon", **capture}
    photo = PhotoRecord(path, [path], HASH, 4, 3, Capture(**values), faces)  # type: ignore[arg-type]
    return NameTemplate.parse(template).name(Named(photo, path, number, album))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{stem}", "IMG 1.JPG"),
        ("{date:%Y}/{emotion}/{stem}", "2023/happy/IMG 1.JPG"),
        ("{date}", "2023-06-01.JPG"),
        ("{date:%Y/%m-%B}/{stem}{suffix}", "2023/06-June/IMG 1.JPG"),
        ("{date:at %Hh%M 100%%}", "at 09h05 100%.JPG"),
        ("{suffix} {stem}", "JPG IMG 1"),
        ("{stem}.jpg", "IMG 1.jpg"),
        ("{stem}.png", "IMG 1.png.JPG"),
        ("{number} {number:03}", "7 007.JPG"),
        ("{hash:8}", "01234567.JPG"),
        ("{hash}", f"{HASH}.JPG"),
        ("{camera}/{album}", "Canon/no album.JPG"),
        ("{{{stem}}}", "{IMG 1}.JPG"),
        ("plain", "plain.JPG"),
    ],
)
def test_fields_become_what_the_table_says(template: str, expected: str) -> None:
    assert name(template) == expected


def test_what_is_not_known_is_named_so() -> None:
    assert name("{date:%Y/%m}/{camera}", taken_at=None, camera=None) == "undated/unknown camera.JPG"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("../../etc", "_.._etc/x.JPG"),
        ("/root", "_root/x.JPG"),
        ("..", "unnamed/x.JPG"),
        (". .", "unnamed/x.JPG"),
        ("-rf", "_rf/x.JPG"),
        ("CON", "_CON/x.JPG"),
        ("a\nb\u202ec", "a_b_c/x.JPG"),
        (".gallery-export.jsonl", "gallery-export.jsonl/x.JPG"),
        ("é" * 200, "é" * 127 + "/x.JPG"),
    ],
)
def test_values_never_lead_elsewhere(value: str, expected: str) -> None:
    assert name("{album}/x", album=value) == expected
    assert name("{camera}/x", camera=value) == expected


def test_stem_of_a_stranger_stays_one_name() -> None:
    assert name("{stem}", "/p/..\\..\\x.jpg") == "_.._x.jpg"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{dat}", "there is no field {dat}; known: {stem}, {suffix}, {date}, {emotion}, {number}, {album}, {camera}, "),
        ("{}", "there is no field {}; known: "),
        ("{stem.__class__}", "there is no field {stem.__class__}; known: "),
        ("{stem[0]}", "there is no field {stem[0]}; known: "),
        ("{stem!r}", "{stem!r}: fields take no conversion"),
        ("{stem:>10}", "{stem:>10}: after the colon allowed: no format"),
        ("{date:%Q}", "{date:%Q}: after the colon allowed: %Y %m %d "),
        ("{date:%}", "{date:%}: after the colon allowed: %Y %m %d "),
        ("{number:3}", "{number:3}: after the colon allowed: a width such as {number:03}"),
        ("{number:{stem}}", "{number:{stem}}: after the colon allowed: a width such as {number:03}"),
        ("{hash:65}", "{hash:65}: after the colon allowed: a number of digits from 1 to 64 such as {hash:8}"),
        ("{stem", "expected '}' before end of string; a brace as such is written twice"),
        ("stem}", "single '}' encountered in format string; a brace as such is written twice"),
        ("", "a part between slashes is empty or a dot; names are relative, such as {date:%Y}/{stem}"),
        ("/{stem}", "a part between slashes is empty or a dot"),
        ("{stem}/", "a part between slashes is empty or a dot"),
        ("a//{stem}", "a part between slashes is empty or a dot"),
        ("../{stem}", "a part between slashes is empty or a dot"),
        ("a/./{stem}", "a part between slashes is empty or a dot"),
        ("caf\udce9", "has bytes that are no UTF-8"),
    ],
)
def test_template_that_makes_no_sense_is_refused(template: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        NameTemplate.parse(template)
    assert str(caught.value).startswith(f"name template {template!r}: {reason}")


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        ([], "no face"),
        ([face("uncertain", 0.4)], "uncertain"),
        ([face("uncertain", 0.9), face("fear", 0.5)], "fear"),
        ([face("sad", 0.7), face("happy", 1.0), face("angry", 0.99)], "happy"),
    ],
)
def test_strongest_emotion(faces: list[FaceRecord], expected: str) -> None:
    assert strongest_emotion(faces) == expected
