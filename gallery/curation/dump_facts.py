"""The facts of a dump, as they are once they were read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gallery.curation.dump_shots import ShotFact
from gallery.records import Picture


@dataclass(frozen=True, slots=True)
class LabelFact:
    """What a person said of the face in this box (left, top, right, bottom)."""

    hash: str
    box: tuple[float, ...]
    kind: str
    emotion: str | None
    said_at: datetime
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class DrawnFact:
    """There is a face in this box, a person said, which no detector found."""

    hash: str
    box: tuple[float, ...]
    said_at: datetime
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class PickFact:
    """The photo is one to keep, or isn't: `word` is "pick" or "reject"."""

    hash: str
    word: str
    said_at: datetime
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class TurnedFact:
    """The photo is shown turned, as in `gallery.images.turns`."""

    hash: str
    turn: int
    said_at: datetime
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class AlbumFact:
    """An album without its photos; one with a query is smart."""

    name: str
    note: str
    created_at: datetime
    cover: str | None
    query: str | None
    uid: str | None = None
    """None in a dump of version 1."""
    cover_picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class PhotoFact:
    """A place in a manual album."""

    album: str
    position: int
    hash: str
    added_at: datetime
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class QueryFact:
    """A saved query."""

    name: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RootFact:
    """A folder that is looked through, and how: see `gallery.store.roots.Root`."""

    path: str
    include: tuple[str, ...]
    follow_links: bool
    added_at: datetime


Fact = LabelFact | DrawnFact | PickFact | TurnedFact | AlbumFact | PhotoFact | QueryFact | RootFact | ShotFact
