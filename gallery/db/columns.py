"""How values that SQL has no type for are kept in columns."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Generic, TypeVar

from sqlalchemy import BigInteger, Dialect, LargeBinary, Text, TypeDecorator
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from gallery.emotions import EMOTIONS

T = TypeVar("T")


class DamagedValueError(SQLAlchemyError):
    """A value in the database that this program can't have written."""


class _Kept(TypeDecorator[T], Generic[T]):
    """A column whose values pass through `store` on the way in and `load` on the way out; NULL stays None."""

    impl: type[TypeEngine[Any]] = Text
    cache_ok = True
    load: ClassVar[Any] = None

    def store(self, value: T) -> Any:
        raise NotImplementedError

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self.store(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], T | None] | None:  # noqa: ARG002
        """One plain function: a search may read a million values."""
        load, name = type(self).load, type(self).__name__
        if load is None:
            return None

        def process(value: Any) -> T | None:
            try:
                return None if value is None else load(value)
            except (ValueError, TypeError, struct.error) as error:
                raise DamagedValueError(f"{name} can't be read: {error}") from error

        return process


class FilePath(_Kept[str]):
    """A path as the bytes the file system has: they may be no UTF-8."""

    impl = LargeBinary
    cache_ok = True
    load = os.fsdecode

    def store(self, value: str | bytes) -> bytes:
        return os.fsencode(value)


class PlainText(_Kept[str]):
    """Text from strangers: halves of surrogate pairs, which no database takes, are written as escapes."""

    cache_ok = True

    def store(self, value: str) -> str:
        return value.encode("utf-8", "backslashreplace").decode()


class WallClock(_Kept[datetime]):
    """A time without zone as ISO 8601; microseconds are always written, so that the order of texts is that of times."""

    cache_ok = True
    load = datetime.fromisoformat

    def store(self, value: datetime) -> str:
        return value.replace(tzinfo=None).isoformat(timespec="microseconds")


class Instant(_Kept[datetime]):
    """A moment in UTC as ISO 8601, microseconds always written."""

    cache_ok = True
    load = datetime.fromisoformat

    def store(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat(timespec="microseconds")


class SignedLong(_Kept[int]):
    """A whole number, held within 64 bits: a file may claim to have been changed in the year 2446."""

    impl = BigInteger
    cache_ok = True

    def store(self, value: int) -> int:
        return max(-(2**63), min(value, 2**63 - 1))


_SCORES: Final = struct.Struct(f"<{len(EMOTIONS)}d")
_POINT: Final = struct.Struct("<2d")


class Scores(_Kept[tuple[float, ...]]):
    """One probability for each of EMOTIONS, in their order, eight bytes each, little end first."""

    impl = LargeBinary
    cache_ok = True
    load = _SCORES.unpack

    def store(self, value: Sequence[float]) -> bytes:
        return _SCORES.pack(*value)


def _points(value: bytes) -> tuple[Any, ...]:
    return tuple(_POINT.iter_unpack(value))


class Points(_Kept[tuple[tuple[float, float], ...]]):
    """Points (x, y) in pixels, eight bytes each number, little end first."""

    impl = LargeBinary
    cache_ok = True
    load = _points

    def store(self, value: Sequence[tuple[float, float]]) -> bytes:
        return b"".join(_POINT.pack(x, y) for x, y in value)
