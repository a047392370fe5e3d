"""Photos that somebody asked for as one file, until they fetch it by an address of its own."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Literal

from gallery.web.answers import NotFoundError

Form = Literal["zip", "page"]

_MOST: Final = 200
_KEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Parcel:
    """Photos by their numbers, as what they are to be sent, under which title; on a page with a note and a cover."""

    form: Form
    numbers: Sequence[int]
    title: str
    note: str = ""
    cover: str | None = None


@dataclass(slots=True)
class Parcels:
    """The last ones that were asked for. Used by several threads."""

    _kept: OrderedDict[str, Parcel] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, parcel: Parcel) -> str:
        """The key by which it is fetched, which nobody guesses."""
        key = secrets.token_urlsafe(_KEY_BYTES)
        with self._lock:
            self._kept[key] = parcel
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return key

    def get(self, key: str) -> Parcel:
        """Raises NotFoundError."""
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            raise NotFoundError("nothing is kept at this address any more; ask for it again")
        return found
