"""Databases of any size, drawn from a seed, for the benchmarks that need a large one.

`fill` writes what indexing the photos would have left, in every table and column that it fills, without any photo.
Folders by year and month, fuller every year; two faces per photo on average, most of them happy or neutral, one in a
thousand disgusted; some scores and confidences too low to count; a few photos without a date, copies that were
deleted, photos without a file, and faces on which a person spoke. Only the stored crops are smaller than life, to spare
the disk.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import os
import random
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from PIL import Image
from sqlalchemy import Table, func, select

from gallery.db import schema
from gallery.db.columns import Instant, Points, Scores, WallClock
from gallery.emotions import EMOTIONS
from gallery.indexing.pipeline import encode_crop
from gallery.records import FileStamp, ModelInfo
from gallery.store.store import Store

T = TypeVar("T")

MODEL: Final = ModelInfo("0" * 64, "drawn")
FIRST_YEAR: Final = 2010
MONTHS: Final = 16 * 12

_EMOTIONS: Final = {
    "angry": 0.03,
    "disgust": 0.001,
    "fear": 0.009,
    "happy": 0.45,
    "sad": 0.06,
    "surprise": 0.04,
    "neutral": 0.41,
}
_FACES: Final = {0: 0.28, 1: 0.21, 2: 0.20, 3: 0.12, 4: 0.08, 5: 0.05, 6: 0.03, 8: 0.02, 12: 0.01}
"""Shares of the photos with so many faces, 2 on average."""
_CAMERAS: Final = ("Apple iPhone 13", "Canon EOS R6", "Google Pixel 7", "NIKON D750", None)
_UNDATED, _COPIED, _UNSURE, _LABELLED = 0.03, 0.02, 0.1, 0.002

_AT_ONCE: Final = 20_000
"""Photos per transaction."""
_POOL: Final = 100_000
"""So many predictions are drawn, and faces share them: drawing one takes nearly as long as writing a face."""

Rows = dict[Table, list[tuple[Any, ...]]]

_COLUMNS: Final = {
    schema.content: (
        *("id", "hash", "width", "height", "format", "taken_at", "taken_offset_minutes", "taken_source", "camera"),
        *("latitude", "longitude", "detector", "added_at"),
    ),
    schema.path: ("content_id", "path", "size", "mtime_ns", "missing_since"),
    schema.face: (
        *("id", "content_id", "number", "confidence", "taken_at", "left", "top", "right", "bottom", "landmarks"),
        *("emotion", "score", "source", "rejected"),
    ),
    schema.crop: ("face_id", "jpeg"),
    schema.prediction: ("face_id", "model_id", "scores"),
    schema.label: ("hash", "content_id", "left", "top", "right", "bottom", "kind", "emotion", "said_at"),
}
"""In the order of the rows drawn here, parents first."""


def places(photos: int, root: str = "/home/me/Photos") -> Iterator[str]:
    """So many paths such as ROOT/2019/2019-07/IMG_0000042.jpg, in the order of a scan."""
    for number in range(photos):
        year, month = divmod(int(MONTHS * math.sqrt((number + 0.5) / photos)), 12)
        year += FIRST_YEAR
        yield f"{root}/{year}/{year}-{month + 1:02}/IMG_{number:07}.jpg"


def drawn_files(photos: int, seed: int = 0) -> Iterator[FileStamp]:
    """Stamps of files that don't exist, in `places`."""
    dice = random.Random(seed)
    for path in places(photos):
        yield FileStamp(path, dice.randrange(1_500_000, 6_000_000), 10**18 + dice.randrange(7 * 10**17))


def photos_in(store: Store) -> int:
    """How many photos the database holds."""
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(schema.content)).scalar_one()


def faces_in(store: Store) -> int:
    """How many faces the database holds."""
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(schema.face)).scalar_one()


def fill(file: Path, files: Iterable[FileStamp], *, gone: float = 0.01, seed: int = 0) -> None:
    """Makes a database in `file` with a photo for each of the files, which must lie as in `places`.

    `gone` is the share of the photos whose file is marked as missing.
    """
    with Store.open(file) as store:
        store.use_model(MODEL)
    drawing, left = _Drawing(gone, random.Random(seed)), iter(files)
    # Nothing is checked or secured against a power cut, or it would take twice as long.
    with closing(sqlite3.connect(file)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "ignore_check_constraints=ON"):
            connection.execute(f"PRAGMA {pragma}")
        while batch := list(itertools.islice(left, _AT_ONCE)):
            with connection:
                for table, rows in drawing.rows(batch).items():
                    connection.executemany(_insert(table), rows)


def _insert(table: Table) -> str:
    names = _COLUMNS[table]
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' * len(names))})"


