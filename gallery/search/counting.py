"""Counts the photos that a Query describes, whatever its limit.

To look up for each whether it has a file is most of the work of counting all photos, or all with a common emotion. As
nearly all have one, all are counted then, and those among the few without a file are taken off.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import CompoundSelect, Connection, Select, func, select, union

from gallery.db import schema
from gallery.query import terms
from gallery.query.query import Query
from gallery.search import matches
from gallery.search.conditions import has_file
from gallery.settings import Settings

_FEW: Final = 50_000
"""Files that are gone, of which each costs as much to look up as in a count photo by photo."""


def count(connection: Connection, query: Query, settings: Settings) -> int:
    """How many contents match, whatever the limit."""
    query = matches.expand(connection, query, settings)
    how = matches.plan(connection, query, settings)
    if query.missing or not matches.passes_many(connection, query, how) or not few_are_gone(connection):
        return _number(connection, matches.matching(query, settings, how))
    how, anywhere = replace(how, ordered=False), replace(query, missing=True)
    among_gone = replace(anywhere, where=terms.And((*matches.needed(query), terms.Among(without_file()))))
    everything, gone = (matches.matching(each, settings, how) for each in (anywhere, among_gone))
    return _number(connection, everything) - _number(connection, gone)


def _number(connection: Connection, found: Select[Any] | CompoundSelect[Any]) -> int:
    return int(connection.execute(select(func.count()).select_from(found.subquery())).scalar_one())


def few_are_gone(connection: Connection) -> bool:
    """Whether so few files are gone that looking each up is quicker than looking up whether every photo has one."""
    path = schema.path.c
    return matches.count_some(connection, select(path.id).where(path.missing_since.is_not(None)), _FEW) < _FEW


def without_file() -> CompoundSelect[Any]:
    """The contents of which no file exists: all their files are gone, or were overwritten."""
    content, path = schema.content.c, schema.path.c
    gone = select(path.content_id).where(path.missing_since.is_not(None), ~has_file(path.content_id))
    overwritten = select(content.id).where(content.former_path.is_not(None), ~has_file(content.id))
    return union(gone, overwritten)
