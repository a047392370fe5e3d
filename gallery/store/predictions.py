"""What models said of faces: which crops one hasn't seen, and what it says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.faces import Prediction
from gallery.records import ModelInfo
from gallery.store import shown


@dataclass(frozen=True, slots=True)
class StoredCrop:
    """The JPEG of a face as it was classified."""

    face_id: int
    jpeg: bytes


def crops_without(connection: Connection, model: ModelInfo, limit: int, after: int) -> list[StoredCrop]:
    """So many crops that the model hasn't classified, by rising face number, only those above `after`."""
    crop, said = schema.crop.c, schema.prediction.c
    number = select(schema.model.c.id).where(schema.model.c.digest == model.id).scalar_subquery()
    seen = select(said.face_id).where(said.face_id == crop.face_id, said.model_id == number).exists()
    statement = select(crop.face_id, crop.jpeg).where(crop.face_id > after, ~seen).order_by(crop.face_id)
    return [StoredCrop(*row) for row in connection.execute(statement.limit(limit))]


def add(connection: Connection, model: ModelInfo, found: Sequence[tuple[int, Prediction]]) -> None:
    """Stores what the model says of these faces, in place of what it said before."""
    table = schema.prediction
    said = {number: prediction.probabilities for number, prediction in found}
    number = shown.register_model(connection, model.id, model.name)
    for chunk in chunked(sorted(said)):
        connection.execute(delete(table).where(and_(table.c.model_id == number, table.c.face_id.in_(chunk))))
        fresh = [{"face_id": face, "model_id": number, "scores": said[face]} for face in chunk]
        connection.execute(insert(table), fresh)
    shown.refresh(connection, said)
