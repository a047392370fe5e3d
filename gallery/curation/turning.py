"""What a person says of how photos lie: turned by quarters, on every page and drawing, in no file.

The word is kept beside the content of the photo, as picks are. It counts from the upright picture of the file, so that
to say it twice turns nothing twice, and stays behind where another program turns the file itself.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from gallery.curation.album_rows import Photos, chosen_ids
from gallery.curation.history import recorded
from gallery.curation.picks import names_of
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import UsageError
from gallery.records import DEGREES
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.store.turned import turns_said

TURNS: Final = {degrees: turn for turn, degrees in DEGREES.items()}
"""By degrees to the right."""


def rotate_photos(
    store: Store, what: Photos, degrees: int, settings: Settings | None = None, *, dry_run: bool = False
) -> int:
    """Says that these photos are to be shown turned by so many degrees to the right; of how many that is new.

    Counted from how the file itself wants them shown: 0, 90, 180 or 270, or the same to the left, below 0. With 0 the
    word is taken back; of a photo whose faces lie (`is:sideways`) it then says that it is right as it is. One action of
    the history. The next `index` looks for their faces as they lie now. Raises UsageError for other degrees, and
    NotIndexedError for a photo that isn't there; nothing is said then.
    """
    with store.read() as connection:
        numbers = chosen_ids(connection, what, settings or Settings())
    return turn_photos(store, numbers, degrees, dry_run=dry_run)


def turn_photos(store: Store, content_ids: Collection[int], degrees: int, *, dry_run: bool = False) -> int:
    """The same of the photos with these numbers."""
    turn = turn_of(degrees)
    with recorded(store, "", dry_run=dry_run) as recorder:
        connection, turned = recorder.connection, schema.turned
        names = names_of(connection, content_ids)
        before, lying = turns_said(connection, list(names)), _lying(connection, names)
        wanted = {number: turn if turn != 1 or number in lying else None for number in names}
        changed = [number for number in names if before.get(number) != wanted[number]]
        for some in chunked(changed):
            recorder.delete(turned, turned.c.content_id.in_(some))
        said: list[dict[str, Any]] = [
            {"hash": names[number], "content_id": number, "turn": turn, "said_at": datetime.now(UTC)}
            for number in changed
            if wanted[number] is not None
        ]
        recorder.insert(turned, said)
        photos = "1 photo" if len(changed) == 1 else f"{len(changed)} photos"
        recorder.summary = f"{photos} {told(degrees)}"
        return len(changed)


def turn_of(degrees: int) -> int:
    """The turn, as in `gallery.images.turns`. Raises UsageError."""
    if degrees % 90 or not -270 <= degrees <= 270:
        raise UsageError(
            f"photos are turned by 90, 180 or 270 degrees to the right, -90 to the left, or 0, not {degrees}"
        )
    return TURNS[degrees % 360]


def told(degrees: int) -> str:
    """What was done, for people."""
    return f"turned by {degrees % 360} degrees" if degrees % 360 else "as in the file"


def _lying(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Those whose faces say that they lie."""
    content = schema.content.c
    found: set[int] = set()
    for some in chunked(sorted(numbers)):
        lying = select(content.id).where(content.id.in_(some), content.lies.is_not(None))
        found |= set(connection.execute(lying).scalars())
    return found
