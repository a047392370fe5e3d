"""How names are compared: those of albums, queries and cameras, the parts of paths, and words that are misspelt."""

from __future__ import annotations

import os
from itertools import product
from math import prod
from typing import Final
from unicodedata import normalize

MOST_SPELLINGS: Final = 8
"""Of one place: each costs a search of its own. Three accented names, one in the other, have so many."""


def folded(text: str) -> str:
    """Equal for names that differ in case alone, or in how accents are encoded.

    An accent is part of its letter (composed) or a character of its own after it (decomposed), as macOS writes it.
    """
    if text.isascii():
        return text.lower()
    # Some letters are other ones in small, and then fit together with what stands behind them.
    return normalize("NFC", normalize("NFC", text).casefold())


def spellings(place: str) -> list[str]:
    """The same path with accents encoded in other ways, the given one first.

    Each name in it is composed or decomposed for itself: a folder copied from macOS may lie in any other. Of a path
    with more than MOST_SPELLINGS only those that are all composed or all decomposed.
    """
    names = [_forms(name) for name in place.split(os.sep)]  # noqa: PTH206 - a Path for each takes longer than the rest
    if prod(map(len, names)) > MOST_SPELLINGS:
        return _forms(place)
    return list(map(os.sep.join, product(*names)))


def _forms(text: str) -> list[str]:
    return list(dict.fromkeys((text, normalize("NFC", text), normalize("NFD", text))))


def did_you_mean(word: str, known: list[str]) -> str:
    """`; did you mean 'happy'?` where one of those known is much like the word, else nothing."""
    from difflib import get_close_matches  # here: most commands need none

    by_key = {folded(name): name for name in known}
    close = get_close_matches(folded(word), by_key, n=1) if len(word) <= 40 else []
    return f"; did you mean {by_key[close[0]]!r}?" if close else ""
