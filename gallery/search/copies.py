"""Which of a photo's files a search means.

A photo with copies is found by any of its files. Where a search speaks of paths, it means the files for which all of it
holds, or where none is such a file, those for which most of what it says of paths is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from gallery.db import schema
from gallery.query import terms
from gallery.query.query import Query
from gallery.query.terms import Term
from gallery.search.conditions import Condition, Conditions, Photo, lies_in
from gallery.search.meaning import holds

ALL_HOLDS: Final = 1_000_000
"""The rank from which on a file is meant; outweighs however many paths a search speaks of."""


@dataclass(frozen=True, slots=True)
class Copies:
    """The files that a search means of the photos it finds: all of them where it says nothing of paths.

    `asked` must hold of such a photo, and speaks of paths. False where nothing does.
    """

    asked: tuple[Term, ...]
    conditions: Conditions

    @classmethod
    def of(cls, where: Term | None, conditions: Conditions) -> Copies:
        """What an expanded query says of paths."""
        return cls(tuple(_asked(where)), conditions)

    def __bool__(self) -> bool:
        return bool(self.asked)

    def rank(self, path: Any, content: Any) -> ColumnElement[int]:
        """How well a file fits, given the columns of its row and of its photo's."""
        said = [found for term in self.asked for found in _paths_in(term)]
        true_of_paths = reduce(add, (case((lies_in(path.path, one.place), yes), else_=1 - yes) for one, yes in said))
        if all(map(_is_plain, self.asked)):
            return true_of_paths
        of_file = replace(self.conditions, file=path.path)
        photo = Photo(content.id, content.taken_at, content)
        all_holds = and_(*(holds(term, photo, of_file) for term in self.asked))
        return case((all_holds, ALL_HOLDS), else_=0) + true_of_paths

    def means(self, path: Any, counts: Callable[[Any], Condition]) -> Condition:
        """Whether the search means this file, of those of its photo that count; given the columns of their rows.

        That of the photo's content stands in the statement.
        """
        other, content = schema.path.alias(), schema.content.alias()
        best = func.max(self.rank(other.c, content.c))
        least = select(case((best > ALL_HOLDS, ALL_HOLDS), else_=best)).join_from(other, content)
        least = least.where(content.c.id == schema.content.c.id, counts(other.c))
        return self.rank(path, schema.content.c) >= least.scalar_subquery()

    def best_first(self, files: Select[Any], path: Any) -> Select[Any]:
        """These files ordered so that the best comes first, given their table."""
        if not self.asked:
            return files
        content = schema.content.alias()
        return files.join_from(path, content).order_by(self.rank(path.c, content.c).desc())

    def ranks(self, connection: Connection, content_ids: Sequence[int]) -> dict[str, int]:
        """How well each file of these few photos fits."""
        path, content = schema.path, schema.content
        ranked = select(path.c.path, self.rank(path.c, content.c)).join_from(path, content)
        return dict(connection.execute(ranked.where(path.c.content_id.in_(content_ids))).all())


def _asked(term: Term | None) -> Iterator[Term]:
    match term:
        case None:
            return
        case terms.And(inner):
            for one in inner:
                yield from _asked(one)
        case terms.Among(_, Query(where=where)):
            # It was found by a query with a limit: whether it is among the first is no matter of its files.
            yield from _asked(where)
        case _:
            if any(_paths_in(term)):
                yield term


def _paths_in(term: Term | None, *, wanted: bool = True) -> Iterator[tuple[terms.Path, int]]:
    """Every path that is spoken of, and 1 where it is wanted, else 0."""
    for leaf, wanted_here in terms.leaves(term, wanted=wanted):
        match leaf:
            case terms.Path():
                yield leaf, int(wanted_here)
            case terms.Among(_, Query(where=where)):
                yield from _paths_in(where, wanted=wanted_here)


def _is_plain(term: Term) -> bool:
    return isinstance(term.term if isinstance(term, terms.Not) else term, terms.Path)
