"""What a person says of photos among their like: which to keep, and which not.

Nothing is deleted: a rejected photo is one that `gallery best` doesn't choose. The word is kept beside the content of
the photo, as labels are, and outlives whatever the program finds in it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, select

from gallery.curation.album_rows import Photos, chosen_ids
from gallery.curation.history import recorded
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import NotIndexedError
from gallery.settings import Settings
from gallery.store.picks import PICK, REJECT, words_on
from gallery.store.store import Store

_DONE: Final = {PICK: "picked", REJECT: "rejected", None: "neither picked nor rejected any more"}


def pick_photos(store: Store, what: Photos, settings: Settings | None = None, *, dry_run: bool = False) -> int:
    """Says that these photos are the ones to keep; of how many that wasn't said before. One action of the history.

    Raises NotIndexedError for a photo that isn't there; nothing is said then.
    """
    return _say(store, what, PICK, settings, dry_run=dry_run)


def reject_photos(store: Store, what: Photos, settings: Settings | None = None, *, dry_run: bool = False) -> int:
    """Says that these photos aren't; otherwise as `pick_photos`."""
    return _say(store, what, REJECT, settings, dry_run=dry_run)


def clear_picks(store: Store, what: Photos, settings: Settings | None = None, *, dry_run: bool = False) -> int:
    """Forgets both of these photos; otherwise as `pick_photos`."""
    return _say(store, what, None, settings, dry_run=dry_run)


def say_of_photos(store: Store, content_ids: Collection[int], word: str | None, *, dry_run: bool = False) -> int:
    """Says the word, "pick" or "reject", of the photos with these numbers, or with None neither of them.

    Raises NotIndexedError for a number that no photo has.
    """
    with recorded(store, "", dry_run=dry_run) as recorder:
        names = names_of(recorder.connection, content_ids)
        before = words_on(recorder.connection, list(names))
        changed = [number for number in names if before.get(number) != word]
        pick = schema.pick
        for some in chunked(changed):
            recorder.delete(pick, pick.c.content_id.in_(some))
        if word is not None:
            said = {"word": word, "said_at": datetime.now(UTC)}
            recorder.insert(pick, [{"hash": names[number], "content_id": number, **said} for number in changed])
        recorder.summary = f"{_counted(len(changed))} {_DONE[word]}"
        return len(changed)


def _say(store: Store, what: Photos, word: str | None, settings: Settings | None, *, dry_run: bool) -> int:
    with store.read() as connection:
        numbers = chosen_ids(connection, what, settings or Settings())
    return say_of_photos(store, numbers, word, dry_run=dry_run)


def names_of(connection: Connection, content_ids: Collection[int]) -> dict[int, str]:
    content = schema.content.c
    found: dict[int, str] = {}
    wanted: Sequence[int] = sorted(set(content_ids))
    for some in chunked(wanted):
        found |= dict(connection.execute(select(content.id, content.hash).where(content.id.in_(some))).all())
    missing = set(wanted) - found.keys()
    if missing:
        raise NotIndexedError(f"photo {min(missing)}", "isn't in the database; it may have been forgotten meanwhile")
    return found


def _counted(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"
