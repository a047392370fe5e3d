"""Waiting for what another process holds, so that Ctrl-C ends it and a person knows what for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

TELL_AFTER_SECONDS: Final = 5.0
_PAUSES_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
"""Between tries; the last one from then on. SQLite waits much alike, but there Ctrl-C has to wait as well."""


def tell_nobody(_: str) -> None:
    """Says nothing."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: for `seconds`, which may be infinite. Once that takes long, `tell` gets a sentence, once."""

    seconds: float = 5.0
    tell: Callable[[str], None] = tell_nobody

    def tries(self, waiting: Callable[[], str]) -> Iterator[None]:
        """A turn for each try, one at least, until patience ends; `waiting` says for what."""
        start, number, told = time.monotonic(), 0, False
        while True:
            yield
            waited = time.monotonic() - start
            if waited >= self.seconds:
                return
            if waited >= TELL_AFTER_SECONDS and not told:
                self.tell(waiting())
                told = True
            time.sleep(_PAUSES_SECONDS[min(number, len(_PAUSES_SECONDS) - 1)])
            number += 1
