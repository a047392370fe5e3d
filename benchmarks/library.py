"""Databases of any size, drawn from a seed, for the benchmarks that need a large one.

`fill` writes what an index of the photos would have left, in every table and column, without any photo. Folders by
year and month, more of them filled each year; two faces per photo on average, most of them happy or neutral and one in
a thousand disgusted; scores and detections of every confidence, some too low to count; a few photos without a date,
copies, missing photos and words of a person. Only the stored crops are smaller than life, for the sake of the disk.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from PIL import Image
from sqlalchemy import Connection, Table, func, insert, select

from gallery import schema
from gallery.emotions import EMOTIONS
from gallery.faces import Prediction
from gallery.pipeline import encode_crop
from gallery.records import FileStamp, ModelInfo
from gallery.store import Store

MODEL: Final = ModelInfo("0" * 64, "drawn")
FIRST_YEAR: Final = 2010
YEARS: Final = 16

_FREQUENCY: Final = {
    "angry": 0.03,
    "disgust": 0.001,
    "fear": 0.009,
    "happy": 0.45,
    "sad": 0.06,
    "surprise": 0.04,
    "neutral": 0.41,
}
_FACES: Final = {0: 0.28, 1: 0.21, 2: 0.20, 3: 0.12, 4: 0.08, 5: 0.05, 6: 0.03, 8: 0.02, 12: 0.01}
"""Share of the photos with so many faces; the mean is 2."""
_CAMERAS: Final = ("Canon EOS R6", "Apple iPhone 13", "Google Pixel 7", "NIKON D750", None)
_SHARES: Final = {"undated": 0.03, "copied": 0.02, "missing": 0.01, "sure": 0.9, "named": 0.001, "rejected": 0.001}

_AT_ONCE: Final = 20_000
"""Photos per transaction."""
_CACHE: Final = "PRAGMA cache_size=-1000000"
"""A gigabyte: hashes come in no order, so that each goes to another page of their index."""


def places(photos: int, root: str = "/home/me/Photos") -> Iterator[str]:
    """Paths of so many photos in folders such as 2019/2019-07, in the order of a scan."""
    for number in range(photos):
        month = int(12 * YEARS * math.sqrt((number + 0.5) / photos))
        year, month = FIRST_YEAR + month // 12, month % 12 + 1
        yield f"{root}/{year}/{year}-{month:02}/IMG_{number:07}.jpg"


def drawn_files(photos: int, seed: int = 0) -> Iterator[FileStamp]:
    """Stamps of files that don't exist, of the size that photos have."""
    dice = random.Random(seed)
    for path in places(photos):
        yield FileStamp(path, dice.randrange(1_500_000, 6_000_000), 1_700_000_000_000_000_000 + dice.randrange(10**17))


def photos_in(store: Store) -> int:
    """How many photos a database holds."""
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(schema.content)).scalar_one()


def fill(store: Store, files: Iterable[FileStamp], seed: int = 0) -> None:
    """Writes a photo for each file, whose path must come from `places`, into an empty database."""
    store.use_model(MODEL)
    draw = _Drawn(seed)
    remaining = iter(files)
    while batch := list(itertools.islice(remaining, _AT_ONCE)):
        rows = draw.rows(batch)
        with store.write_connection() as connection:
            connection.exec_driver_sql(_CACHE)
            for table, values in rows.items():
                _insert(connection, table, values)


def _insert(connection: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    if values:
        connection.execute(insert(table), values)


Rows = dict[Table, list[dict[str, Any]]]


class _Drawn:
    """Draws photos one after the other, counting the rows."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._contents = itertools.count(1)
        self._faces = itertools.count(1)
        self._crops = [encode_crop(Image.effect_noise((8, 8), 40 + n).convert("RGB")) for n in range(16)]
        self._added = datetime(2025, 12, 31, tzinfo=UTC)

    def rows(self, files: Sequence[FileStamp]) -> Rows:
        """The rows of all tables for these photos, parents first."""
        rows: Rows = {
            table: []
            for table in (schema.content, schema.path, schema.face, schema.crop, schema.prediction, schema.label)
        }
        for file in files:
            self._add_photo(rows, file)
        return rows

    def _happens(self, what: str) -> bool:
        return self._dice.random() < _SHARES[what]

    def _pick(self, shares: dict[Any, float]) -> Any:
        return self._dice.choices(tuple(shares), tuple(shares.values()))[0]

    def _add_photo(self, rows: Rows, file: FileStamp) -> None:
        number, dice = next(self._contents), self._dice
        taken_at = None if self._happens("undated") else self._moment(file.path)
        self._added += timedelta(milliseconds=70)
        upright = dice.random() < 0.3
        rows[schema.content].append(
            {
                "id": number,
                "hash": hashlib.sha256(file.path.encode()).hexdigest(),
                "width": 3000 if upright else 4000,
                "height": 4000 if upright else 3000,
                "format": "JPEG",
                "taken_at": taken_at,
                "taken_offset_minutes": 60 if taken_at else None,
                "taken_source": "exif" if taken_at else None,
                "camera": dice.choice(_CAMERAS),
                "latitude": dice.uniform(-60, 60),
                "longitude": dice.uniform(-180, 180),
                "detector": "drawn",
                "added_at": self._added,
                "former_path": None,
            }
        )
        self._add_paths(rows, file, number)
        for place in range(self._pick(_FACES)):
            self._add_face(rows, number, place, taken_at)

    def _add_paths(self, rows: Rows, file: FileStamp, content_id: int) -> None:
        row = {
            "content_id": content_id,
            "path": file.path,
            "size": file.size,
            "mtime_ns": file.mtime_ns,
            "missing_since": None,
        }
        # A copy is always one that is gone: `files` are all that exists.
        rows[schema.path].append(row)
        if self._happens("copied"):
            gone = file.path.replace("IMG_", "copy of IMG_")
            rows[schema.path].append(row | {"path": gone, "missing_since": self._added})

    def _moment(self, path: str) -> datetime:
        year, month = map(int, Path(path).parent.name.split("-"))
        return datetime(year, month, 1) + timedelta(seconds=self._dice.randrange(28 * 86_400))

    def _add_face(self, rows: Rows, content_id: int, place: int, taken_at: datetime | None) -> None:
        number, dice = next(self._faces), self._dice
        box = self._box(place)
        probabilities = self._probabilities()
        said = self._said(rows, content_id, box)
        shown = said or Prediction(probabilities)
