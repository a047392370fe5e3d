"""Albums that grow by what other packages find, as the best shots of bursts."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.curation.album_rows import Photos
from gallery.curation.albums import add_to_album, album_names, create_album
from gallery.query.query import album_key
from gallery.settings import Settings
from gallery.store.store import Store


@dataclass(frozen=True, slots=True)
class Collected:
    """How many photos came into an album, and whether the album is new."""

    count: int
    is_new: bool


def collect_photos(
    store: Store, name: str, what: Photos, settings: Settings | None = None, *, dry_run: bool = False
) -> Collected:
    """Puts photos into the manual album of this name, which is made if need be; one action of the history.

    Raises AlbumError for a smart album and an unusable name, NotIndexedError.
    """
    if album_key(name) in map(album_key, album_names(store)):
        return Collected(add_to_album(store, name, what, settings, dry_run=dry_run), is_new=False)
    return Collected(create_album(store, name, what, settings, dry_run=dry_run).count, is_new=True)
