"""A value that takes long to make, kept as long as making it anew isn't worth it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_TIMES: Final = 10
"""So many times as long as making it took it may be old: at most a tenth of the time goes into it."""


class Fresh(Generic[T]):
    """Made by whoever asks first; others wait for that."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._value: T | None = None
        self._version = ""
        self._made_at = self._took = 0.0

    def get(self, version: str) -> T:
        """The value for this version of the database, or of one little older."""
        with self._lock:
            age = time.monotonic() - self._made_at
            if self._value is None or (version != self._version and age > _TIMES * self._took):
                start = time.monotonic()
                self._value, self._version = self._make(), version
                self._made_at = time.monotonic()
                self._took = self._made_at - start
            return self._value
