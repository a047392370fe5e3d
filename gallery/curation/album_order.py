"""A manual album put in the order that somebody dragged its photos into."""

from __future__ import annotations

from collections.abc import Sequence

from gallery.curation import album_places
from gallery.curation.album_rows import find_manual
from gallery.curation.history import recorded
from gallery.errors import AlbumError
from gallery.store.store import Store


def order_album(store: Store, name: str, content_ids: Sequence[int]) -> None:
    """Puts the photos with these numbers first, in this order; the others keep theirs behind. One action.

    Raises AlbumError for a smart album, and for a photo that isn't in it; nothing is changed then.
    """
    with recorded(store, f"album {name!r} put in order") as recorder:
        album = find_manual(recorder.connection, name)
        within = album_places.numbers_in(recorder.connection, album)
        numbers = list(dict.fromkeys(content_ids))
        if missing := set(numbers) - set(within):
            raise AlbumError(album.name, f"photo {min(missing)} isn't in it; somebody may have taken it out meanwhile")
        first = album_places.places_of(recorder.connection, album, numbers)
        rest = album_places.hashes_in(recorder.connection, album)
        album_places.arrange(recorder, album, list(dict.fromkeys([*first, *rest])))
        recorder.summary = f"album {album.name!r} put in order"
