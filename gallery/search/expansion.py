"""Puts in place of names what they stand for: albums and saved queries, days such as `-3w`, folders by another path."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, select

from gallery.db import schema
from gallery.errors import AlbumError, QueryError, UsageError
from gallery.folding import did_you_mean
from gallery.query import terms
from gallery.query.parser import MOST_TERMS
from gallery.query.query import Query, album_key
from gallery.query.terms import Term
from gallery.query.times import span
from gallery.search.other_names import known_places

DEEPEST: Final = 24
"""Terms within terms, names included: the parser of SQLite gives up at 28 on the longest conditions."""


def no_album(connection: Connection, name: str) -> AlbumError:
    """The error for a name that no album has."""
    hint = _alike(connection, name, schema.album.c.name)
    return AlbumError(name, f"doesn't exist{hint or '; `gallery album list` names those that do'}")


def album_row(connection: Connection, name: str) -> tuple[int, str | None] | None:
    """Number and query of the album of this name, whatever its case; the query is None for a manual one."""
    album = schema.album.c
    row = connection.execute(select(album.id, album.query).where(album.key == album_key(name))).first()
    return None if row is None else (row.id, row.query)


def expanded(connection: Connection, query: Query, found_by: Callable[[Query], Select[Any]]) -> Query:
    """The same search with a `where` that needs no name looked up.

    `found_by` selects the contents that such a query finds: for one that is named and has a limit. Raises AlbumError
    and UsageError for names that don't exist or lead back to themselves, and for what grows too large.
    """
    where = _Expansion(connection, query.now or datetime.now(), found_by).of(query.where)
    return _looking_at_missing(replace(query, where=where))


def _looking_at_missing(query: Query) -> Query:
    """Who speaks of missing photos decides about them: they aren't left out besides."""
    asked = any(leaf == terms.Is("missing") for leaf, _ in terms.leaves(query.where))
    return replace(query, missing=True) if asked else query


@dataclass(frozen=True, slots=True)
class _Name:
    """An album or saved query on the way to where we are."""

    kind: str
    key: str
    shown: str

    def __str__(self) -> str:
        return f"{self.kind} {self.shown!r}"


class _Expansion:
    """Goes through all terms of one search, and through those of the names in it."""

    def __init__(self, connection: Connection, now: datetime, found_by: Callable[[Query], Select[Any]]) -> None:
        self._connection = connection
        self._now = now
        self._found_by = found_by
        self._count = 0
        self._depth = 0
        self._trail: list[_Name] = []

    def of(self, term: Term | None) -> Term:
        """The term without names."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise UsageError(f"the query and what it names are nested too deeply; allowed: {DEEPEST} within each other")
        match term:
            case None:
                found: Term = terms.And(())
            case terms.And(inner) | terms.Or(inner):
                found = terms.joined(type(term), [self.of(one) for one in inner])
            case terms.Not(one):
                found = terms.negated(self.of(one))
            case _:
                found = self._leaf(term)
        self._depth -= 1
        return found

    def _leaf(self, term: Term) -> Term:
        self._count += 1
        # Names that name others twice each grow beyond all bounds in a few steps.
        if self._count > MOST_TERMS:
            raise UsageError(f"the query and what it names have too many parts; allowed: {MOST_TERMS}")
        match term:
            case terms.Dated(field, first, last):
                since = span(first, self._now)[0] if first else None
                return terms.Between(field, since, span(last, self._now)[1] if last else None)
            case terms.InAlbum(name):
                return self._album(term, name)
            case terms.Saved(name):
                return self._named(_Name("query", album_key(name), name), saved_text(self._connection, name))
            case terms.Path(place) if os.path.isabs(place):  # noqa: PTH117
                places: list[Term] = [terms.Path(one) for one in known_places(self._connection, place)]
                return terms.joined(terms.Or, places)
        return term

    def _album(self, term: Term, name: str) -> Term:
        row = album_row(self._connection, name)
        if row is None:
            raise no_album(self._connection, name)
        return term if row[1] is None else self._named(_Name("album", album_key(name), name), row[1])

    def _named(self, name: _Name, text: str) -> Term:
        if any((name.kind, name.key) == (before.kind, before.key) for before in self._trail):
            way = " -> ".join(map(str, [*self._trail, name]))
            raise UsageError(f"{name} leads back to itself: {way}; change one of them")
        try:
            query = Query.parse(text, now=self._now)
        except QueryError as error:
            raise UsageError(f"{name} can't be read: {error}; in {text!r}") from None
        self._trail.append(name)
        query = replace(query, where=self.of(query.where))
        self._trail.pop()
        if query.limit is None:
            return query.where or terms.And(())
        query = _looking_at_missing(query)
        return terms.Among(self._found_by(query), query)


def saved_text(connection: Connection, name: str) -> str:
    """The saved query of this name, whatever its case. Raises UsageError where there is none."""
    saved = schema.saved_query.c
    text: str | None = connection.execute(select(saved.text).where(saved.key == album_key(name))).scalar()
    if text is None:
        raise no_saved_query(connection, name)
    return text


def no_saved_query(connection: Connection, name: str) -> UsageError:
    """The error for a name under which no query is saved."""
    hint = _alike(connection, name, schema.saved_query.c.name)
    return UsageError(f"query {name!r}: doesn't exist{hint or '; `gallery query list` names those that do'}")


def _alike(connection: Connection, name: str, names: ColumnElement[str]) -> str:
    return did_you_mean(name, list(connection.execute(select(names)).scalars()))
