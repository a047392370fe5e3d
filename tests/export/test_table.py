"""Photos as a table, and reports of what an export did."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from gallery.errors import UsageError
from gallery.export import Export, ExportAction, ExportResult, write_report
from gallery.export.table import photos_as_csv, photos_as_json
from gallery.records import Capture, PhotoRecord
from tests.support.exported import BEACH, CAT, face, record, sha256


def export_of(*photos: PhotoRecord) -> Export:
    return Export(photos, Path("unused"))


def test_csv_has_a_row_per_photo(tmp_path: Path) -> None:
    photos = [
        record(
            tmp_path / "a, b.jpg",
            BEACH,
            face("happy", 0.93),
            face("sad", 0.6),
            taken="2023-06-01T12:30",
            camera="Canon",
        ),
        record(tmp_path / "c.jpg", CAT),
    ]
    assert photos_as_csv(export_of(*photos)).decode() == (
        "path,hash,taken_at,camera,faces,emotions\r\n"
        f'"{tmp_path}/a, b.jpg",{sha256(BEACH)},2023-06-01T12:30:00,Canon,2,happy 0.93; sad 0.6\r\n'
        f"{tmp_path}/c.jpg,{sha256(CAT)},,,0,\r\n"
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    evil = f"{start}HYPERLINK(1)"
    photo = PhotoRecord(evil, [evil], sha256(BEACH), 4, 3, Capture(camera=evil), [])
    rows = list(csv.reader(io.StringIO(photos_as_csv(export_of(photo)).decode(), newline="")))
    assert rows[1] == [f"'{evil}", sha256(BEACH), "", f"'{evil}", "0", ""]


def test_csv_keeps_the_bytes_of_a_path() -> None:
    path = os.fsdecode(b"/p/caf\xe9.jpg")
    photo = PhotoRecord(path, [path], sha256(BEACH), 4, 3, Capture(), [])
    assert photos_as_csv(export_of(photo)).splitlines()[1].startswith(b"/p/caf\xe9.jpg,")


def test_json_is_what_search_prints_and_the_camera(tmp_path: Path) -> None:
    photo = record(tmp_path / "a.jpg", BEACH, face("happy", 0.93), camera="Canon")
    assert json.loads(photos_as_json(export_of(photo))) == [photo.as_json() | {"camera": "Canon"}]


RESULTS = [
    ExportResult("/p/a.jpg", "/out/a.jpg", ExportAction.COPIED),
    ExportResult(None, "/out/old.jpg", ExportAction.REMOVED),
    ExportResult("/p/b.jpg", None, ExportAction.FAILED, "damaged, perhaps"),
]


def test_report_as_csv(tmp_path: Path) -> None:
    write_report(tmp_path / "report.CSV", RESULTS)
    assert (tmp_path / "report.CSV").read_bytes().decode() == (
        "source,destination,action,reason\r\n"
        "/p/a.jpg,/out/a.jpg,copied,\r\n"
        ",/out/old.jpg,removed,\r\n"
        '/p/b.jpg,,failed,"damaged, perhaps"\r\n'
    )


def test_report_as_json(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", RESULTS)
    assert json.loads((tmp_path / "report.json").read_bytes()) == [
        {"source": "/p/a.jpg", "destination": "/out/a.jpg", "action": "copied", "reason": None, "replaced": False},
        {"source": None, "destination": "/out/old.jpg", "action": "removed", "reason": None, "replaced": False},
        {
            "source": "/p/b.jpg",
            "destination": None,
            "action": "failed",
            "reason": "damaged, perhaps",
            "replaced": False,
        },
    ]


def test_report_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"report\.txt: a report is a \.csv or a \.json file; name it so$"):
        write_report(tmp_path / "report.txt", RESULTS)
    assert list(tmp_path.iterdir()) == []
