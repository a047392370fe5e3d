"""What is asked, checked: parameters of an address, and bodies in JSON. Whatever is wrong becomes a BadRequestError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from gallery.errors import UsageError

B = TypeVar("B", bound=msgspec.Struct)

_PLACE: Final = re.compile(r" - at `(?:\$|key in \$)\.?(.*)`$")
_FIELD: Final = re.compile(r"field `([^`]+)`")
_ID: Final = re.compile(r"[0-9]{1,18}")


class BadRequestError(UsageError):
    """The request makes no sense: `field` names what of it, where that can be told."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of an address, those that stand in its path included, and the body."""

    values: Mapping[str, str]
    content: bytes = b""

    def text(self, name: str, default: str = "") -> str:
        """As it was given."""
        return self.values.get(name, default)

    def number(self, name: str, default: int | None = None, *, most: int = 10**12) -> int:
        """A whole number from 0 on; one that isn't given is the default, or an error where there is none."""
        text = self.values.get(name)
        if text is None and default is not None:
            return default
        if text is None or not _ID.fullmatch(text) or int(text) > most:
            raise BadRequestError(f"{name} is {text!r}; allowed: a whole number from 0 to {most}", name)
        return int(text)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of these; the first where none is given."""
        text = self.values.get(name, allowed[0])
        if text not in allowed:
            raise BadRequestError(f"{name} is {text!r}; allowed: {', '.join(allowed)}", name)
        return text

    def body(self, kind: type[B]) -> B:
        """The body, which must be just that."""
        try:
            return msgspec.json.decode(self.content, type=kind)
        except msgspec.ValidationError as error:
            raise BadRequestError(_plain(str(error)), _field(str(error))) from None
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadRequestError(f"the body is no JSON: {error}") from None


def _plain(message: str) -> str:
    return _PLACE.sub("", message)


def _field(message: str) -> str | None:
    place, field = _PLACE.search(message), _FIELD.search(message)
    inside = place[1] if place else ""
    named = field[1] if field else ""
    return ".".join(filter(None, (inside, named))) or None
