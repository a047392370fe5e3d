"""A value that takes long to make, kept as long as making it anew isn't worth it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_TIMES: Final = 10
"""So many times as long as making it took it may be old: at most a tenth of the time goes into it."""
_PATIENCE_SECONDS: Final = 0.25
"""So long the new value is waited for where there is an old one: of a hundred thousand photos it comes in time."""


class Fresh(Generic[T]):
    """Made by whoever asks first; others wait for that. When it is too old, another is made beside those who ask."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._value: T | None = None
        self._version = ""
        self._made_at = self._took = 0.0
        self._making: Future[T] | None = None

    def get(self, version: str) -> T:
        """The value for this version of the database, or of one little older; while it is made anew, the one before."""
        with self._lock:
            old, making = self._value, self._making
            is_ours = making is None
            if making is None:
                age = time.monotonic() - self._made_at
                if old is not None and (version == self._version or age <= _TIMES * self._took):
                    return old
                making = self._making = Future()
        if old is None:
            if is_ours:
                self._work(making, version)
            return making.result()
        if is_ours:
            threading.Thread(target=self._work, args=[making, version], name="gallery-fresh", daemon=True).start()
        try:
            return making.result(_PATIENCE_SECONDS)
        except TimeoutError:
            return old

    def _work(self, making: Future[T], version: str) -> None:
        start = time.monotonic()
        try:
            value = self._make()
        except BaseException as error:
            with self._lock:
                self._making = None
            making.set_exception(error)
            return
        with self._lock:
            self._value, self._version, self._making = value, version, None
            self._made_at = time.monotonic()
            self._took = self._made_at - start
        making.set_result(value)
