"""What a guest may see and ask: a query that stands before every other, and the words that tell of nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from gallery.errors import UsageError
from gallery.query import terms
from gallery.query.query import Query, album_key
from gallery.query.terms import Leaf, Term
from gallery.web.answers import RefusedError

_TOLD_BY_FACES_AND_FILE: Final = (
    terms.HasEmotion,
    terms.AllFaces,
    terms.MostFaces,
    terms.Mixed,
    terms.Score,
    terms.Faces,
    terms.Dated,
    terms.Says,
    terms.Number,
    terms.Has,
)
"""What these ask of a photo, a guest can see in it. Paths tell of folders, albums and saved queries of other photos."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which photos may be seen. `only`: what must hold of them; None for the owner, who may see and ask everything."""

    only: Term | None = None

    @classmethod
    def of(cls, text: str) -> Scope:
        """The scope of a query such as `album:Summer`. Raises UsageError for an empty one, or one with a limit."""
        query = Query.parse(text)
        if query.where is None:
            raise UsageError("--only needs a query that chooses photos, such as album:Summer")
        if query.limit is not None:
            raise UsageError("--only takes no limit:; put the photos into an album, and name that")
        return cls(query.where)

    def narrowed_to(self) -> Query:
        """All that may be seen."""
        return Query(where=self.only)

    @property
    def is_guest(self) -> bool:
        """Whether anything is hidden."""
        return self.only is not None

    def narrowed(self, query: Query) -> Query:
        """The same search among what may be seen. Raises RefusedError where a guest asks for what tells of the rest."""
        if self.only is None:
            return query
        for leaf, _ in terms.leaves(query.where):
            if not self._may_ask(leaf):
                raise RefusedError(f"{leaf} can't be asked here: only some of the photos are shown")
        if query.sort in ("path", "added"):
            raise RefusedError(f"sort:{query.sort} can't be asked here: only some of the photos are shown")
        both = [self.only] if query.where is None else [self.only, query.where]
        return replace(query, where=terms.joined(terms.And, both))

    def shows_album(self, name: str) -> bool:
        """Whether the album of this name may be known of."""
        if self.only is None:
            return True
        named = self.only.terms if isinstance(self.only, terms.And) else (self.only,)
        return any(isinstance(term, terms.InAlbum) and album_key(term.name) == album_key(name) for term in named)

    def _may_ask(self, leaf: Leaf) -> bool:
        match leaf:
            case terms.InAlbum(name):
                return self.shows_album(name)
            case terms.Is(what):
                return what in ("uncertain", "corrected")
            case terms.Dated(field):
                return field == "date"
            case terms.Says(field):
                return field in ("camera", "format")
        return isinstance(leaf, _TOLD_BY_FACES_AND_FILE)


EVERYTHING: Final = Scope()
"""For the owner."""
