"""What may be written next in a query: fields, and after the colon of one what may stand there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gallery.emotions import EMOTIONS
from gallery.folding import folded
from gallery.query.fields import FIELDS, HAS, IS, SORTS
from gallery.query.terms import quoted

NAMED: Final = ("album", "query", "camera", "format")
"""Fields of which the database knows what may stand there."""

Names = Callable[[str], Sequence[str]]
"""Gives the names known for one of NAMED."""

_OF_EMOTIONS: Final = ("emotion", "all", "none", "most")
_CHOICES: Final = {"has": HAS, "is": IS, "sort": SORTS}
_MOST: Final = 30


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may stand in place of what was begun, and what it means, where that has to be said."""

    text: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What may replace the characters from `start` to before `end`."""

    start: int
    end: int
    suggestions: tuple[Suggestion, ...]


def completion(text: str, caret: int, names: Names) -> Completion:
    """What may be written where the caret is, in place of the word that it stands in or behind."""
    caret = max(0, min(caret, len(text)))
    start = _start_of_word(text, caret)
    found = list(suggestions(text[start:caret], names))[:_MOST]
    return Completion(start, _end_of_word(text, caret), tuple(found))


def suggestions(begun: str, names: Names) -> Iterator[Suggestion]:
    """Whatever the word that is begun could become."""
    field, colon, value = begun.partition(":")
    if not colon:
        yield from _fields(begun.lower())
        return
    for one in values(field.lower(), value, names):
        yield Suggestion(f"{field}:{one}", _meaning(field.lower(), one))


def values(field: str, begun: str, names: Names) -> Iterator[str]:
    """What may stand after the colon of this field, and begins so."""
    if field in _OF_EMOTIONS:
        before, comma, last = begun.rpartition(",")
        yield from (before + comma + emotion for emotion in EMOTIONS if emotion.startswith(last.lower()))
    elif field in NAMED:
        typed = folded(begun.removeprefix('"').removesuffix('"'))
        yield from (quoted(name) for name in names(field) if folded(name).startswith(typed))
    else:
        yield from (one for one in _CHOICES.get(field, ()) if one.startswith(begun.lower()))


def _fields(begun: str) -> Iterator[Suggestion]:
    for name, field in FIELDS.items():
        if name.startswith(begun):
            yield Suggestion(f"{name}:", f"{field.example}: {field.explained[0][1]}")


def _meaning(field: str, value: str) -> str:
    explained = dict(FIELDS[field].explained) if field in FIELDS else {}
    return explained.get(f"{field}:{value}", "")


def _start_of_word(text: str, caret: int) -> int:
    """Where the word begins: behind the last space or parenthesis that isn't quoted, and a dash that says not."""
    start, in_quotes = 0, False
    for place, character in enumerate(text[:caret]):
        in_quotes ^= character == '"'
        if not in_quotes and (character.isspace() or character in "()"):
            start = place + 1
    return start + 1 if text[start : start + 1] == "-" and start < caret else start


def _end_of_word(text: str, caret: int) -> int:
    in_quotes = text[:caret].count('"') % 2 == 1
    for place in range(caret, len(text)):
        in_quotes ^= text[place] == '"'
        if not in_quotes and (text[place].isspace() or text[place] in "()"):
            return place
    return len(text)
