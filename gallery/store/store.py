"""The database as the rest of the program sees it. The Store is the only owner of connections."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType

from sqlalchemy import Connection, Engine, delete, func, or_, select, update

from gallery.db import schema
from gallery.db.engine import database_file, describe, for_writing, translated
from gallery.db.keyed import chunked, contents_with
from gallery.db.upgrade import open_engine
from gallery.errors import NotIndexedError
from gallery.faces import Prediction
from gallery.query.query import Query
from gallery.records import FailureRecord, ModelInfo, PhotoRecord
from gallery.search import counting, matches
from gallery.search.chosen import copies_meant
from gallery.search.matches import Gate
from gallery.settings import Settings
from gallery.store import (
    changes,
    folders,
    known_files,
    known_models,
    photo_rows,
    predictions,
    shown,
    soundness,
    statistics,
    versions,
    words,
)
from gallery.store.alone import index_lock
from gallery.store.changes import AddPhoto, Change, Fail, LinkPath, Touch
from gallery.store.folders import FolderSummary
from gallery.store.homes import settle, staying, stays_turned
from gallery.store.known_files import KnownFile, StoredLook
from gallery.store.known_models import ModelRecord
from gallery.store.pictures import Pictures, known_pictures
from gallery.store.predictions import StoredCrop
from gallery.store.statistics import Stats
from gallery.system.paths import AnyPath, absolute
from gallery.system.waiting import Patience, tell_nobody

__all__ = [
    "AddPhoto",
    "Change",
    "Fail",
    "FailureRecord",
    "KnownFile",
    "LinkPath",
    "ModelRecord",
    "Stats",
    "Store",
    "StoredCrop",
    "Touch",
]


class Store:
    """One database. Every method is one transaction; every error is a StoreError or another GalleryError."""

    def __init__(self, engine: Engine, patience: Patience | None = None, limits: Settings | None = None) -> None:
        self._engine = engine
        self.patience = patience or Patience()
        self.limits = limits or Settings()
        self.location = describe(engine)

    @classmethod
    def open(
        cls,
        location: AnyPath | None = None,
        *,
        busy_timeout_seconds: float = 5.0,
        tell: Callable[[str], None] = tell_nobody,
        limits: Settings | None = None,
    ) -> Store:
        """The database at a path or SQLAlchemy URL, created or upgraded where need be; None is the default one.

        Who writes waits so long for another writer, for ever with `math.inf`; after 5 seconds `tell` gets a sentence
        that says for whom, where that can be known. Reading waits for nobody. Of the settings `limits`, those count
        that say how much of what was done is kept for undo.
        """
        patience = Patience(busy_timeout_seconds, tell)
        return cls(open_engine(location, patience=patience), patience, limits)

    def close(self) -> None:
        """Lets go of the file; also done at the end of a `with`."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database from beginning to end."""
        with translated(self.location), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write_connection(self) -> Iterator[Connection]:
        """A connection that holds the write lock; all is written at the end, or nothing after an exception."""
        with translated(self.location), for_writing(self._engine).begin() as connection:
            yield connection

    @contextmanager
    def index_lock(self, *, wait: bool = False) -> Iterator[None]:
        """Held by the one process that indexes into this database, whatever links lead to it.

        Raises StoreLockedError where it is taken, unless it is to `wait`.
        """
        file = database_file(self._engine)
        if file is None:
            yield
            return
        with index_lock(file.resolve(), self.location, replace(self.patience, seconds=math.inf if wait else 0)):
            yield

    def known_files(self) -> dict[str, KnownFile]:
        """Every path the database has heard of."""
        with self.read() as connection:
            return known_files.known_files(connection)

    def known_hashes(self, hashes: Collection[str]) -> set[str]:
        """Those of the content hashes that are in the database, whichever version of a photo they are.

        Not those of which only a dump has told: no file of these was read here.
        """
        with self.read() as connection:
            return contents_with(connection, hashes).keys() - versions.only_expected(connection, hashes)

    def paths_of(self, hash: str) -> list[str]:  # noqa: A002
        """Every path of a photo in any version, those that exist first; empty for an unknown hash."""
        path = schema.path.c
        with self.read() as connection:
            number = versions.content_with(connection, hash)
            statement = select(path.path).where(path.content_id == number)
            return list(connection.execute(statement.order_by(path.missing_since.is_not(None), path.path)).scalars())

    def pictures(self) -> Pictures:
        """By what each photo is known, whatever its bytes."""
        with self.read() as connection:
            return known_pictures(connection)

    def stored_look(self, hash: str) -> StoredLook | None:  # noqa: A002
        """What is kept of how a photo with these bytes looks; None for one that isn't there."""
        with self.read() as connection:
            return known_files.stored_look(connection, hash)

    def left_behind(self, name: str) -> tuple[int, int, bool]:
        """Words on other photos of the shot that find no face in this one; places in albums that stay with those.

        And whether one of those was turned by a person, and this one isn't, for it lies otherwise.
        """
        with self.read() as connection:
            return len(words.waiting(connection, name)), staying(connection, name), stays_turned(connection, name)

    def use_model(self, model: ModelInfo) -> None:
        """Makes the model the one whose predictions are shown, where a person hasn't said otherwise.

        A face that it hasn't seen keeps the prediction of the newest model that has.
        """
        with self.write_connection() as connection:
            shown.use_model(connection, model.id, model.name)

    def write(self, batch: Sequence[Change], *, model: ModelInfo, detector: str) -> None:
        """Writes all changes, or after an exception none. `model` made the predictions, `detector` found the faces."""
        with self.write_connection() as connection:
            number = shown.register_model(connection, model.id, model.name)
            changes.apply(connection, batch, model_id=number, detector=detector)

    def mark_missing(self, paths: Collection[str]) -> None:
        """Notes that these files are gone. Whatever hangs on their photos stays."""
        path = schema.path
        with self.write_connection() as connection:
            for chunk in chunked(sorted(paths)):
                there = or_(path.c.missing_since.is_(None), path.c.unwanted.is_not(None))
                gone = update(path).where(path.c.path.in_(chunk), there)
                connection.execute(gone.values(missing_since=datetime.now(UTC), unwanted=None))
            settle(connection)

    def current_model(self) -> ModelInfo | None:
        """The model whose predictions are shown; None in a database that no model was used on."""
        model = schema.model.c
        with self.read() as connection:
            row = connection.execute(select(model.digest, model.name).where(model.is_current)).first()
        return None if row is None else ModelInfo(*row)

    def count_without_prediction(self, model: ModelInfo) -> int:
        """How many faces the model hasn't classified. Counts over indexes alone, which takes no time."""
        said = schema.prediction.c
        number = select(schema.model.c.id).where(schema.model.c.digest == model.id).scalar_subquery()
        seen = select(func.count()).where(said.model_id == number).scalar_subquery()
        faces = select(func.count()).select_from(schema.face).scalar_subquery()
        with self.read() as connection:
            return int(connection.execute(select(faces - seen)).scalar_one())

    def faces_without_prediction(self, model: ModelInfo, *, limit: int = 1000, after: int = 0) -> list[StoredCrop]:
        """Crops that the model hasn't classified, by rising face number, only those above `after`.

        To go through all of them, pass the last number of the answer before: else each call starts at the beginning.
        """
        with self.read() as connection:
            return predictions.crops_without(connection, model, limit, after)

    def add_predictions(self, model: ModelInfo, found: Sequence[tuple[int, Prediction]]) -> None:
        """Stores what the model says of these faces, in place of what it said before."""
        with self.write_connection() as connection:
            predictions.add(connection, model, found)

    def failures(self) -> list[FailureRecord]:
        """Every file that couldn't be read, by path."""
        failure = schema.failure.c
        columns = (failure.path, failure.size, failure.mtime_ns, failure.reason, failure.transient, failure.failed_at)
        with self.read() as connection:
            return [FailureRecord(*row) for row in connection.execute(select(*columns).order_by(failure.path))]

    def clear_failures(self, paths: Collection[str]) -> None:
        """Forgets the failures of files that are gone."""
        with self.write_connection() as connection:
            for chunk in chunked(sorted(paths)):
                connection.execute(delete(schema.failure).where(schema.failure.c.path.in_(chunk)))

    def search(self, query: Query, *, settings: Settings | None = None) -> list[PhotoRecord]:
        """The photos that match, in the order asked for. Raises AlbumError for an album that doesn't exist.

        Where the query speaks of paths, the files that it means come first in each: see `gallery.search.copies`.
        """
        settings = settings or Settings()
        with self.read() as connection:
            found = matches.matching_ids(connection, query, settings)
            copies = copies_meant(connection, query, settings)
            return photo_rows.records(connection, found, Gate.of(query, settings), copies)

    def search_files(self, query: Query, *, settings: Settings | None = None) -> list[photo_rows.Files]:
        """The files of each photo that `search` would find, in the same order, much faster."""
        settings = settings or Settings()
        with self.read() as connection:
            numbers = matches.matching_ids(connection, query, settings)
            copies = copies_meant(connection, query, settings)
            return list(photo_rows.files(connection, numbers, copies))

    def search_paths(self, query: Query, *, settings: Settings | None = None) -> list[str]:
        """The `path` of each photo that `search` would find, but for those in whose last place another photo is now."""
        return [found.paths[0] for found in self.search_files(query, settings=settings) if not found.replaced]

    def count(self, query: Query, *, settings: Settings | None = None) -> int:
        """How many photos match, whatever the limit."""
        with self.read() as connection:
            return counting.count(connection, query, settings or Settings())

    def photo(self, path: AnyPath, *, settings: Settings | None = None) -> PhotoRecord:
        """The photo in this file. Raises NotIndexedError."""
        with self.read() as connection:
            return photo_rows.photo_at(connection, absolute(path), Gate.of(Query(), settings or Settings()))

    def folder(self, path: AnyPath, *, settings: Settings | None = None) -> FolderSummary | None:
        """Figures on a folder; None where this is none. Raises NotIndexedError where nothing is known in it."""
        with self.read() as connection:
            return folders.summarize(connection, absolute(path), settings or Settings())

    def crop(self, face_id: int) -> bytes:
        """The JPEG of a face as it was classified. Raises NotIndexedError."""
        crop = schema.crop.c
        with self.read() as connection:
            jpeg: bytes | None = connection.execute(select(crop.jpeg).where(crop.face_id == face_id)).scalar()
        if jpeg is None:
            raise NotIndexedError(f"face {face_id}", "isn't in the database")
        return jpeg

    def stats(self, query: Query | None = None, *, settings: Settings | None = None) -> Stats:
        """Figures on the photos that match (all of them by default) and on the database."""
        with self.read() as connection:
            return statistics.stats(connection, query or Query(missing=True), settings or Settings())

    def models(self) -> list[ModelRecord]:
        """Every model that predicted something or was made current, oldest first."""
        with self.read() as connection:
            return known_models.models(connection)

    def check(self) -> list[str]:
        """What is wrong with the database, in sentences; empty where nothing is."""
        with self.read() as connection:
            return soundness.check(connection)
