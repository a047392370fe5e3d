"""Reads JSON and TOML that a stranger may have written, or a bad disk: at once, or it says what is wrong with it.

What Python's own readers let through is refused: nesting so deep that they fail, numbers without end, NaN and
infinity, and files that are none, as a pipe, on which a program would wait for ever.
"""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from pathlib import Path
from typing import Any, Final, TypeVar

T = TypeVar("T")

_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_LONGEST_NUMBER: Final = 19
"""Digits: more have no place in a database, and are no number that anybody meant."""
_MOST_BYTES: Final = 1_000_000


class OutsideError(ValueError):
    """What is wrong with a text from outside, in words that can follow the name of its file."""


def content_of(path: Path, *, most_bytes: int = _MOST_BYTES) -> bytes:
    """The bytes of a regular file. Raises OSError, also for pipes and devices, and OutsideError for a larger file."""
    # Opened so that a pipe, which might have taken the place of a file since it was asked for, doesn't block.
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "is a folder, pipe or device, no file")
    with os.fdopen(os.open(path, os.O_RDONLY | _NONBLOCK), "rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OutsideError(f"it is larger than {most_bytes} bytes")
    return content


def read_json(content: bytes | str, kind: type[T] | None = None) -> T | Any:
    """The value of a JSON text, of this type where one is given. Raises OutsideError, which names the field."""
    try:
        value = json.loads(content, parse_int=_whole, parse_float=_number, parse_constant=_number)
    except OutsideError:
        raise
    except RecursionError:
        raise OutsideError("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise OutsideError("it isn't UTF-8") from None
    except json.JSONDecodeError as error:
        line = f" line {error.lineno}," if error.lineno > 1 else ""
        raise OutsideError(f"{error.msg} at{line} column {error.colno}") from None
    return value if kind is None else _as(kind, value)


def read_toml(content: bytes) -> dict[str, Any]:
    """The table of a TOML text, in which a fraction may be infinite or none. Raises OutsideError."""
    import tomllib

    try:
        table = tomllib.loads(content.decode())
    except RecursionError:
        raise OutsideError("it is nested too deeply") from None
    except ValueError as error:
        raise OutsideError(str(error)) from None
    for key, value in table.items():
        if _has_endless_number(value):
            raise OutsideError(f"{key} has a number of more than {_LONGEST_NUMBER} digits")
    return table


def _as(kind: type[T], value: Any) -> T:
    import msgspec  # here: the types are asked for by few, and no search waits for it

    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise OutsideError(str(error)) from None


def _whole(text: str) -> int:
    if len(text.removeprefix("-")) > _LONGEST_NUMBER:
        raise OutsideError(f"it has a number of {len(text)} digits")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise OutsideError(f"it has the number {text[:40]}, which is none")
    return value


def _has_endless_number(value: Any) -> bool:
    """What holds it has been read without recursing too deeply."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return any(map(_has_endless_number, value))
    return isinstance(value, int) and abs(value) >= 10**_LONGEST_NUMBER
