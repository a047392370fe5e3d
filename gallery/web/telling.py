"""Which version of the database pages are told of: each of them then asks for everything anew."""

from __future__ import annotations

import threading
import time
from typing import Final

from gallery.web.versions import Versions

_TIMES: Final = 10
"""So many times as long as putting all photos in order takes it is until another version is told of: while many are
indexed, at most a tenth of the time goes into it."""
_LATEST_SECONDS: Final = 10.0
_AT_ONCE_SECONDS: Final = 0.25


class Telling:
    """`version` is the current one, or where all that follows takes long, one of a moment ago."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._lock = threading.Lock()
        self._told = versions.current()
        self._next = 0.0
        self._is_ours = False
        self.order_seconds = 0.0
        """What the last order took."""

    def version(self) -> str:
        """Takes some microseconds."""
        current = self._versions.current()
        with self._lock:
            if current != self._told and (self._is_ours or time.monotonic() >= self._next):
                wait = _TIMES * self.order_seconds
                self._next = time.monotonic() + (min(wait, _LATEST_SECONDS) if wait > _AT_ONCE_SECONDS else 0)
                self._told, self._is_ours = current, False
            return self._told

    def at_once(self) -> None:
        """What was changed last, somebody who looks at the page did, and waits for."""
        with self._lock:
            self._is_ours = True
