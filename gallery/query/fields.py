"""The fields of the search language: what may stand after their colon, and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gallery.emotions import EMOTIONS, SYNONYMS, UNCERTAIN, parse_emotion
from gallery.errors import QueryError, UsageError
from gallery.folding import did_you_mean
from gallery.query import terms, times
from gallery.query.paths import place
from gallery.query.terms import Term
from gallery.query.tokens import Token

SORTS: Final = ("newest", "oldest", "added", "score", "faces", "path")
"""Orders of results. Photos without a date come last by date; `score` and `faces` put the highest first."""


@dataclass(frozen=True, slots=True)
class Value:
    """What stands after the colon of a field, or a word without one, and where it stands."""

    query: str
    token: Token
    field: str
    start: int

    @property
    def text(self) -> str:
        """The value itself."""
        return self.token.text[self.start :]

    def error(self, reason: str, index: int = 0) -> QueryError:
        """What is wrong at the character `index` of the value."""
        return QueryError(self.query, self.token.place(self.start + index), reason)


@dataclass(frozen=True, slots=True)
class Field:
    """A field: pairs of an example and what it means, and what reads the value where the field makes a term."""

    explained: tuple[tuple[str, str], ...]
    read: Callable[[Value], Term] | None = None

    @property
    def example(self) -> str:
        """The first one."""
        return self.explained[0][0]


def _emotions(value: Value) -> tuple[str, ...]:
    found, index = [], 0
    for part in value.text.split(","):
        found.append(_emotion(part, value, index))
        index += len(part) + 1
    return tuple(dict.fromkeys(found))


def _emotion(text: str, value: Value, index: int = 0) -> str:
    try:
        return parse_emotion(text)
    except UsageError as error:
        if text.strip().lower() == UNCERTAIN:
            raise value.error("uncertain is no emotion; write is:uncertain", index) from None
        hint = did_you_mean(text, [*EMOTIONS, *SYNONYMS])
        raise value.error(f"unknown emotion {text!r}{hint}" if hint else str(error), index) from None


_NUMBER: Final = r"([0-9]{1,20}(?:\.[0-9]{1,20})?|\.[0-9]{1,20})"
_SCORES: Final = re.compile(rf"{_NUMBER}?\.\.{_NUMBER}?")


def read_score(value: Value) -> Term:
    """For a field that is named after an emotion."""
    emotion = parse_emotion(value.field)
    found = _SCORES.fullmatch(value.text)
    if found is None and re.fullmatch(_NUMBER, value.text):
        raise value.error(f"a score is a range; write {emotion}:{value.text}.. for at least {value.text}")
    if found is None or (found[1] is None and found[2] is None):
        raise value.error(f"{value.text!r} is no range of scores; allowed: 0.8.., ..0.3 or 0.5..0.8")
    least, most = (None if text is None else float(text) for text in found.groups())
    if not 0 <= (least or 0) <= (1 if most is None else most) <= 1:
        raise value.error(f"{value.text!r} is no range of scores; allowed: 0 to 1, the smaller number first")
    return terms.Score(emotion, least, most)


_WHOLE: Final = re.compile(r"([0-9]{1,9})?(?:(\.\.)([0-9]{1,9})?)?")

Range = tuple[int | None, int | None]
"""Both ends are included; None is open."""


def whole_range(text: str) -> Range | None:
    """What `3`, `2..4`, `2..` or `..4` mean; None for another text."""
    found = _WHOLE.fullmatch(text)
    if found is None or found[1] is found[3] is None:
        return None
    least, most = (None if end is None else int(end) for end in (found[1], found[3]))
    return least, most if found[2] else least


def _whole(value: Value, what: str) -> Range:
    found = whole_range(value.text)
    if found is None:
        raise value.error(f"{value.text!r} is no number of {what}; allowed: a number or a range such as 3, 2..4 or 2..")
    least, most = found
    if least is not None and most is not None and most < least:
        raise value.error(f"{value.text!r} is no range of {what}; the smaller number comes first")
    return found


def _faces(value: Value) -> Term:
    return terms.Faces(*_whole(value, "faces"))


def _pixels(value: Value) -> Term:
    return terms.Number(value.field, *_whole(value, "pixels"))


def _date(value: Value) -> Term:
    if value.text.lower() == "none":
        return terms.Not(terms.Has("date"))
    return _times(value)


_CLOCK: Final = re.compile(r"([0-9])[t ]([0-9])")


def _times(value: Value) -> Term:
    text = _CLOCK.sub(r"\1T\2", value.text.lower())
    first, dots, last = text.partition("..")
    if not dots:
        last = first
    if not first and not last:
        raise value.error("a range needs a time at one end at least, such as 2023.. or ..2023")
    _check_time(first, value)
    _check_time(last, value, len(first + dots) if dots else 0)
    if first and last and times.is_before(first, last):
        raise value.error(f"{value.text!r} ends before it begins; the earlier time comes first")
    return terms.Dated(value.field, first or None, last or None)


def _check_time(text: str, value: Value, index: int = 0) -> None:
    try:
        if text:
            times.is_relative(text)
    except UsageError as error:
        reason = str(error)
        if "understood" in reason:
            reason = (
                f"time {text!r} isn't understood; allowed: 2023, 2023-06, 2023-06-01, 2023-06-01T12:30, today, "
                "yesterday, and -2d, -3w, -6m or -1y for days, weeks, months or years ago"
            )
        raise value.error(reason, index) from None


def read_path(value: Value) -> Term:
    """For the field and for a word without any."""
    if not value.text.strip():
        raise value.error("nothing stands between the quotes; write a part of a path")
    try:
        return terms.Path(place(value.text))
    except UsageError as error:
        raise value.error(str(error)) from None


def _says(value: Value) -> Term:
    return terms.Says(value.field, _named(value))


def _album(value: Value) -> Term:
    return terms.InAlbum(_named(value))


def _saved(value: Value) -> Term:
    return terms.Saved(_named(value))


def _named(value: Value) -> str:
    if not value.text.strip():
        raise value.error("nothing stands between the quotes; write a name")
    return value.text


def choice(value: Value, allowed: tuple[str, ...]) -> str:
    """The value, which must be one of these. Raises QueryError."""
    word = value.text.lower()
    if word not in allowed:
        hint = did_you_mean(word, list(allowed)) or f"; allowed: {', '.join(allowed)}"
        raise value.error(f"unknown {value.field}: {value.text!r}{hint}")
    return word


HAS: Final = ("gps", "face", "date")
IS: Final = ("uncertain", "corrected", "picked", "rejected-shot", "sideways", "odd", "missing")


def _mixed(value: Value) -> Term:
    if value.text:
        raise value.error("nothing may stand after mixed:")
    return terms.Mixed()


FIELDS: Final = {
    "emotion": Field(
        (
            ("emotion:happy", "a face is shown as happy"),
            ("emotion:happy,surprise", "a face is shown as one of these"),
        ),
        lambda value: terms.HasEmotion(_emotions(value)),
    ),
    "all": Field(
        (("all:happy", "there is a face, and every face is shown as happy"),),
        lambda value: terms.AllFaces(_emotions(value)),
    ),
    "most": Field(
        (("most:happy", "more than half of the faces are shown as happy"),),
        lambda value: terms.MostFaces(_emotions(value)),
    ),
    "none": Field(
        (("none:sad", "no face is shown as sad; the same as not emotion:sad"),),
        lambda value: terms.negated(terms.HasEmotion(_emotions(value))),
    ),
    "mixed": Field((("mixed:", "faces are shown as two different emotions or more; uncertain is none"),), _mixed),
    "faces": Field((("faces:2..", "so many faces: 3, 2..4, 2.. or ..4"),), _faces),
    "date": Field(
        (
            ("date:2023-06..2024", "taken from June 2023 to the end of 2024; either end may be left out"),
            ("date:2023-06-01", "taken on this day; also a year, a month, or a minute 2023-06-01T12:30"),
            ("date:-3w..", "taken since the day three weeks ago; also -2d, -6m, -1y, today and yesterday"),
            ("date:none", "nobody knows when it was taken"),
        ),
        _date,
    ),
    "added": Field((("added:-7d..", "indexed within these times, by this computer's clock"),), _times),
    "path": Field(
        (
            ("path:Italy", "this is part of the path"),
            ("path:~/Photos/2023", "in this folder, or this file; what begins with / or ~ or ./ is a place"),
        ),
        read_path,
    ),
    "camera": Field((("camera:canon", "this is part of the camera's name"),), _says),
    "format": Field((("format:heif", "a file of this kind: jpeg, png, heif, tiff and so on"),), _says),
    "width": Field((("width:2000..", "so many pixels wide, upright: 640, 2000.., ..800 or 1000..2000"),), _pixels),
    "height": Field((("height:2000..", "so many pixels high"),), _pixels),
    "album": Field((('album:"Summer 2023"', "in this album, made by hand or smart"),), _album),
    "query": Field((("query:smiles", "found by this query, which `gallery query save` has kept"),), _saved),
    "has": Field(
        (
            ("has:gps", "it says where it was taken"),
            ("has:face", "there is a face"),
            ("has:date", "it is known when it was taken"),
        ),
        lambda value: terms.Has(choice(value, HAS)),
    ),
    "is": Field(
        (
            ("is:uncertain", "a face is shown as uncertain"),
            ("is:corrected", "you said something of a face: its emotion, or that it is none"),
            ("is:picked", "you said that it is one to keep"),
            ("is:rejected-shot", "you said that it isn't"),
            ("is:sideways", "its faces lie on their side or stand on their head, and you haven't said how it lies"),
            ("is:odd", "something is odd about its file, or a date in it, and the picture is whole; `show` says what"),
            ("is:missing", "all its files are gone; queries without this word pass such photos over"),
        ),
        lambda value: terms.Is(choice(value, IS)),
    ),
    "sort": Field((("sort:score", f"the order: {', '.join(SORTS)}; newest first by default"),)),
    "limit": Field((("limit:20", "the first 20 only"),)),
}
"""By name, in the order in which they are explained. An emotion is a field as well: see SCORE."""

SCORE: Final = Field(
    (
        ("happy:0.8..", "a face is most likely happy, with a score of 0.8 at least; so for every emotion"),
        ("sad:..0.3", "likewise, 0.3 at most; such a face is shown as uncertain"),
    ),
    read_score,
)
WORD: Final = Field((("beach", "a word without a field: this is part of the path"),), read_path)
