"""What is known of a folder as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from gallery.db import schema
from gallery.errors import NotIndexedError
from gallery.query import terms
from gallery.query.query import Query
from gallery.search.conditions import lies_at
from gallery.search.other_names import known_places
from gallery.settings import Settings
from gallery.store import statistics


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """Figures on the photos in and below the folder at `path`, as the database knows it.

    `photos`, `faces` and `emotions` are of photos that have a file there. `missing` files are gone, `unwanted` ones are
    ignored, in a bin, or in a forgotten folder; `failures` couldn't be read.
    """

    path: str
    photos: int
    faces: int
    emotions: Mapping[str, int]
    missing: int
    unwanted: int
    failures: int

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return asdict(self)


def summarize(connection: Connection, place: str, settings: Settings) -> FolderSummary | None:
    """What is known of the folder at this absolute path, which need not be there any more; None for anything else.

    Raises NotIndexedError for a folder in and below which nothing is known.
    """
    known, failed = schema.path.c, schema.failure.c
    if connection.execute(select(known.id).where(known.path == place)).first() is not None:
        return None
    places = known_places(connection, place)
    counts = select(func.count(), func.count(known.missing_since), func.count(known.unwanted))
    files, away, unwanted = connection.execute(counts.where(or_(*(lies_at(known.path, at) for at in places)))).one()
    failing = select(func.count()).select_from(schema.failure)
    failures = connection.execute(failing.where(or_(*(_is_below(failed.path, at) for at in places)))).scalar_one()
    if not files and not failures:
        if Path(place).is_dir():
            raise NotIndexedError(place, "no photo in it is in the database; run `gallery index` on it")
        return None
    figures = statistics.stats(connection, Query(where=terms.Path(place)), settings)
    shown = places[0] if len(places) == 1 else place
    return FolderSummary(shown, figures.photos, figures.faces, figures.emotions, away - unwanted, unwanted, failures)


def _is_below(path: ColumnElement[str], place: str) -> ColumnElement[bool]:
    """Not the place itself: a file that failed is no folder."""
    return and_(lies_at(path, place), path != place)
