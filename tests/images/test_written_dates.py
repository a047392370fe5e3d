from __future__ import annotations

from datetime import datetime

import pytest

from gallery.images.written_dates import WrittenDate, parse_date, parse_offset

DOCUMENTED = {
    "2012:03:04 10:11:12": WrittenDate(datetime(2012, 3, 4, 10, 11, 12)),
    "2012-03-04T10:11:12.5+02:00": WrittenDate(datetime(2012, 3, 4, 10, 11, 12, 500_000), 6, 120),
    "2012/3/4 10.11.12 UTC": WrittenDate(datetime(2012, 3, 4, 10, 11, 12), 6, 0),
    "20120304 101112GMT-3": WrittenDate(datetime(2012, 3, 4, 10, 11, 12), 6, -180),
    "2012:03:04 10:11:12 pm": WrittenDate(datetime(2012, 3, 4, 22, 11, 12)),
    "2012:03:04 24:11:12": WrittenDate(datetime(2012, 3, 4, 0, 11, 12), is_odd=True),
    "2012:03:04 23:59:60": WrittenDate(datetime(2012, 3, 4, 23, 59, 59), is_odd=True),
    "2012: 3: 4  9: 5": WrittenDate(datetime(2012, 3, 4, 9, 5), 5),
    "2012:03:04 25:00:00": WrittenDate(datetime(2012, 3, 4), 3),
    "2012:03:00": WrittenDate(datetime(2012, 3, 1), 2),
    "2012": WrittenDate(datetime(2012, 1, 1), 1),
    "2012:13:01 00:00:00": None,
    "2012:02:30": None,
}


def test_the_table_of_the_docstring_is_that_of_the_tests():
    rows = [line.split("|")[1].strip(" `") for line in (parse_date.__doc__ or "").splitlines() if "| `" in line]
    assert rows == list(DOCUMENTED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *DOCUMENTED.items(),
        ("20111006 17:47:14.264", WrittenDate(datetime(2011, 10, 6, 17, 47, 14, 264_000))),
        ("20111006174714", WrittenDate(datetime(2011, 10, 6, 17, 47, 14))),
        ("2024-04-22T14:38:09GMT+2", WrittenDate(datetime(2024, 4, 22, 14, 38, 9), 6, 120)),
        ("2012:03:04 12:01:02 AM", WrittenDate(datetime(2012, 3, 4, 0, 1, 2))),
        ("2012:03:04 12:01:02 p.m.", WrittenDate(datetime(2012, 3, 4, 12, 1, 2))),
        ("2012:03:04 10:11:12 CEST", WrittenDate(datetime(2012, 3, 4, 10, 11, 12))),
        ("2012:03:04 10:75:12", WrittenDate(datetime(2012, 3, 4), 3)),
        ("2012:03:04 10:11:75", WrittenDate(datetime(2012, 3, 4, 10, 11), 5)),
        ("2012:03:04   :  :  ", WrittenDate(datetime(2012, 3, 4), 3)),
        ("2012:03:  ", WrittenDate(datetime(2012, 3, 1), 2)),
        ("1317923234264", None),
        ("04.03.2012", None),
        ("0000:00:00 00:00:00", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_date_is_read_as_far_as_it_is_legible(text, expected):
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Z", 0),
        ("GMT", 0),
        ("+2", 120),
        ("-0330", -210),
        ("UTC+05:30", 330),
        ("+14:01", None),
        ("+01:60", None),
        ("", None),
    ],
)
def test_offset_is_minutes_east(text, minutes):
    assert parse_offset(text) == minutes