class _Drawing:
    """Draws one photo after the other; counts the rows, so that they know each other's numbers."""

    def __init__(self, gone: float, dice: random.Random) -> None:
        self._gone = gone
        self._dice = dice
        self._contents, self._faces = itertools.count(1), itertools.count(1)
        self._added = datetime(2026, 1, 1, tzinfo=UTC)
        self._numbers = _spread(_FACES, 1000)
        self._boxes = [[_box(place, dice) for _ in range(100)] for place in range(max(_FACES))]
        self._predictions = [_prediction(dice) for _ in range(_POOL)]
        self._crops = [encode_crop(Image.frombytes("RGB", (8, 8), dice.randbytes(192))) for _ in range(100)]

    def rows(self, files: Sequence[FileStamp]) -> Rows:
        """What is to be written of these photos."""
        rows: Rows = {table: [] for table in _COLUMNS}
        for file in files:
            self._added += timedelta(milliseconds=70)
            number, now = next(self._contents), _instant(self._added)
            taken_at = None if self._dice.random() < _UNDATED else self._taken_at(file.path)
            rows[schema.content].append(self._content(file, number, taken_at, now))
            self._add_paths(rows, file, number, now)
            self._add_faces(rows, number, taken_at, now)
        return rows

    def _pick(self, values: Sequence[T]) -> T:
        return values[int(self._dice.random() * len(values))]

    def _taken_at(self, path: str) -> str:
        year, month = path.split("/")[-2].split("-")
        return _wall_clock(datetime(int(year), int(month), 1) + timedelta(seconds=self._dice.random() * 28 * 86_400))

    def _content(self, file: FileStamp, number: int, taken_at: str | None, now: str) -> tuple[Any, ...]:
        digest = hashlib.sha256(file.path.encode()).hexdigest()
        dated = (taken_at, 60, "exif") if taken_at else (None, None, None)
        place = (120 * self._dice.random() - 60, 360 * self._dice.random() - 180)
        return (number, digest, 4000, 3000, "JPEG", *dated, self._pick(_CAMERAS), *place, "drawn long_side=960", now)

    def _add_paths(self, rows: Rows, file: FileStamp, content_id: int, now: str) -> None:
        missing_since = now if self._dice.random() < self._gone else None
        rows[schema.path].append((content_id, os.fsencode(file.path), file.size, file.mtime_ns, missing_since))
        if self._dice.random() < _COPIED:
            copy = file.path.removesuffix(".jpg") + " (2).jpg"
            rows[schema.path].append((content_id, os.fsencode(copy), file.size, file.mtime_ns, now))

    def _add_faces(self, rows: Rows, content_id: int, taken_at: str | None, now: str) -> None:
        confidences = sorted((self._confidence() for _ in range(self._pick(self._numbers))), reverse=True)
        for number, (boxes, confidence) in enumerate(zip(self._boxes, confidences, strict=False), start=1):
            face_id, (sides, landmarks) = next(self._faces), self._pick(boxes)
            scores, shown = self._pick(self._predictions)
            if self._dice.random() < _LABELLED:
                said, shown = self._label()
                digest = rows[schema.content][-1][1]
                rows[schema.label].append((digest, content_id, *sides, *said, now))
            rows[schema.face].append((face_id, content_id, number, confidence, taken_at, *sides, landmarks, *shown))
            rows[schema.crop].append((face_id, self._pick(self._crops)))
            rows[schema.prediction].append((face_id, 1, scores))

    def _confidence(self) -> float:
        share = self._dice.random()
        return 0.95 + 0.05 * share if self._dice.random() >= _UNSURE else 0.6 + 0.35 * share

    def _label(self) -> tuple[tuple[str, str | None], _ShownColumns]:
        """Kind and emotion of what a person said of a face, and what is shown of the face then."""
        if self._dice.random() < 0.5:
            return ("not_face", None), (None, None, "person", True)
        emotion = _drawn_emotion(self._dice)
        return ("emotion", emotion), (emotion, 1.0, "person", False)


_ShownColumns = tuple[str | None, float | None, str, bool]
"""emotion, score, source, rejected: what gallery.store.shown would work out; `Store.check` compares."""

_wall_clock = WallClock().store
_instant = Instant().store


def _spread(shares: Mapping[T, float], count: int) -> list[T]:
    """About so many values, each as often as its share says."""
    return [value for value, share in shares.items() for _ in range(round(share * count))]


def _drawn_emotion(dice: random.Random) -> str:
    return dice.choices(tuple(_EMOTIONS), tuple(_EMOTIONS.values()))[0]


def _prediction(dice: random.Random) -> tuple[bytes, _ShownColumns]:
    """Scores, of which one is the highest, at 0.3 and more, in a sixth of the faces too low to be shown."""
    emotion, best = _drawn_emotion(dice), 1 - 0.7 * dice.random() ** 2
    others = [dice.uniform(0.5, 1.5) for _ in EMOTIONS[1:]]
    scores = [(1 - best) * other / sum(others) for other in others]
    scores.insert(EMOTIONS.index(emotion), best)
    return Scores().store(scores), (emotion, best, "model", False)


def _box(place: int, dice: random.Random) -> tuple[tuple[float, ...], bytes]:
    """Sides and landmarks; four places to a row and apart, so that a label means one face alone."""
    left, top, side = 100.0 + 950 * (place % 4), 100.0 + 950 * (place // 4), dice.uniform(100, 800)
    places = ((0.3, 0.4), (0.5, 0.4), (0.4, 0.6), (0.3, 0.8), (0.5, 0.8))
    points = [(left + x * side, top + y * side) for x, y in places]
    return (left, top, left + 0.8 * side, top + side), Points().store(points)


def open_or_make(file: Path, photos: int) -> Store:
    """The database in this file; made with so many photos where there is none."""
    if not file.exists():
        # Under another name: one that was left half done must not be taken for whole.
        part = file.with_name(f"{file.name}.part")
        for name in (part, Path(f"{part}-wal"), Path(f"{part}-shm")):
            name.unlink(missing_ok=True)
        fill(part, drawn_files(photos))
        part.rename(file)
    return Store.open(file)
