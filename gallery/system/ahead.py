"""Work that is begun before its turn comes, so that whoever takes the results never waits for one alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeVar

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


def in_threads(work: Callable[[S], R], things: Iterable[S], size: int) -> Generator[list[R], None, None]:
    """As `ahead`, what `work` makes of each thing in one of a few threads. Closing the generator stops these.

    An exception of `work` is raised when its turn comes.
    """
    pool = ThreadPoolExecutor(threads(), thread_name_prefix="gallery-ahead")

    def start(thing: S) -> Future[R]:
        return pool.submit(work, thing)

    try:
        yield from ahead(things, start, Future.result, size)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
