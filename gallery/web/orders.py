"""The orders of results, each made once and kept, as long as the database is as it was or somebody still asks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from gallery.search.order import Order

_MOST: Final = 24
_MOST_NUMBERS: Final = 6_000_000
"""In all orders together: 48 MB."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which order: of what query, in what version of the database."""

    query: str
    version: str


class Orders:
    """Keeps the orders asked for last; who asks for one that is being made waits for that."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Future[Order]] = OrderedDict()

    def kept(self, key: Key) -> Order | None:
        """The order where it is ready."""
        with self._lock:
            found = self._kept.get(key)
        return found.result() if found is not None and found.done() and found.exception() is None else None

    def get(self, key: Key, make: Callable[[], Order]) -> Order:
        """The order, made by `make` where nobody else has, or is about to. Raises what `make` raises."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            else:
                mine = self._kept[key] = Future()
        if found is not None:
            return found.result()
        try:
            mine.set_result(make())
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            mine.set_exception(error)
            raise
        self._let_go()
        return mine.result()

    def _let_go(self) -> None:
        """Of those that are ready, the longest unasked first, until what is left is little enough."""
        with self._lock:
            ready = [key for key, future in self._kept.items() if future.done()]
            numbers = sum(len(self._kept[key].result()) for key in ready)
            for key in ready[:-1]:
                if len(self._kept) <= _MOST and numbers <= _MOST_NUMBERS:
                    return
                numbers -= len(self._kept.pop(key).result())
