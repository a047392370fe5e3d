"""Answers that take long, each made once and kept for those who ask next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Those asked for last, `most` of them, and together no larger than `most_size` as `size` has it.

    Who asks for one that is being made waits for that. What names a version of the database is forgotten by and by.
    """

    def __init__(self, most: int, *, size: Callable[[V], int] = lambda _: 0, most_size: int = 0) -> None:
        self._most, self._size, self._most_size = most, size, most_size
        self._lock = threading.Lock()
        self._kept: OrderedDict[K, Future[V]] = OrderedDict()

    def ready(self, key: K) -> V | None:
        """What is kept under the key, where it is made."""
        with self._lock:
            found = self._kept.get(key)
        return found.result() if found is not None and _is_ready(found) else None

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What is kept under the key, made by `make` where nobody else has, or is about to. Raises what that raises."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            else:
                mine = self._kept[key] = Future()
        return found.result() if found is not None else self._made(key, mine, make)

    def _made(self, key: K, mine: Future[V], make: Callable[[], V]) -> V:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            mine.set_exception(error)
            raise
        mine.set_result(value)
        self._let_go()
        return value

    def _let_go(self) -> None:
        """Of those that are made, the longest unasked go first; the last one stays in any case."""
        with self._lock:
            made = [key for key, future in self._kept.items() if _is_ready(future)]
            total = sum(self._size(self._kept[key].result()) for key in made)
            for key in made[:-1]:
                if len(self._kept) <= self._most and total <= self._most_size:
                    return
                total -= self._size(self._kept.pop(key).result())


def _is_ready(future: Future[V]) -> bool:
    return future.done() and future.exception() is None
