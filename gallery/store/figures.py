"""Figures on a database, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from gallery.db import schema
from gallery.db.columns import DamagedValueError
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.query.query import Query
from gallery.search.conditions import has_file, is_counted, reaches
from gallery.search.gate import Gate
from gallery.search.matches import matching_anywhere
from gallery.settings import Settings
from gallery.store.shown import count_stale

Condition = ColumnElement[bool]
Among = Callable[[ColumnElement[int]], tuple[Condition, ...]]
"""Makes of a column that holds numbers of contents the conditions that they are of the photos in question."""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model the database knows; `predictions` counts the faces it has classified."""

    id: str
    name: str
    added_at: datetime
    is_current: bool
    predictions: int


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


def chosen(connection: Connection, query: Query, settings: Settings) -> Among:
    """The photos that match, whatever the limit; no condition where all do, for looking each up takes seconds."""
    if query.missing and query.where is None:
        return lambda _: ()
    found = matching_anywhere(connection, query, settings).subquery()
    numbers = select(found.c.content_id)
    return lambda content_id: (content_id.in_(numbers),)


def shown_emotion(face: Any, gate: Gate) -> ColumnElement[str]:
    """What a face is shown as: one of EMOTIONS or `uncertain`."""
    return case((reaches(face, EMOTIONS, gate.shown_from), face.emotion), else_=UNCERTAIN)


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


def models(connection: Connection) -> list[ModelRecord]:
    """Every known model, oldest first."""
    model, said = schema.model.c, schema.prediction.c
    number = select(func.count()).where(said.model_id == model.id).scalar_subquery()
    rows = connection.execute(
        select(model.digest, model.name, model.added_at, model.is_current, number).order_by(model.id)
    )
    return [ModelRecord(*row) for row in rows]


def check(connection: Connection) -> list[str]:
    """What is wrong, in sentences; empty where nothing is."""
    stale = count_stale(connection)
    problems = [f"{stale} faces show something else than labels and predictions say"] if stale else []
    if connection.dialect.name != "sqlite":
        return problems
    return [*_damage(connection), *_strangers(connection), *problems]


def _damage(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    damage = [f"damaged: {line}" for line in found if line != "ok"]
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision != schema.HEAD:
        damage.append(f"the schema is {revision}, not {schema.HEAD}")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return damage + [f"table {row[0]}, row {row[1]}: refers to a row of {row[2]} that isn't there" for row in broken]


def _strangers(connection: Connection) -> list[str]:
    """Triggers and views: gallery makes none, and one in a database from elsewhere acts behind our back."""
    rows = connection.exec_driver_sql("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    return [f"{kind} {name!r} isn't gallery's" for kind, name in rows]


def _database_bytes(connection: Connection) -> int | None:
    if connection.dialect.name != "sqlite":
        return None
    pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages * size)
