"""Faces and their emotions, broken down by emotion, time, folder or camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from gallery.db import schema
from gallery.db.columns import FilePath
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.errors import UsageError
from gallery.query.query import Query
from gallery.search.chosen import chosen, copies_meant
from gallery.search.conditions import is_counted, shown_emotion
from gallery.search.gate import Gate
from gallery.settings import Settings
from gallery.store.statistics import checked_key
from gallery.store.store import Store

BY: Final = ("emotion", "month", "year", "folder", "camera")

SHOWN: Final = (*EMOTIONS, UNCERTAIN)
"""What faces are counted as, in this order."""

MIN_FACES: Final = 25
"""Shares are given of so many faces or more: twice the standard error of a share of one half is 1 / sqrt(n)."""

SHARES_RULE: Final = (
    f"Shares are given from {MIN_FACES} faces on: of fewer, chance alone moves them by more than 20 points."
)


@dataclass(frozen=True, slots=True)
class Group:
    """The photos that have `key` in common, None where they lack it: no date, no camera, no file.

    `emotions` counts their faces as they are shown.
    """

    key: str | None
    photos: int
    emotions: Mapping[str, int]

    @property
    def faces(self) -> int:
        """All faces that count."""
        return sum(self.emotions.values())

    def shares(self) -> dict[str, float] | None:
        """The share of each emotion, 0 to 1; None where there are fewer than MIN_FACES faces."""
        faces = self.faces
        return {emotion: number / faces for emotion, number in self.emotions.items()} if faces >= MIN_FACES else None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Groups of photos, and how many `photos` and `faces` there are in all.

    A photo with copies in two folders is in the groups of both, unless a query means but one of them; one with two
    faces may be in the groups of two emotions, and one without a face is in none.
    """

    by: str
    photos: int
    faces: int
    groups: tuple[Group, ...]

    def share_of(self, group: Group) -> float | None:
        """The share of all faces that are in this group, 0 to 1; None where there are fewer than MIN_FACES faces."""
        return group.faces / self.faces if self.faces >= MIN_FACES else None

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object of `gallery stats --by`."""
        return {
            "by": self.by,
            "photos": self.photos,
            "faces": self.faces,
            "min_faces_for_shares": MIN_FACES,
            "groups": [self._group_as_json(group) for group in self.groups],
        }

    def _group_as_json(self, group: Group) -> dict[str, Any]:
        start = {self.by: group.key, "photos": group.photos, "faces": group.faces}
        if self.by == "emotion":
            return {**start, "share": self.share_of(group)}
        return {**start, "emotions": dict(group.emotions), "shares": group.shares()}


def breakdown(store: Store, by: str, query: Query | None = None, settings: Settings | None = None) -> Breakdown:
    """The photos that match, whatever the limit, in groups by one of BY; all photos without a query.

    Emotions come in their order, months (`2023-06`), years and folders by name, cameras with most photos first; what
    has no date, camera or file comes last. Groups without photos are left out, except those of emotions. Raises
    UsageError where `by` is something else.
    """
    if by not in BY:
        raise UsageError(f"photos can't be broken down by {by!r}; allowed: {', '.join(BY)}")
    query, settings = query or Query(missing=True), settings or Settings()
    with store.read() as connection:
        counting = _Counting(connection, query, settings)
        return counting.by_emotion() if by == "emotion" else counting.by_key(by)


class _Counting:
    """The questions of one breakdown, about the same photos."""

    def __init__(self, connection: Connection, query: Query, settings: Settings) -> None:
        self._connection = connection
        self._gone = query.missing
        self._gate = Gate.of(query, settings)
        self._among = chosen(connection, query, settings)
        self._copies = copies_meant(connection, query, settings)

    def by_emotion(self) -> Breakdown:
        face = schema.face.c
        shown = shown_emotion(face, self._gate)
        counts = select(shown, func.count(), func.count(face.content_id.distinct())).group_by(shown)
        rows = self._connection.execute(counts.where(*is_counted(face, self._gate), *self._among(face.content_id)))
        found = {emotion: (photos, faces) for emotion, faces, photos in rows}
        every = [(emotion, *found.get(emotion, (0, 0))) for emotion in SHOWN]
        groups = [Group(emotion, photos, {emotion: faces}) for emotion, photos, faces in every]
        return Breakdown("emotion", self._all_photos(), sum(group.faces for group in groups), tuple(groups))

    def by_key(self, by: str) -> Breakdown:
        placed = (self._folders() if by == "folder" else self._keys(by)).subquery()
        counted = select(placed.c.key, func.count()).group_by(placed.c.key)
        photos: dict[str | None, int] = dict(self._connection.execute(counted).all())
        if by in ("month", "year"):
            photos = {key and checked_key(by, key): number for key, number in photos.items()}
        emotions: dict[str | None, dict[str, int]] = {key: dict.fromkeys(SHOWN, 0) for key in photos}
        for key, emotion, number in self._emotions(placed):
            emotions[key][emotion] = number
        groups = tuple(Group(key, photos[key], emotions[key]) for key in _ordered(by, photos))
        # Copies in several folders are several times in the groups.
        faces = self.by_emotion().faces if by == "folder" else sum(group.faces for group in groups)
        return Breakdown(by, self._all_photos(), faces, groups)

    def _all_photos(self) -> int:
        content = schema.content
        counted = select(func.count()).select_from(content).where(*self._among(content.c.id))
        return int(self._connection.execute(counted).scalar_one())

    def _keys(self, by: str) -> Any:
        """Selects content_id and key."""
        content = schema.content.c
        keys: dict[str, ColumnElement[Any]] = {
            "month": func.substr(content.taken_at, 1, 7),
            "year": func.substr(content.taken_at, 1, 4),
            "camera": content.camera,
        }
        return select(content.id.label("content_id"), keys[by].label("key")).where(*self._among(content.id))

    def _folders(self) -> Any:
        """Selects content_id and key: the folders of the files that exist, for a photo that is gone those it was in."""
        content, path, other = schema.content, schema.path, schema.path.alias().c
        present = select(other.id).where(other.content_id == content.c.id, other.missing_since.is_(None)).exists()

        def counts(file: Any) -> ColumnElement[bool]:
            exists: ColumnElement[bool] = file.missing_since.is_(None)
            return or_(exists, ~present) if self._gone else exists

        files = and_(path.c.content_id == content.c.id, counts(path.c))
        if self._copies is not None:
            files = and_(files, self._copies.means(path.c, counts))
        folder = case((path.c.path.is_not(None), func.parent_folder(path.c.path, type_=FilePath()))).label("key")
        placed = select(content.c.id.label("content_id"), folder).join_from(content, path, files, isouter=self._gone)
        return placed.where(*self._among(content.c.id)).distinct()

    def _emotions(self, placed: Any) -> Sequence[Any]:
        """Key, emotion and number of faces."""
        face = schema.face.c
        shown = shown_emotion(face, self._gate)
        within = select(placed.c.key, shown, func.count()).join_from(
            placed, schema.face, face.content_id == placed.c.content_id
        )
        return self._connection.execute(within.where(*is_counted(face, self._gate)).group_by(placed.c.key, shown)).all()


def _ordered(by: str, photos: Mapping[str | None, int]) -> list[str | None]:
    named = sorted(key for key in photos if key is not None)
    if by == "camera":
        named.sort(key=lambda camera: -photos[camera])
    return [*named, *([None] if None in photos else [])]
