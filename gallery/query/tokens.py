"""Takes the text of a query apart into words and what stands between them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from gallery.errors import QueryError

LONGEST: Final = 10_000
"""Characters in a query."""

Kind = Literal["(", ")", "and", "or", "not", "word"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: `text` without the quotes, `places` where each of its characters stands in the query.

    `colon` is the first colon in `text` that wasn't quoted and has letters alone before it: the end of a field's name.
    It is `plain` where no part of it was quoted.
    """

    kind: Kind
    position: int
    text: str = ""
    places: tuple[int, ...] = ()
    colon: int | None = None
    plain: bool = True

    def place(self, index: int) -> int:
        """Where in the query the character `index` of `text` stands; past its end, where the word ends."""
        if index < len(self.places):
            return self.places[index]
        return self.places[-1] + 1 if self.places else self.position


def tokens(query: str) -> Iterator[Token]:
    """The pieces of a query in their order. Raises QueryError for quotes without an end and the like."""
    _check(query)
    at = 0
    while at < len(query):
        char = query[at]
        if char.isspace():
            at += 1
        elif char in "()":
            yield Token("(" if char == "(" else ")", at)
            at += 1
        elif char == "," and _ends_word(query, at + 1):
            yield Token("or", at, ",")
            at += 1
        elif char == "-":
            if _ends_word(query, at + 1) and query[at + 1 : at + 2] != "(":
                raise QueryError(query, at, 'nothing stands after -; a dash that is meant is written in quotes: "-"')
            yield Token("not", at, "-")
            at += 1
        else:
            token, at = _word(query, at)
            yield token


def _check(query: str) -> None:
    if len(query) > LONGEST:
        raise QueryError(query, LONGEST, f"the query is too long; allowed: {LONGEST:,} characters")
    for at, char in enumerate(query):
        # Bytes of a file name that are no UTF-8 are U+DC80 to U+DCFF; other halves of pairs stand for nothing.
        if "\ud800" <= char <= "\udfff" and not "\udc80" <= char <= "\udcff":
            raise QueryError(query, at, "this isn't a character")


def _ends_word(query: str, at: int) -> bool:
    return at >= len(query) or query[at].isspace() or query[at] in "()"


def _word(query: str, start: int) -> tuple[Token, int]:
    text: list[str] = []
    places: list[int] = []
    colon, plain, at = None, True, start
    while not _ends_word(query, at) and not (query[at] == "," and _ends_word(query, at + 1)):
        if query[at] == '"':
            inside, after = _quotation(query, at)
            text += [query[place] for place in inside]
            places += inside
            plain, at = False, after
            continue
        if (
            query[at] == ":"
            and plain
            and colon is None
            and text
            and "".join(text).isalpha()
            and not _is_drive(query, start)
        ):
            colon = len(text)
        text.append(query[at])
        places.append(at)
        at += 1
    word = "".join(text)
    kind = _KEYWORDS.get(word.lower(), "word") if plain else "word"
    return Token(kind, start, word, tuple(places), colon, plain), at


def _is_drive(query: str, start: int) -> bool:
    r"""A path begins here with the letter of a drive, on a system that has such: `C:\`, or `C:/`."""
    beginning = query[start : start + 3]
    return len(beginning) == 3 and beginning[2] in "\\/" and os.path.splitdrive(beginning)[0] == beginning[:2]


_KEYWORDS: Final[dict[str, Kind]] = {"and": "and", "or": "or", "not": "not"}


def _quotation(query: str, start: int) -> tuple[list[int], int]:
    r"""Where the characters between the quotes stand, and what comes after them; `\"` and `\\` are one each."""
    places: list[int] = []
    at = start + 1
    while at < len(query) and query[at] != '"':
        if query[at] == "\\" and query[at + 1 : at + 2] in ('"', "\\"):
            at += 1
        places.append(at)
        at += 1
    if at >= len(query):
        raise QueryError(query, start, "the quotes that begin here don't end; add a \"")
    return places, at + 1
