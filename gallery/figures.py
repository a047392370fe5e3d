"""Figures on a database, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from gallery import schema
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.query import Query
from gallery.search import Gate, matching_anywhere, reaches
from gallery.settings import Settings
from gallery.shown import count_stale


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
    content, path = schema.content.c, schema.path.c
    found = matching_anywhere(connection, query, settings).subquery()
    chosen = select(found.c.content_id)
    present = select(path.id).where(path.content_id == content.id, path.missing_since.is_(None)).exists()
    photos = select(func.count()).where(content.id.in_(chosen))
    emotions = _emotions(connection, chosen, Gate.of(query, settings))
    return Stats(
        photos=connection.execute(photos).scalar_one(),
        missing=connection.execute(photos.where(~present)).scalar_one(),
        faces=sum(emotions.values()),
        emotions=emotions,
        years=_years(connection, chosen),
        cameras=_cameras(connection, chosen),
        models=tuple(models(connection)),
        failures=connection.execute(select(func.count()).select_from(schema.failure)).scalar_one(),
        database_bytes=_database_bytes(connection),
    )


def _emotions(connection: Connection, chosen: Select[Any], gate: Gate) -> dict[str, int]:
    face = schema.face.c
    shown = case((reaches(face, EMOTIONS, gate.shown_from), face.emotion), else_=UNCERTAIN)
    counted = (face.content_id.in_(chosen), face.confidence >= gate.confidence, ~face.rejected)
    rows = connection.execute(select(shown, func.count()).where(*counted).group_by(shown))
    return {**dict.fromkeys((*EMOTIONS, UNCERTAIN), 0), **dict(rows.all())}


def _years(connection: Connection, chosen: Select[Any]) -> dict[int | None, int]:
    content = schema.content.c
    year: ColumnElement[str] = func.substr(content.taken_at, 1, 4)
    rows = connection.execute(
        select(year, func.count()).where(content.id.in_(chosen)).group_by(year).order_by(year.desc().nulls_last())
    )
    return {None if name is None else int(name): number for name, number in rows}


def _cameras(connection: Connection, chosen: Select[Any]) -> dict[str | None, int]:
    content = schema.content.c
    rows = connection.execute(
        select(content.camera, func.count())
        .where(content.id.in_(chosen))
        .group_by(content.camera)
        .order_by(func.count().desc(), content.camera)
    )
    return dict(rows.all())


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
