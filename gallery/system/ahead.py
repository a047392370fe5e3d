"""Work that is begun before its turn comes, so that whoever takes the results never waits for one alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Final, Generic, TypeVar

from gallery.system.machine import cores

MOST_THREADS: Final = 4
"""Pillow decodes without holding the interpreter's lock; more than four threads only queue up for what comes next."""


def threads() -> int:
    """How many threads work ahead."""
    return min(MOST_THREADS, cores())


S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")


def ahead(
    things: Iterable[S], start: Callable[[S], T], finish: Callable[[T], R], size: int
) -> Generator[list[R], None, None]:
    """Results in the order of the things, in lists of `size`; as many again are started before their turn comes."""
    waiting = iter(things)
    running = deque(map(start, islice(waiting, 2 * size)))
    while running:
        batch = [finish(running.popleft()) for _ in range(min(size, len(running)))]
        running.extend(map(start, islice(waiting, size)))
        yield batch


def in_threads(
    work: Callable[[S], R], things: Iterable[S], size: int, *, most_seconds: float | None = None
) -> Generator[list[R], None, None]:
    """As `ahead`, what `work` makes of each thing in one of a few threads. Closing the generator stops these.

    An exception of `work` is raised when its turn comes. Threads that are stopped finish what they are at; after
    `most_seconds` they are no longer waited for, and end when they are done with it, or with the program.
    """
    helpers = _Threads(work, threads())
    try:
        yield from ahead(things, helpers.start, Future.result, size)
    finally:
        helpers.stop(most_seconds)


class _Threads(Generic[S, R]):
    """Not `ThreadPoolExecutor`, for whose threads Python waits before it ends, however long they take."""

    def __init__(self, work: Callable[[S], R], most: int) -> None:
        self._work, self._most = work, most
        self._waiting: SimpleQueue[tuple[Future[R], S] | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def start(self, thing: S) -> Future[R]:
        """Queues a thing, whose result will be in the future."""
        future: Future[R] = Future()
        self._waiting.put((future, thing))
        if len(self._threads) < self._most:
            self._threads.append(Thread(target=self._serve, name="gallery-ahead", daemon=True))
            self._threads[-1].start()
        return future

    def stop(self, most_seconds: float | None) -> None:
        """Forgets what isn't begun, and waits for what is."""
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()
        for _ in self._threads:
            self._waiting.put(None)
        end = None if most_seconds is None else monotonic() + most_seconds
        for thread in self._threads:
            thread.join(None if end is None else max(0.0, end - monotonic()))

    def _serve(self) -> None:
        while task := self._waiting.get():
            future, thing = task
            try:
                future.set_result(self._work(thing))
            except BaseException as error:
                future.set_exception(error)
