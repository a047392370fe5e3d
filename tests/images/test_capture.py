from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from gallery.images.capture import notes_on_dates, read_capture
from gallery.images.decode import read_image
from gallery.records import Capture
from tests.support.photos import draw_photo

MIDDAY_NS = 1_685_622_600_250_000_000
"""2023-06-01 12:30:00.25 UTC: 19,509 days and 12.5 hours after 1970."""

DATE_TIME, MAKE, MODEL = 306, 271, 272
ORIGINAL, DIGITIZED = 36867, 36868
SUBSEC, SUBSEC_ORIGINAL, SUBSEC_DIGITIZED = 37520, 37521, 37522
OFFSET, OFFSET_ORIGINAL, OFFSET_DIGITIZED = 36880, 36881, 36882

GOOD = "2023:06:01 12:30:00"
LATER = "2024:02:29 23:59:59"

FROM_ORIGINAL = datetime(2023, 6, 1, 12, 30)
AT_QUARTER = datetime(2023, 6, 1, 12, 30, 0, 250_000)
AT_HALF = datetime(2023, 6, 1, 12, 30, 0, 500_000)
FROM_LATER = datetime(2024, 2, 29, 23, 59, 59)
NOW = datetime(2024, 3, 1, 9)
END = datetime(2024, 3, 2, 23, 59, 59)


@pytest.fixture(autouse=True)
def _in_india(monkeypatch):
    """Wall clock 5:30 h east of UTC, so that a mix-up of the two shows."""
    monkeypatch.setenv("TZ", "IST-5:30")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def exif_of(*, main: dict[int, Any] | None = None, sub: dict[int, Any] | None = None, gps: Any = None) -> Image.Exif:
    exif = Image.Exif()
    for tag, value in (main or {}).items():
        exif[tag] = value
    exif.get_ifd(ExifTags.IFD.Exif).update(sub or {})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    return exif


def capture_of(**ifds: Any) -> Capture:
    return read_capture(exif_of(**ifds), MIDDAY_NS, NOW)


def dms(degrees: int, minutes: int, hundredths: int) -> tuple[IFDRational, IFDRational, IFDRational]:
    return IFDRational(degrees, 1), IFDRational(minutes, 1), IFDRational(hundredths, 100)


FILE_TIME = (datetime(2023, 6, 1, 18, 0, 0, 250_000), 330, "file")

