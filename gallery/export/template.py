"""Name templates: how exported photos are called, such as `{date:%Y}/{emotion}/{stem}`.

| field             | becomes                                                                          |
|-------------------|----------------------------------------------------------------------------------|
| `{stem}`          | the name of the file without its suffix                                          |
| `{suffix}`        | `.jpg`; added at the end where the template has none                             |
| `{date}`          | `2023-06-01`; after a colon in the manner of strftime, `{date:%Y/%m}`; `undated` |
| `{emotion}`       | of the face that shows its emotion most; `uncertain`; `no face`                  |
| `{number}`        | place among the exported photos; `{number:03}` fills up with zeros               |
| `{album}`         | the name of the album; `no album`                                                |
| `{camera}`        | as the photo says; `unknown camera`                                              |
| `{hash}`          | of the content, 64 digits; `{hash:8}` the first of them                          |

A slash makes folders; slashes in values don't. `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Final

from gallery.emotions import UNCERTAIN
from gallery.errors import UsageError
from gallery.export.safe_names import harmless
from gallery.records import FaceRecord, PhotoRecord


@dataclass(frozen=True, slots=True)
class Named:
    """What a name is made of: `source` is the file that is exported, `number` counts from 1."""

    photo: PhotoRecord
    source: str
    number: int
    album: str


@dataclass(frozen=True, slots=True)
class NameTemplate:
    """A template that was understood: its text, and in turn literal text and field with format."""

    text: str
    pieces: tuple[tuple[str, str | None, str], ...]

    @classmethod
    def parse(cls, text: str) -> NameTemplate:
        """Raises UsageError naming what is wrong and what is known."""
        try:
            text.encode()
            found = list(Formatter().parse(text))
        except UnicodeEncodeError:
            raise _error(text, "has bytes that are no UTF-8") from None
        except ValueError as error:
            reason = f"{str(error).lower()}; a brace as such is written twice"
            raise _error(text, reason) from None
        pieces = tuple((literal, field, spec or "") for literal, field, spec, _ in found)
        for (_, field, spec), (*_, conversion) in zip(pieces, found, strict=True):
            if field is not None:
                _check_field(text, field, spec, conversion)
        _check_parts(text, pieces)
        return cls(text, pieces)

    def name(self, named: Named) -> str:
        """A relative name with slashes between its parts, each of which is harmless."""
        parts = "".join(self._rendered(named)).split("/")
        if self._lacks(Path(named.source).suffix):
            parts[-1] += Path(named.source).suffix
        return "/".join([*(harmless(part, "unnamed") for part in parts[:-1]), harmless(parts[-1])])

    def _rendered(self, named: Named) -> Iterator[str]:
        for literal, field, spec in self.pieces:
            yield literal
            if field is not None:
                yield _FIELDS[field].render(named, spec)

    def _lacks(self, suffix: str) -> bool:
        """Whether the last part doesn't say how the file ends."""
        for literal, field, _ in reversed(self.pieces):
            if field == "suffix":
                return False
            if "/" in literal:
                break
        literal, field, _ = self.pieces[-1]
        return not (suffix and field is None and literal.lower().endswith(suffix.lower()))


def strongest_emotion(faces: Sequence[FaceRecord]) -> str:
    """The emotion with the best score among faces that show one; `uncertain` where none does, `no face` without any."""
    sure = [face for face in faces if face.emotion != UNCERTAIN]
    if not sure:
        return UNCERTAIN if faces else "no face"
    return max(sure, key=lambda face: face.score).emotion


@dataclass(frozen=True, slots=True)
class _Field:
    """What a field becomes, and which formats it takes: those that `spec` matches."""

    render: Callable[[Named, str], str]
    spec: re.Pattern[str] = re.compile("")
    allowed: str = "no format"


_DIRECTIVE: Final = re.compile(r"%([aAbBdHIjmMpSuUVwWyYG%])")


def _plain(value: Callable[[Named], str]) -> Callable[[Named, str], str]:
    return lambda named, _: value(named).replace("/", "_")


def _date(named: Named, spec: str) -> str:
    taken = named.photo.capture.taken_at
    if taken is None:
        return "undated"
    # One by one: strftime chokes on text that isn't in the computer's encoding.
    return _DIRECTIVE.sub(lambda found: taken.strftime(found[0]), spec or "%Y-%m-%d")


_FIELDS: Final = {
    "stem": _Field(_plain(lambda named: Path(named.source).stem)),
    "suffix": _Field(_plain(lambda named: Path(named.source).suffix)),
    "date": _Field(
        _date,
        re.compile(rf"(?:{_DIRECTIVE.pattern}|[^%{{}}])*", re.DOTALL),
        "%Y %m %d %H %M %S %y %b %B %a %A %j %p %I %u %w %U %W %V %G, as in {date:%Y-%m}",
    ),
    "emotion": _Field(_plain(lambda named: strongest_emotion(named.photo.faces))),
    "number": _Field(
        lambda named, spec: format(named.number, spec), re.compile("(?:0[1-9])?"), "a width such as {number:03}"
    ),
    "album": _Field(_plain(lambda named: named.album or "no album")),
    "camera": _Field(_plain(lambda named: named.photo.capture.camera or "unknown camera")),
    "hash": _Field(
        lambda named, spec: named.photo.hash[: int(spec or 64)],
        re.compile("(?:[1-9]|[1-5][0-9]|6[0-4])?"),
        "a number of digits from 1 to 64 such as {hash:8}",
    ),
}


def _check_field(text: str, field: str, spec: str, conversion: str | None) -> None:
    known = ", ".join(f"{{{name}}}" for name in _FIELDS)
    if field not in _FIELDS:
        raise _error(text, f"there is no field {{{field}}}; known: {known}")
    if conversion is not None:
        raise _error(text, f"{{{field}!{conversion}}}: fields take no conversion")
    if _FIELDS[field].spec.fullmatch(spec) is None:
        raise _error(text, f"{{{field}:{spec}}}: after the colon allowed: {_FIELDS[field].allowed}")


def _check_parts(text: str, pieces: Sequence[tuple[str, str | None, str]]) -> None:
    """A field never is an empty part, so it counts as a letter; the slashes of a date's format are slashes."""
    shape = "".join(
        literal + ("" if field is None else "x".join(["x", *("/" for _ in range(spec.count("/"))), "x"]))
        for literal, field, spec in pieces
    )
    if any(part.strip(". ") == "" for part in shape.split("/")):
        raise _error(text, "a part between slashes is empty or a dot; names are relative, such as {date:%Y}/{stem}")


def _error(text: str, reason: str) -> UsageError:
    return UsageError(f"name template {text!r}: {reason}")


BY_STEM: Final = NameTemplate.parse("{stem}")
"""The photo's own name."""
