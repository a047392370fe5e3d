"""Albums in the order that somebody dragged their photos into."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from gallery.curation import album_places
from gallery.curation.album_rows import AlbumRow, find_manual
from gallery.curation.history import recorded
from gallery.errors import AlbumError, UsageError
from gallery.store.store import Store


def order_album(store: Store, name: str, content_ids: Sequence[int]) -> None:
    """Puts the photos with these numbers first, in this order; the others keep theirs behind. One action.

    Raises AlbumError for a smart album, and for a photo that isn't in it; nothing is changed then.
    """
    with recorded(store, f"album {name!r} put in order") as recorder:
        album = find_manual(recorder.connection, name)
        first = _places(recorder.connection, album, content_ids)
        rest = album_places.hashes_in(recorder.connection, album)
        album_places.arrange(recorder, album, list(dict.fromkeys([*first, *rest])))
        recorder.summary = f"album {album.name!r} put in order"


def move_photos(store: Store, name: str, content_ids: Sequence[int], before: int | None = None) -> int:
    """Moves the photos with these numbers, in this order, before another of the album, or to its end: how many.

    Raises AlbumError as `order_album`, UsageError for a place beside one of the moved photos.
    """
    with recorded(store, f"photos moved in album {name!r}") as recorder:
        album = find_manual(recorder.connection, name)
        moved = dict.fromkeys(_places(recorder.connection, album, content_ids))
        rest = [digest for digest in album_places.hashes_in(recorder.connection, album) if digest not in moved]
        index = len(rest)
        if before is not None:
            beside, *_ = _places(recorder.connection, album, [before])
            if beside in moved:
                raise UsageError("a photo can't be moved before itself")
            index = rest.index(beside)
        album_places.arrange(recorder, album, [*rest[:index], *moved, *rest[index:]])
        count = len(set(content_ids))
        recorder.summary = f"{count} photo{'' if count == 1 else 's'} moved in album {album.name!r}"
        return count


def _places(connection: Connection, album: AlbumRow, content_ids: Sequence[int]) -> list[str]:
    """The hashes by which the album knows these photos. Raises AlbumError for one that isn't in it."""
    numbers = list(dict.fromkeys(content_ids))
    if missing := set(numbers) - album_places.all_in(connection, album):
        raise AlbumError(album.name, f"photo {min(missing)} isn't in it; somebody may have taken it out meanwhile")
    return album_places.places_of(connection, album, numbers)