DATES: list[tuple[str, dict[int, Any], dict[int, Any], tuple[datetime, int | None, str]]] = [
    ("nothing", {}, {}, FILE_TIME),
    ("original first", {DATE_TIME: LATER}, {ORIGINAL: GOOD, DIGITIZED: LATER}, (FROM_ORIGINAL, None, "exif")),
    ("then digitised", {DATE_TIME: GOOD}, {DIGITIZED: LATER}, (FROM_LATER, None, "exif")),
    ("then changed", {DATE_TIME: LATER}, {}, (FROM_LATER, None, "exif")),
    ("tags of the wrong block", {ORIGINAL: GOOD}, {}, (FROM_ORIGINAL, None, "exif")),
    (
        "fraction and offset of the same kind",
        {DATE_TIME: LATER},
        {ORIGINAL: GOOD, SUBSEC_ORIGINAL: "25", OFFSET_ORIGINAL: "+02:00", OFFSET: "+09:00", SUBSEC: "99"},
        (AT_QUARTER, 120, "exif"),
    ),
    (
        "no fraction or offset of another kind",
        {},
        {DIGITIZED: GOOD, SUBSEC_ORIGINAL: "25", OFFSET_ORIGINAL: "+02:00"},
        (FROM_ORIGINAL, None, "exif"),
    ),
    (
        "fraction and offset of the change",
        {DATE_TIME: LATER},
        {SUBSEC: "007", OFFSET: "-03:30"},
        (FROM_LATER.replace(microsecond=7_000), -210, "exif"),
    ),
    ("fraction too long", {}, {ORIGINAL: GOOD, SUBSEC_ORIGINAL: "5000009"}, (AT_HALF, None, "exif")),
    ("fraction with blanks", {}, {ORIGINAL: GOOD, SUBSEC_ORIGINAL: "5  \0"}, (AT_HALF, None, "exif")),
    ("fraction as a number", {}, {ORIGINAL: GOOD, SUBSEC_ORIGINAL: 25}, (AT_QUARTER, None, "exif")),
    ("fraction that is none", {}, {ORIGINAL: GOOD, SUBSEC_ORIGINAL: "-1"}, (FROM_ORIGINAL, None, "exif")),
    ("zeros", {DATE_TIME: LATER}, {ORIGINAL: "0000:00:00 00:00:00"}, (FROM_LATER, None, "exif")),
    ("blanks", {DATE_TIME: LATER}, {ORIGINAL: "    :  :     :  :  "}, (FROM_LATER, None, "exif")),
    ("month 13", {DATE_TIME: LATER}, {ORIGINAL: "2023:13:01 12:30:00"}, (FROM_LATER, None, "exif")),
    ("30 February", {DATE_TIME: LATER}, {ORIGINAL: "2023:02:30 12:30:00"}, (FROM_LATER, None, "exif")),
    ("hour 24", {DATE_TIME: LATER}, {ORIGINAL: "2023:06:01 24:30:00"}, (datetime(2023, 6, 1, 0, 30), None, "exif")),
    ("second 60", {}, {ORIGINAL: "2016:12:31 23:59:60"}, (datetime(2016, 12, 31, 23, 59, 59), None, "exif")),
    ("no seconds", {}, {ORIGINAL: "2023:06:01 12:30"}, (FROM_ORIGINAL, None, "exif part")),
    ("no time", {DATE_TIME: LATER}, {ORIGINAL: "2023:06:01"}, (datetime(2023, 6, 1), None, "exif part")),
    ("no time, which another tells", {DATE_TIME: GOOD}, {ORIGINAL: "2023:06:01"}, (FROM_ORIGINAL, None, "exif")),
    ("no day", {}, {ORIGINAL: "2023:06:00 00:00:00"}, (datetime(2023, 6, 1), None, "exif part")),
    ("no month", {DATE_TIME: LATER}, {ORIGINAL: "1993:00:00 00:00:00"}, (datetime(1993, 1, 1), None, "exif part")),
    ("afternoon", {}, {ORIGINAL: "2023:06:01 00:30:00 PM"}, (FROM_ORIGINAL, None, "exif")),
    ("zone in words", {}, {ORIGINAL: GOOD + "GMT+2"}, (FROM_ORIGINAL, 120, "exif")),
    ("no colons", {}, {ORIGINAL: "20230601 12:30:00.500"}, (AT_HALF, None, "exif")),
    ("blanks for zeros", {}, {ORIGINAL: "2023: 6: 1 12:30: 0"}, (FROM_ORIGINAL, None, "exif")),
    ("last second of tomorrow", {}, {ORIGINAL: "2024:03:02 23:59:59"}, (END, None, "exif")),
    ("later than tomorrow", {DATE_TIME: LATER}, {ORIGINAL: "2024:03:03 00:00:00"}, (FROM_LATER, None, "exif")),
    ("Buddhist year", {DATE_TIME: LATER}, {ORIGINAL: "2567:02:28 12:30:00"}, (FROM_LATER, None, "exif")),
    ("nothing but the future", {DATE_TIME: "9999:12:31 23:59:59"}, {}, FILE_TIME),
    ("before photography", {DATE_TIME: LATER}, {ORIGINAL: "1601:01:01 00:00:00"}, (FROM_LATER, None, "exif")),
    ("garbage bytes", {DATE_TIME: LATER}, {ORIGINAL: b"\xff\xfe\x00\x01"}, (FROM_LATER, None, "exif")),
    ("a number", {DATE_TIME: LATER}, {ORIGINAL: 20230601}, (FROM_LATER, None, "exif")),
    ("a tuple", {DATE_TIME: LATER}, {ORIGINAL: (GOOD, GOOD)}, (FROM_LATER, None, "exif")),
    ("Arabic digits", {DATE_TIME: LATER}, {ORIGINAL: "٢٠٢٣:06:01 12:30:00"}, (FROM_LATER, None, "exif")),
    ("nothing but nonsense", {DATE_TIME: ""}, {ORIGINAL: "?", DIGITIZED: None}, FILE_TIME),
    ("NUL and blanks behind", {}, {ORIGINAL: GOOD + " \0\0junk"}, (FROM_ORIGINAL, None, "exif")),
    ("bytes", {}, {ORIGINAL: GOOD.encode() + b"\0"}, (FROM_ORIGINAL, None, "exif")),
    ("ISO 8601", {}, {ORIGINAL: "2023-06-01T12:30:00"}, (FROM_ORIGINAL, None, "exif")),
    ("ISO 8601, all of it", {}, {ORIGINAL: "2023-06-01T12:30:00.5+02:00"}, (AT_HALF, 120, "exif")),
    ("ISO 8601 in UTC", {}, {ORIGINAL: "2023-06-01T12:30:00Z"}, (FROM_ORIGINAL, 0, "exif")),
    ("slashes", {}, {ORIGINAL: "2023/06/01 12:30:00"}, (FROM_ORIGINAL, None, "exif")),
    ("offset out of range", {}, {ORIGINAL: GOOD, OFFSET_ORIGINAL: "+25:99"}, (FROM_ORIGINAL, None, "exif")),
    ("offset beyond the date line", {}, {ORIGINAL: GOOD, OFFSET_ORIGINAL: "+14:01"}, (FROM_ORIGINAL, None, "exif")),
    ("offset with 60 minutes", {}, {ORIGINAL: GOOD, OFFSET_ORIGINAL: "+01:60"}, (FROM_ORIGINAL, None, "exif")),
    ("offset of blanks", {}, {ORIGINAL: GOOD, OFFSET_ORIGINAL: "   :  "}, (FROM_ORIGINAL, None, "exif")),
    ("offset of another type", {}, {ORIGINAL: GOOD, OFFSET_ORIGINAL: 1.5}, (FROM_ORIGINAL, None, "exif")),
    ("offset without colon", {}, {ORIGINAL: GOOD, OFFSET_ORIGINAL: "-0330\0"}, (FROM_ORIGINAL, -210, "exif")),
]


