"""Makes terms of the pieces of a query."""

from __future__ import annotations

from typing import Final

from gallery.emotions import EMOTIONS, SYNONYMS
from gallery.errors import QueryError
from gallery.folding import did_you_mean
from gallery.query import terms
from gallery.query.fields import FIELDS, SCORE, WORD, Value
from gallery.query.terms import Term
from gallery.query.tokens import Token

MOST_TERMS: Final = 200
"""In one query; SQLite takes no expression of any size."""
DEEPEST: Final = 8
"""Parentheses within parentheses."""


class Parser:
    """Goes through the pieces of one query from left to right."""

    def __init__(self, text: str, pieces: list[Token]) -> None:
        self._text = text
        self._left = pieces[::-1]
        self._count = 0
        self._depth = 0

    def parse(self) -> Term:
        where = self._either()
        if self._left:
            raise self._error(self._left[-1], "this ) closes nothing; take it away, or write it in quotes")
        return where

    def _either(self) -> Term:
        """Terms with `or` between them."""
        options = [self._both()]
        while self._next_is("or"):
            options.append(self._both(after=self._left.pop()))
        return terms.joined(terms.Or, options)

    def _both(self, after: Token | None = None) -> Term:
        """Terms side by side, or with `and` between them."""
        found = [self._one(after)]
        while self._left and not self._next_is("or", ")"):
            found.append(self._one(self._left.pop() if self._next_is("and") else None))
        return terms.joined(terms.And, found)

    def _one(self, after: Token | None) -> Term:
        """A term, or what stands in parentheses; with any number of nots before it."""
        wanted = True
        while self._next_is("not"):
            after, wanted = self._left.pop(), not wanted
        if not self._left or self._next_is("and", "or", ")"):
            raise self._nothing(after)
        piece = self._left.pop()
        term = self._group(piece) if piece.kind == "(" else self._term(piece)
        return term if wanted else terms.negated(term)

    def _nothing(self, after: Token | None) -> QueryError:
        if after is not None:
            return self._error(after, f"nothing stands after {_shown(after)}")
        return self._error(self._left[-1], f"nothing stands before {_shown(self._left[-1])}")

    def _group(self, opened: Token) -> Term:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(opened, f"too many ( within each other; allowed: {DEEPEST}")
        if self._next_is(")"):
            raise self._error(opened, "nothing stands between ( and )")
        if not self._left:
            raise self._error(opened, "nothing stands after (")
        term = self._either()
        if not self._left:
            raise self._error(opened, "this ( isn't closed; add a )")
        self._left.pop()
        self._depth -= 1
        return term

    def _term(self, piece: Token) -> Term:
        self._count += 1
        if self._count > MOST_TERMS:
            raise self._error(piece, f"the query has too many parts; allowed: {MOST_TERMS}")
        field = field_of(piece)
        if field in SYNONYMS or field in EMOTIONS:
            known = SCORE
        elif field is None:
            known = WORD
        elif field in FIELDS:
            known = FIELDS[field]
        else:
            raise self._unknown(piece, field)
        assert known.read is not None, f"{field} makes no term"  # noqa: S101
        return known.read(value_of(self._text, piece))

    def _unknown(self, piece: Token, field: str) -> QueryError:
        name = piece.text[: piece.colon]
        hint = did_you_mean(field, [*FIELDS, *EMOTIONS])
        hint = hint or f'; text with a colon is written in quotes: {terms.quoted(piece.text + " ")[:-2]}"'
        return self._error(piece, f"unknown field {name!r}{hint}")

    def _next_is(self, *kinds: str) -> bool:
        return bool(self._left) and self._left[-1].kind in kinds

    def _error(self, piece: Token, reason: str) -> QueryError:
        return QueryError(self._text, piece.position, reason)


def _shown(piece: Token) -> str:
    return piece.text or piece.kind


def field_of(piece: Token) -> str | None:
    """The name before the colon, in small letters; None for a word without a field."""
    return None if piece.colon is None else piece.text[: piece.colon].lower()


def value_of(text: str, piece: Token) -> Value:
    """What stands after the colon, or the word. Raises QueryError where nothing does."""
    field = field_of(piece)
    if field is None or piece.colon is None:
        return Value(text, piece, "path", 0)
    value = Value(text, piece, field, piece.colon + 1)
    if not value.text and field != "mixed":
        example = FIELDS[field].example if field in FIELDS else SCORE.example
        raise QueryError(text, piece.position, f"{field}: needs a value, such as {example}")
    return value
