"""Queries that are kept: as text, counted, and followed where they ask for an album by its name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Column, Connection, Table, func, select

from gallery.curation.history import Recorder
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import QueryError, UsageError
from gallery.query import terms
from gallery.query.query import Query, album_key
from gallery.query.terms import Term
from gallery.search import matches
from gallery.settings import Settings
from gallery.store.store import Store

_GONE_OR_NOT: Final = terms.Or((terms.Is("missing"), terms.Not(terms.Is("missing"))))
"""Holds for every photo; whoever speaks of missing photos gets them as well."""

Change = Callable[[Term, bool], Term]
"""What becomes of a term that isn't made of others, and whether that is wanted: false within a not."""


def query_id(store: Store, query: Query) -> str:
    """What tells this query from others, in 32 digits: the same on another day, and when an album in it is renamed.

    Scores of single emotions aren't part of it: those that a model's precision stands for change.
    """
    with store.read() as connection:
        album = schema.album.c
        uids: dict[str, str] = dict(connection.execute(select(album.key, album.uid)).all())

    def unnamed(term: Term, _: bool) -> Term:
        return terms.InAlbum(uids.get(album_key(term.name), term.name)) if isinstance(term, terms.InAlbum) else term

    where = "" if query.where is None else str(changed(query.where, unnamed))
    asked = json.dumps([where, query.sort, query.limit, query.missing, query.min_score])
    return hashlib.sha256(asked.encode()).hexdigest()[:32]


def text_of(query: Query, settings: Settings) -> str:
    """The query in the search language, whatever flags it was made of. Raises UsageError where that can't be said."""

    def said(term: Term, wanted: bool) -> Term:
        match term:
            case terms.HasEmotion(emotions):
                return terms.joined(terms.Or, _with_scores(query, emotions, settings, wanted=wanted))
            case terms.AllFaces() | terms.MostFaces() if query.min_score is not None or query.min_scores:
                raise UsageError(f"a least score can't be kept together with {term}; leave one of them out")
            case terms.Between(field, since, until):
                return terms.Dated(field, _first(since), _last(until))
        return term

    parts = [] if query.where is None else [changed(query.where, said)]
    if query.missing:
        parts.append(_GONE_OR_NOT)
    words = [str(terms.joined(terms.And, parts))] if parts else []
    words += [f"sort:{query.sort}"] if query.sort not in (None, "newest") else []
    words += [f"limit:{query.limit}"] if query.limit is not None else []
    if len(words) > 1 and len(parts) == 1 and isinstance(parts[0], terms.Or):
        words[0] = f"({words[0]})"
    return _kept(" ".join(words))


def _kept(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError("a query with a path that is no UTF-8 can't be kept; name a folder above it") from None
    return text


def _with_scores(query: Query, emotions: terms.Emotions, settings: Settings, *, wanted: bool) -> list[Term]:
    """Each emotion with the score that is asked of it; those without any stay together."""
    asked = dict.fromkeys(emotions, query.min_score) | {
        # None: no score of a model is high enough. A person's word has the score 1.
        emotion: 1.0 if score is None else score
        for emotion, score in query.min_scores
        if emotion in emotions
    }
    usual = [e for e, score in asked.items() if score is None or not (wanted or score < settings.min_score)]
    scored: list[Term] = [terms.Score(e, score, None) for e, score in asked.items() if e not in usual]
    return [terms.HasEmotion(tuple(usual)), *scored] if usual else scored


def _first(since: datetime | None) -> str | None:
    return None if since is None else since.isoformat(timespec="seconds").removesuffix("T00:00:00")


def _last(until: datetime | None) -> str | None:
    """The last second before, or the last day."""
    if until is None or until == datetime.max:
        return None
    return (until - timedelta(seconds=1)).isoformat(timespec="seconds").removesuffix("T23:59:59")


def changed(term: Term, change: Change, *, wanted: bool = True) -> Term:
    """The term with every one that isn't made of others changed."""
    match term:
        case terms.And(inner) | terms.Or(inner):
            return terms.joined(type(term), [changed(one, change, wanted=wanted) for one in inner])
        case terms.Not(one):
            return terms.negated(changed(one, change, wanted=not wanted))
    return change(term, wanted)


def count(connection: Connection, query: Query, settings: Settings) -> tuple[int, int]:
    """How many photos the query finds, limit included, and how many of these have no file any more."""
    found = matches.matching_ids(connection, query, settings)
    content, path = schema.content.c, schema.path.c
    present = select(path.id).where(path.content_id == content.id, path.missing_since.is_(None)).exists()
    missing = (
        connection.execute(select(func.count()).where(content.id.in_(some), ~present)).scalar_one()
        for some in chunked(found)
    )
    return len(found), sum(missing)


Named = type[terms.InAlbum] | type[terms.Saved]
"""What is asked for by name: an album or a saved query."""


def follow_rename(recorder: Recorder, old_name: str, new_name: str, kind: Named = terms.InAlbum) -> None:
    """Lets all kept queries that ask for the album, or the saved query, ask for it by its new name.

    Where only the case differs they are left as they were written.
    """

    def renamed(term: Term, _: bool) -> Term:
        return kind(new_name) if _is_named(term, old_name, kind) else term

    if album_key(old_name) == album_key(new_name):
        return
    for table, column, number, query in _asking_for(recorder.connection, old_name, kind):
        if query.where is not None:
            text = text_of(replace(query, where=changed(query.where, renamed)), Settings())
            recorder.update(table, {column.name: text}, table.c.id == number)


def asking_for(connection: Connection, name: str, kind: Named = terms.InAlbum) -> tuple[str, ...]:
    """What asks for the album, or the saved query, as in `smart album 'Best'` and `query 'favourites'`."""
    kinds = {schema.album.name: "smart album", schema.saved_query.name: "query"}
    return tuple(
        f"{kinds[table.name]} {connection.execute(select(table.c.name).where(table.c.id == number)).scalar_one()!r}"
        for table, _, number, _ in _asking_for(connection, name, kind)
    )


def _asking_for(connection: Connection, name: str, kind: Named) -> Iterator[tuple[Table, Column[str], int, Query]]:
    for table, column in ((schema.album, schema.album.c.query), (schema.saved_query, schema.saved_query.c.text)):
        kept = select(table.c.id, column).where(column.is_not(None)).order_by(table.c.key)
        for number, text in connection.execute(kept).all():
            try:
                query = Query.parse(text)
            except QueryError:
                continue  # not readable by this version of the program; it says so where it is used
            if any(_is_named(leaf, name, kind) for leaf, _ in terms.leaves(query.where)):
                yield table, column, number, query


def _is_named(term: Term, name: str, kind: Named) -> bool:
    return isinstance(term, kind) and album_key(term.name) == album_key(name)
