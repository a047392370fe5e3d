"""Photos as a table for other programs, and what an export did as one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from gallery.errors import UsageError
from gallery.export.files import write_new
from gallery.export.request import Export
from gallery.export.results import ExportResult
from gallery.records import PhotoRecord

COLUMNS: Final = ("path", "hash", "taken_at", "camera", "faces", "emotions")
REPORT_COLUMNS: Final = ("source", "destination", "action", "reason")

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def photos_as_csv(export: Export) -> bytes:
    """A row per photo under a header of COLUMNS, in UTF-8; bytes of paths that are none stay as they are.

    `faces` is their number, `emotions` such as `happy 0.93; sad 0.61`. A cell that a spreadsheet would take for a
    formula, as it begins with = + - @, has an apostrophe before it.
    """
    return _csv(COLUMNS, map(_cells, export.photos))


def photos_as_json(export: Export) -> bytes:
    """An array with the documented object of each photo and its `camera`."""
    return _json([photo.as_json() | {"camera": photo.capture.camera} for photo in export.photos])


def check_report_name(path: Path) -> None:
    """Raises UsageError where the suffix doesn't say what a report is to be."""
    if path.suffix.lower() not in (".csv", ".json"):
        raise UsageError(f"{path}: a report is a .csv or a .json file; name it so")


def write_report(path: Path, results: Sequence[ExportResult]) -> None:
    """Writes what became of each file as a new CSV or JSON, as the suffix says, whole or not at all.

    Of a photo that has no file, as another one is in its place now, the reason says so, and JSON has `replaced`.

    Raises ExportError where it can't be made, UsageError for another suffix.
    """
    check_report_name(path)
    rows = [(one.source, one.target, str(one.action), one.reason) for one in results]
    if path.suffix.lower() == ".csv":
        write_new(path, _csv(REPORT_COLUMNS, rows))
    else:
        lines = zip(rows, results, strict=True)
        write_new(
            path,
            _json([dict(zip(REPORT_COLUMNS, row, strict=True)) | {"replaced": one.replaced} for row, one in lines]),
        )


def _cells(photo: PhotoRecord) -> tuple[Any, ...]:
    # Scores rounded down as in the JSON.
    faces = photo.as_json()["faces"]
    emotions = "; ".join(f"{face['emotion']} {face['score']:.4g}" for face in faces)
    return photo.told, photo.hash, photo.capture.iso8601(), photo.capture.camera, len(faces), emotions


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    # Lines end as RFC 4180 says; with "\n" alone Python leaves a "\r" in a file's name unquoted.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode(errors="surrogateescape")


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
