"""Figures on photos and on the database: how many, with which emotions, from which years and cameras."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from gallery.db import schema
from gallery.db.columns import DamagedValueError
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.query.query import Query
from gallery.search.chosen import Among, chosen
from gallery.search.conditions import has_file, is_counted, shown_emotion
from gallery.search.gate import Gate
from gallery.settings import Settings
from gallery.store.known_models import ModelRecord, models


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures on photos that match a query, then on the whole database.

    `missing` are the photos without any file left, counted in `photos` too. `emotions` has a count for each label and
    `uncertain`, `years` one for each year and None for photos without a date, newest first, `cameras` likewise, most
    used first.
    """

    photos: int
    missing: int
    faces: int
    emotions: Mapping[str, int]
    years: Mapping[int | None, int]
    cameras: Mapping[str | None, int]
    models: tuple[ModelRecord, ...]
    failures: int
    database_bytes: int | None

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "photos": self.photos,
            "missing": self.missing,
            "faces": self.faces,
            "emotions": dict(self.emotions),
            "years": [{"year": year, "photos": count} for year, count in self.years.items()],
            "cameras": [{"camera": camera, "photos": count} for camera, count in self.cameras.items()],
            "models": [
                {"id": model.id, "name": model.name, "current": model.is_current, "predictions": model.predictions}
                for model in self.models
            ],
            "failures": self.failures,
            "database_bytes": self.database_bytes,
        }


def stats(connection: Connection, query: Query, settings: Settings) -> Stats:
    """Figures on the photos that match, whatever the limit, and on the database."""
    content = schema.content.c
    among = chosen(connection, query, settings)
    photos = select(func.count()).select_from(schema.content).where(*among(content.id))
    emotions = _emotions(connection, among, Gate.of(query, settings))
    return Stats(
        photos=connection.execute(photos).scalar_one(),
        missing=connection.execute(photos.where(~has_file(content.id))).scalar_one(),
        faces=sum(emotions.values()),
        emotions=emotions,
        years=_years(connection, among),
        cameras=_cameras(connection, among),
        models=tuple(models(connection)),
        failures=connection.execute(select(func.count()).select_from(schema.failure)).scalar_one(),
        database_bytes=_database_bytes(connection),
    )


def _emotions(connection: Connection, among: Among, gate: Gate) -> dict[str, int]:
    face = schema.face.c
    shown = shown_emotion(face, gate)
    counts = select(shown, func.count()).where(*among(face.content_id), *is_counted(face, gate)).group_by(shown)
    return {**dict.fromkeys((*EMOTIONS, UNCERTAIN), 0), **dict(connection.execute(counts).all())}


def _years(connection: Connection, among: Among) -> dict[int | None, int]:
    content = schema.content.c
    year: ColumnElement[str] = func.substr(content.taken_at, 1, 4)
    counts = select(year, func.count()).where(*among(content.id)).group_by(year)
    rows = connection.execute(counts.order_by(year.desc().nulls_last()))
    return {None if name is None else int(checked_key("year", name)): number for name, number in rows}


def checked_key(by: str, name: str) -> str:
    """The month or year, as it was read; DamagedValueError where it is none."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}" if by == "month" else r"[0-9]{4}", name):
        raise DamagedValueError(f"a photo can't have been taken in the {by} {name!r}")
    return name


def _cameras(connection: Connection, among: Among) -> dict[str | None, int]:
    content = schema.content.c
    counts = select(content.camera, func.count()).where(*among(content.id)).group_by(content.camera)
    return dict(connection.execute(counts.order_by(func.count().desc(), content.camera)).all())


def _database_bytes(connection: Connection) -> int | None:
    if connection.dialect.name != "sqlite":
        return None
    pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages * size)
