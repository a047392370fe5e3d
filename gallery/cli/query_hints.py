"""What a query may have meant that found next to nothing: told, for the answer alone looks like the truth."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from gallery.emotions import EMOTIONS, SYNONYMS, UNCERTAIN
from gallery.query.fields import FIELDS
from gallery.query.query import Query
from gallery.query.tokens import tokens

if TYPE_CHECKING:
    from gallery.settings import Settings
    from gallery.store.store import Store

_log = logging.getLogger(__name__)


def hint_at_fields(text: str, store: Store, settings: Settings) -> None:
    """Warns of words that are looked for in paths alone, where a field of that name finds more photos."""
    for word in _bare_words(text):
        meant = _meant(word)
        if meant is None:
            continue
        in_paths, by_field = (store.count(Query.parse(query), settings=settings) for query in (f'"{word}"', meant))
        if by_field > in_paths:
            photos = f"{in_paths} photo{'' if in_paths == 1 else 's'} there"
            _log.warning("%r is looked for in paths (%s); %s finds %d", word, photos, meant, by_field)


def hint_at_name(name: str, words: Sequence[str]) -> None:
    """Warns where an album without photos got words that may have been meant for its name."""
    more = [word for word in takewhile(_is_bare, words) if word]
    if more:
        rest = words[len(more) :]
        command = shlex.join(["gallery", "album", "create", " ".join((name, *more)), *rest])
        _log.warning("no photo has %s in its path; a name with spaces goes in quotes: %s", " and ".join(more), command)


def _is_bare(word: str) -> bool:
    return ":" not in word and not word.startswith(("-", "("))


def _bare_words(text: str) -> Iterator[str]:
    """The words of a query without a field, each once; those in quotes are meant so."""
    yield from dict.fromkeys(
        token.text for token in tokens(text) if token.kind == "word" and token.plain and token.colon is None
    )


def _meant(word: str) -> str | None:
    """The term that the word may have been meant for."""
    low = word.lower()
    if low == UNCERTAIN:
        return "is:uncertain"
    emotion = SYNONYMS.get(low, low)
    if emotion in EMOTIONS:
        return f"emotion:{emotion}"
    return FIELDS[low].example if low in ("faces", "mixed") else None
