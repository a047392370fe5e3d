"""Work in batches as large as the device's memory has room for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

In = TypeVar("In")
Out = TypeVar("Out")

_log = logging.getLogger(__name__)


class Batches:
    """Hands on `size` things at a time; half as many, from then on, when memory runs out."""

    def __init__(self, size: int) -> None:
        self.size = size

    def run(self, work: Callable[[Sequence[In]], Sequence[Out]], things: Sequence[In]) -> list[Out]:
        """What `work` makes of all things, one result for each. Raises as it does, out of memory with a single one."""
        done: list[Out] = []
        while len(done) < len(things):
            some = things[len(done) : len(done) + self.size]
            result = _tried(work, some)
            if result is None:
                self.size = len(some) // 2
                _log.info("the device's memory ran out: batches of %d from here on", self.size)
                _let_go()
            else:
                done += result
        return done


def _tried(work: Callable[[Sequence[In]], Sequence[Out]], some: Sequence[In]) -> Sequence[Out] | None:
    """The result, or None where there wasn't memory for so many."""
    try:
        return work(some)
    except RuntimeError as error:  # CUDA has a class of its own for it, Apple's Metal has not
        if len(some) == 1 or "out of memory" not in str(error).lower():
            raise
    return None


def _let_go() -> None:
    """Give the device back what is only held in reserve."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
