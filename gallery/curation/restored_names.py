"""Under which names what a dump holds comes in, where others have them already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from gallery.curation.album_rows import LONGEST_NAME, AlbumRow
from gallery.curation.dump_facts import AlbumFact, QueryFact


def is_same_query(fact: QueryFact) -> Callable[[str, bool], bool]:
    """Whether a query that has the name says what the dump tells."""
    return lambda text, _: text == fact.text


def is_same_album(fact: AlbumFact) -> Callable[[AlbumRow, bool], bool]:
    """Whether an album that has the name, or a name made of it, is the one that the dump tells of.

    A manual album under a made name is only if it was made at the same moment: it came from the dump before.
    """
    if fact.query is not None:
        return lambda row, _: row.query == fact.query
    return lambda row, is_own: row.query is None and (is_own or row.created_at == fact.created_at)


def names(name: str) -> Iterator[str]:
    """The name itself, then `NAME (2)`, `NAME (3)` and so on, shortened where that would be too long."""
    yield name
    for number in count(2):
        suffix = f" ({number})"
        yield f"{name[: LONGEST_NAME - len(suffix)].rstrip()}{suffix}"
