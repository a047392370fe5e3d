"""Which photos are in a manual album, in which order, and which of an album's stands for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.completing import complete_albums, complete_photos
from gallery.cli.options import all_of, dry_run_option, shared_options
from gallery.cli.output import counted, print_paths
from gallery.cli.photo_words import parse_photos, photos_and_filters
from gallery.cli.state import State
from gallery.curation.albums import (
    add_to_album,
    move_in_album,
    read_album,
    remove_from_album,
    set_album_cover,
    sort_album,
)
from gallery.errors import UsageError
from gallery.query.query import SORTS

if TYPE_CHECKING:
    pass

name_argument = click.argument("name", shell_complete=complete_albums)
_photo = click.Path()


_of_photos = all_of(name_argument, photos_and_filters, dry_run_option, shared_options)


@click.command()
@_of_photos
def add(state: State, /, name: str, dry_run: bool, **photos: Any) -> None:
    """Add photos to an album, behind those that it has."""
    added = _change(state, add_to_album, name, photos, dry_run=dry_run)
    state.note_done(f"{counted(added, 'photo')} added to album {name!r}", dry_run=dry_run)


@click.command()
@_of_photos
def remove(state: State, /, name: str, dry_run: bool, **photos: Any) -> None:
    """Take photos out of an album; the photos themselves stay.

    A limit means the first of the album, unless another order is asked for.
    """
    removed = _change(state, remove_from_album, name, photos, dry_run=dry_run)
    state.note_done(f"{counted(removed, 'photo')} taken out of album {name!r}", dry_run=dry_run)


def _change(state: State, change: Callable[..., int], name: str, given: dict[str, Any], *, dry_run: bool) -> int:
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        photos = parse_photos(given, store, settings)
        if not photos:
            raise UsageError("which photos? Name their files, or describe them, as in emotion:happy or --emotion happy")
        return change(store, name, photos, settings, dry_run=dry_run)


@click.command()
@name_argument
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO...", type=_photo, shell_complete=complete_photos)
@click.option("--before", type=_photo, metavar="PHOTO", help="To before this photo of the album.")
@click.option("--after", type=_photo, metavar="PHOTO", help="To behind this photo of the album.")
@click.option("--first", is_flag=True, help="To the beginning.")
@click.option("--last", is_flag=True, help="To the end.")
@shared_options
def move(
    state: State,
    name: str,
    photos: tuple[str, ...],
    before: str | None,
    after: str | None,
    first: bool,
    last: bool,
) -> None:
    """Move photos to another place in an album.

    They come in the order in which they are named.
    """
    if [before is not None, after is not None, first, last].count(True) != 1:
        raise UsageError("where to? Give one of --before PHOTO, --after PHOTO, --first and --last")
    with state.open_existing_store(state.settings()) as store:
        moved = move_in_album(
            store,
            name,
            photos,
            before=before,
            after=after,
            first=first,
        )
    state.note(f"{counted(moved, 'photo')} moved in album {name!r}")


@click.command()
@name_argument
@click.argument("order", type=click.Choice(SORTS, case_sensitive=False))
@shared_options
def sort(state: State, name: str, order: str) -> None:
    """Sort the photos of an album.

    Once: those added later come last.
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        sort_album(store, name, order, settings)
    state.note(f"album {name!r} sorted by {order}")


@click.command()
@name_argument
@click.argument("photo", required=False, type=_photo, shell_complete=complete_photos)
@click.option("--clear", is_flag=True, help="The first photo stands for the album again.")
@shared_options
def cover(state: State, name: str, photo: str | None, clear: bool) -> None:
    """Print or choose the photo that stands for an album.

    Where none was chosen it is the first.
    """
    if clear and photo is not None:
        raise UsageError("a photo and --clear exclude each other; give either")
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        if clear or photo is not None:
            set_album_cover(store, name, photo, settings)
            state.note(f"cover of album {name!r} changed")
            return
        path = read_album(store, name, settings).cover
    if path is None:
        state.hint("No cover was chosen; the first photo stands for the album.")
    else:
        print_paths([path])