@pytest.mark.parametrize(("main", "sub", "expected"), [case[1:] for case in DATES], ids=[case[0] for case in DATES])
def test_time_comes_from_the_first_usable_date(main, sub, expected):
    capture = capture_of(main=main, sub=sub)
    assert (capture.taken_at, capture.taken_offset_minutes, capture.taken_source) == expected


STAMP, CLOCK = 29, 7


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({STAMP: "2012:03:04", CLOCK: dms(10, 11, 1234)}, (datetime(2012, 3, 4, 10, 11, 12), 0, "gps")),
        ({STAMP: "2012:03:04"}, (datetime(2012, 3, 4), None, "gps")),
        ({STAMP: "2012:03:04", CLOCK: (math.nan, 1, 2)}, (datetime(2012, 3, 4), None, "gps")),
        ({STAMP: "2012:03:04", CLOCK: b"abc"}, (datetime(2012, 3, 4), None, "gps")),
        ({CLOCK: dms(10, 11, 1200)}, FILE_TIME),
        ({STAMP: "2030:03:04", CLOCK: dms(10, 11, 1200)}, FILE_TIME),
    ],
)
def test_date_of_gps_counts_where_there_is_no_other(tags, expected):
    capture = capture_of(gps=tags)
    assert (capture.taken_at, capture.taken_offset_minutes, capture.taken_source) == expected
    assert capture_of(gps=tags, main={DATE_TIME: GOOD}).taken_at == FROM_ORIGINAL


def test_file_of_the_future_has_no_time():
    assert read_capture(Image.Exif(), MIDDAY_NS, datetime(2023, 5, 31, 23)).taken_source == "file"
    assert read_capture(Image.Exif(), MIDDAY_NS, datetime(2023, 5, 30, 23)) == Capture()


def test_notes_tell_what_is_passed_over_and_what_is_taken_in_part():
    notes = notes_on_dates(
        exif_of(
            main={DATE_TIME: "1993:00:00 00:00:00"}, sub={ORIGINAL: "2567:03:04 10:11:12", DIGITIZED: "2012:02:30"}
        ),
        NOW,
    )
    assert [(note.text, note.why) for note in notes] == [
        ("2567:03:04 10:11:12", "in the future"),
        ("2012:02:30", "no such day"),
        ("1993:00:00 00:00:00", "taken as far as it is legible"),
    ]


@pytest.mark.parametrize("unset", ["0000:00:00 00:00:00", "    :  :     :  :  ", ""])
def test_clock_that_was_never_set_is_no_date_to_tell_of(unset):
    assert notes_on_dates(exif_of(sub={ORIGINAL: unset}), NOW) == ()
    assert notes_on_dates(exif_of(sub={ORIGINAL: GOOD}, main={DATE_TIME: "2567:03:04 10:11:12"}), NOW) == ()


def test_file_time_before_1970_keeps_its_fraction():
    capture = read_capture(Image.Exif(), -750_000_000)
    assert (capture.taken_at, capture.taken_offset_minutes) == (datetime(1970, 1, 1, 5, 29, 59, 250_000), 330)


@pytest.mark.parametrize("mtime_ns", [10**30, -(10**30)])
def test_impossible_file_time_is_no_time(mtime_ns):
    assert read_capture(Image.Exif(), mtime_ns) == Capture()


