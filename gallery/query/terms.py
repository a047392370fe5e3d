"""What a query in the search language is made of. Pure values; `str` of a term is its text, which means it again.

A face *counts* when it is sure enough to be one, or a person said what it shows, and nobody rejected it. It is *shown*
as its emotion when its score reaches the setting `min_score`, else as uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

Emotions = tuple[str, ...]


class Leaf:
    """A term that isn't made of others."""

    __slots__ = ()

    def asked(self) -> Emotions:
        """The emotions it speaks of; none of most."""
        return ()


@dataclass(frozen=True, slots=True)
class _OfEmotions(Leaf):
    emotions: Emotions

    def asked(self) -> Emotions:
        return self.emotions


@dataclass(frozen=True, slots=True)
class And:
    """All of them hold; two or more."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " ".join(f"({term})" if isinstance(term, Or) else str(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them holds; two or more."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.terms))


@dataclass(frozen=True, slots=True)
class Not:
    """It doesn't hold."""

    term: Term

    def __str__(self) -> str:
        return f"not ({self.term})" if isinstance(self.term, And | Or) else f"not {self.term}"


@dataclass(frozen=True, slots=True)
class HasEmotion(_OfEmotions):
    """A face that counts is shown as one of these."""

    def __str__(self) -> str:
        return f"emotion:{','.join(self.emotions)}"


@dataclass(frozen=True, slots=True)
class AllFaces(_OfEmotions):
    """There is a face that counts, and each is shown as one of these."""

    def __str__(self) -> str:
        return f"all:{','.join(self.emotions)}"


@dataclass(frozen=True, slots=True)
class MostFaces(_OfEmotions):
    """More than half of the faces that count are shown as one of these."""

    def __str__(self) -> str:
        return f"most:{','.join(self.emotions)}"


@dataclass(frozen=True, slots=True)
class Mixed(Leaf):
    """Faces that count are shown as at least two different emotions."""

    def __str__(self) -> str:
        return "mixed:"


@dataclass(frozen=True, slots=True)
class Score(Leaf):
    """For a face that counts this emotion is the likeliest, or a person's word, with a score within these bounds.

    The face may be one that is shown as uncertain. Both bounds are included, None is open.
    """

    emotion: str
    least: float | None
    most: float | None

    def asked(self) -> Emotions:
        return (self.emotion,)

    def __str__(self) -> str:
        return f"{self.emotion}:{_range(_decimal(self.least), _decimal(self.most))}"


@dataclass(frozen=True, slots=True)
class Faces(Leaf):
    """So many faces count; both bounds are included, None is open."""

    least: int | None
    most: int | None

    def __str__(self) -> str:
        return f"faces:{_whole_range(self.least, self.most)}"


@dataclass(frozen=True, slots=True)
class Dated(Leaf):
    """Taken (`field` "date") or added (`field` "added") within the times named, as `times.span` reads them.

    Both are included; None is open. Kept as text, for `-3w` means another day tomorrow.
    """

    field: str
    first: str | None
    last: str | None

    def __str__(self) -> str:
        return f"{self.field}:{self.first if self.first == self.last else _range(self.first, self.last)}"


@dataclass(frozen=True, slots=True)
class Between(Leaf):
    """As Dated, with the times worked out: at or after `since`, before `until`."""

    field: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Path(Leaf):
    """An absolute path: that file, or a file below that folder. Anything else: part of a path, ignoring case.

    How accents are encoded never matters.
    """

    place: str

    def __str__(self) -> str:
        return f"path:{quoted(self.place)}"


@dataclass(frozen=True, slots=True)
class Says(Leaf):
    """What is stored of the photo under `field`, such as "camera", has this in it, ignoring case."""

    field: str
    part: str

    def __str__(self) -> str:
        return f"{self.field}:{quoted(self.part)}"


@dataclass(frozen=True, slots=True)
class Number(Leaf):
    """The number stored of the photo under `field`, such as "width", lies within these bounds.

    Both are included, None is open. A photo without the number doesn't match.
    """

    field: str
    least: int | None
    most: int | None

    def __str__(self) -> str:
        return f"{self.field}:{_whole_range(self.least, self.most)}"


@dataclass(frozen=True, slots=True)
class InAlbum(Leaf):
    """In the album of this name."""

    name: str

    def __str__(self) -> str:
        return f"album:{quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class Saved(Leaf):
    """Found by the query that was saved under this name."""

    name: str

    def __str__(self) -> str:
        return f"query:{quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class Has(Leaf):
    """`what` is "gps", "face" (one that counts) or "date"."""

    what: str

    def __str__(self) -> str:
        return f"has:{self.what}"


@dataclass(frozen=True, slots=True)
class Is(Leaf):
    """`what` is one of IS in `gallery.query.fields`: "uncertain" (a face that counts is shown so), "corrected" (a
    person spoke of a face), "picked", "rejected-shot" (a person said so of the photo), "sideways" (its faces lie, and
    nobody has said how it does), "odd" or "missing".
    """

    what: str

    def __str__(self) -> str:
        return f"is:{self.what}"


@dataclass(frozen=True, slots=True)
class Among(Leaf):
    """Found by a SELECT of content numbers; made while a search is prepared.

    `query` is the expanded Query that it finds, where it is one: a saved query or smart album with a limit.
    """

    statement: Any
    query: object = None


Term = And | Or | Not | Leaf


def joined(kind: type[And] | type[Or], terms: list[Term]) -> Term:
    """One or more terms as one, without an And in an And."""
    flat = [inner for term in terms for inner in (term.terms if isinstance(term, kind) else (term,))]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def negated(term: Term) -> Term:
    """The term that holds where this one doesn't."""
    return term.term if isinstance(term, Not) else Not(term)


def leaves(term: Term | None, *, wanted: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Every term that isn't made of others, and whether it is wanted: false under an odd number of Nots."""
    match term:
        case None:
            return
        case And(terms) | Or(terms):
            for inner in terms:
                yield from leaves(inner, wanted=wanted)
        case Not(inner):
            yield from leaves(inner, wanted=not wanted)
        case _:
            yield term, wanted


_PLAIN = re.compile(r"[\w./~@%+=:][\w./~@%+=:-]*")


def quoted(text: str) -> str:
    """The text as it is written in a query: in quotes where it has to be."""
    if _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _whole_range(least: int | None, most: int | None) -> str:
    return str(least) if least == most else _range(least, most)


def _range(first: object, last: object) -> str:
    return f"{'' if first is None else first}..{'' if last is None else last}"


def _decimal(value: float | None) -> str | None:
    """Never with an exponent, and the same number when read again."""
    return None if value is None else format(Decimal(repr(float(value))), "f")
