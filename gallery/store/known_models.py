"""The models that a database knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from gallery.db import schema


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model the database knows; `predictions` counts the faces it has classified."""

    id: str
    name: str
    added_at: datetime
    is_current: bool
    predictions: int


def models(connection: Connection) -> list[ModelRecord]:
    """Every known model, oldest first."""
    model, said = schema.model.c, schema.prediction.c
    number = select(func.count()).where(said.model_id == model.id).scalar_subquery()
    rows = connection.execute(
        select(model.digest, model.name, model.added_at, model.is_current, number).order_by(model.id)
    )
    return [ModelRecord(*row) for row in rows]