@pytest.mark.parametrize(
    ("make", "model", "expected"),
    [
        ("Apple", "iPhone 7", "Apple iPhone 7"),
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("CANON", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D70", "NIKON D70"),
        ("HP", "HPhone", "HPhone"),
        ("Co One", "Cobra 5", "Co One Cobra 5"),
        ("Apple", None, "Apple"),
        (None, "iPhone 7", "iPhone 7"),
        ("", "", None),
        (" \0", "\t", None),
        ("FUJIFILM  \0\0", " X100  V\n", "FUJIFILM X100 V"),
        ("A\x1b[31mB", "C\u202eD", "A [31mB C D"),
        (b"Nikon\0junk", b"\xffZ\0", "Nikon \ufffdZ"),
        (("a", "b"), 5.5, None),
        ("Apple", 7, "Apple 7"),
        ("x" * 500, "y", "x" * 100),
    ],
)
def test_camera_is_make_and_model_tidied(make, model, expected):
    tags = {tag: value for tag, value in ((MAKE, make), (MODEL, model)) if value is not None}
    assert capture_of(main=tags).camera == expected


def gps(latitude: Any, longitude: Any, north: Any = "N", east: Any = "E") -> dict[int, Any]:
    return {1: north, 2: latitude, 3: east, 4: longitude}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (gps(dms(41, 13, 1308), dms(96, 4, 1785), "N", "W"), (41.2203, -96.071625)),
        (gps(dms(33, 51, 3600), dms(151, 12, 3600), "S", "E"), (-33.86, 151.21)),
        (gps(dms(33, 51, 3600), dms(151, 12, 3600), b"S\0", "east"), (-33.86, 151.21)),
        (gps(IFDRational(125, 10), (IFDRational(7), IFDRational(30)), "n", "e"), (12.5, 7.5)),
        (gps([12, 30, 0], (7.5,)), (12.5, 7.5)),
        (gps((90, 0, 0), (180, 0, 0), "S", "W"), (-90, -180)),
        (gps((0, 0, 0), (10, 0, 0)), (0, 10)),
        (gps((0, 0, 0), (0, 0, 0)), None),
        (gps((90, 0, 1), (10, 0, 0)), None),
        (gps((10, 0, 0), (180, 0, 1)), None),
        (gps((10, 61, 0), (10, 0, 0)), None),
        (gps((-10, 0, 0), (10, 0, 0)), None),
        (gps((IFDRational(10, 0), 0, 0), (10, 0, 0)), None),
        (gps((10, 0, IFDRational(0, 0)), (10, 0, 0)), None),
        (gps((math.nan, 0, 0), (10, 0, 0)), None),
        (gps((math.inf, 0, 0), (10, 0, 0)), None),
        (gps((10**400, 0, 0), (10, 0, 0)), None),
        (gps((10, 0, 0), (10, 0, 0), north=None), (10, 10)),
        (gps((10, 0, 0), (10, 0, 0), north="S", east="?"), (-10, 10)),
        (gps((10, 0, 0), (10, 0, 0), north=7, east="\0"), (10, 10)),
        (gps((0, 0, 0), (0, 0, 0), north=None, east=None), None),
        (gps("10", b"10"), None),
        (gps(None, None), None),
        (gps((), (1, 2, 3, 4)), None),
        ({2: (10, 0, 0), 4: (10, 0, 0)}, (10, 10)),
        ({2: (10, 0, 0)}, None),
        ({}, None),
    ],
)
def test_position_is_decimal_degrees_or_nothing(tags, expected):
    capture = capture_of(gps=tags)
    if expected is None:
        assert (capture.latitude, capture.longitude) == (None, None)
    else:
        assert (capture.latitude, capture.longitude) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "heic", "avif"])
def test_capture_survives_the_way_through_a_file(tmp_path, suffix):
    exif = exif_of(
        main={MAKE: "Canon", MODEL: "EOS R5"},
        sub={ORIGINAL: GOOD, SUBSEC_ORIGINAL: "25", OFFSET_ORIGINAL: "-07:00"},
        gps=gps(dms(33, 51, 3600), dms(151, 12, 3600), "S", "E"),
    )
    photo = draw_photo(tmp_path / f"a.{suffix}", size=(64, 48), exif=exif)
    capture = read_image(photo, long_side=None, max_megapixels=1).capture
    assert replace(capture, latitude=None, longitude=None) == Capture(AT_QUARTER, -420, "exif", "Canon EOS R5")
    assert (capture.latitude, capture.longitude) == pytest.approx((-33.86, 151.21))


@pytest.mark.parametrize(
    "raw",
    [
        b"Exif\0\0garbage that is no TIFF structure",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 40,
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\xff\xff\xff\xf0\0\0\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\x02\0\x69\x87\x02\0\x04\0\0\0abc\0\x25\x88\x04\0\x01\0\0\0\x08\0\0\0\0\0\0\0",
    ],
    ids=["no TIFF", "endless", "block outside the file", "blocks of the wrong type and in a circle"],
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_damaged_exif_costs_nothing_but_itself(tmp_path, raw):
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (20, 10), "red").save(photo, exif=raw)
    decoded = read_image(photo, long_side=None, max_megapixels=1)
    assert decoded.image.size == (20, 10)
    assert (decoded.capture.taken_source, decoded.capture.camera, decoded.capture.latitude) == ("file", None, None)
