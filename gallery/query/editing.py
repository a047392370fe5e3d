"""A query as a text that is edited term by term: which it has side by side, and how it reads with one less or more.

Positions are those of characters, the first being 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gallery.errors import QueryError
from gallery.query.grammar import parse
from gallery.query.parser import field_of
from gallery.query.terms import Term
from gallery.query.tokens import Token, tokens


@dataclass(frozen=True, slots=True)
class Piece:
    """A term of a query that can be taken out by itself: `text` is what stands from `start` to before `end`.

    `kind`: the name of its field in small letters; "path" for a word without any, "group" for several terms in one.
    """

    text: str
    start: int
    end: int
    kind: str

    @property
    def term(self) -> Term | None:
        """What it means; None for an order or a limit."""
        return parse(self.text).where


def pieces(text: str) -> list[Piece]:
    """The terms of a query that all must hold, its order and limit among them; one alone where `or` parts it.

    Raises QueryError for a text that is no query.
    """
    parse(text)
    found = list(tokens(text))
    if _has_or(found):
        return [Piece(text.strip(), len(text) - len(text.lstrip()), len(text.rstrip()), "group")]
    return list(_side_by_side(text, found))


def with_term(text: str, term: str) -> str:
    """The query with another term that must hold besides."""
    text = text.strip()
    if not text:
        return term
    found = list(tokens(text))
    if not _has_or(found):
        return f"{text} {term}"
    # An order and a limit are said of the whole query, never within parentheses.
    order = [piece for piece in _side_by_side(text, found) if piece.kind in ("sort", "limit")]
    for piece in reversed(order):
        text = without(text, piece)
    return " ".join([f"({text})", term, *(piece.text for piece in order)])


def without(text: str, piece: Piece) -> str:
    """The query without this one of its pieces."""
    before, after = text[: piece.start].rstrip(), text[piece.end :].lstrip()
    if before.lower().endswith(" and") or before.lower() == "and":
        before = before[:-3].rstrip()
    if not before and after.lower().startswith("and "):
        after = after[4:].lstrip()
    return f"{before} {after}".strip()


def holding(text: str, term: Term) -> Piece | None:
    """The piece of the query that says just this; None where none does."""
    try:
        return next((piece for piece in pieces(text) if piece.term == term), None)
    except QueryError:
        return None


def _has_or(found: list[Token]) -> bool:
    depth = 0
    for token in found:
        depth += {"(": 1, ")": -1}.get(token.kind, 0)
        if token.kind == "or" and depth == 0:
            return True
    return False


def _side_by_side(text: str, found: list[Token]) -> Iterator[Piece]:
    starts = [token.position for token in found[1:]] + [len(text)]
    ends = [len(text[:start].rstrip()) for start in starts]
    start: int | None = None
    depth = 0
    for token, end in zip(found, ends, strict=False):
        if token.kind in ("and", "or") and depth == 0:
            continue
        start = token.position if start is None else start
        depth += {"(": 1, ")": -1}.get(token.kind, 0)
        if depth == 0 and token.kind in (")", "word"):
            kind = "group" if token.kind == ")" else field_of(token) or "path"
            yield Piece(text[start:end], start, end, kind)
            start = None
