"""Which photos are in a manual album, in which order, and which of an album's stands for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from gallery.cli.commands.completion import complete_albums, complete_query_words
from gallery.cli.filters import filter_options, parse_filters
from gallery.cli.output import counted, print_paths
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.cli.words import QueryWords
from gallery.curation import albums
from gallery.errors import UsageError
from gallery.images.scan import SUFFIXES
from gallery.query.query import SORTS, Query

if TYPE_CHECKING:
    from gallery.settings import Settings
    from gallery.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])

name_argument = click.argument("name", shell_complete=complete_albums)
dry_run_option = click.option("-n", "--dry-run", is_flag=True, help="Only tell what would be done.")
_photo = click.Path()


def _complete_photos_and_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return complete_query_words(ctx, param, incomplete) or [CompletionItem(incomplete, type="file")]


def photos_and_filters(command: F) -> F:
    """Adds `[PHOTO|QUERY]...`, files and words of a query in any order, and the filters of `gallery search`."""
    words = click.argument(
        "words", nargs=-1, metavar="[PHOTO|QUERY]...", cls=QueryWords, shell_complete=_complete_photos_and_words
    )
    return words(filter_options(command))


def chosen(words: Sequence[str], filters: dict[str, Any], store: Store, settings: Settings) -> list[str | Query]:
    """The paths of the photos named, and the query that the other words and the filters make; nothing for neither.

    A word is a photo where a file of this name exists, and where it ends like one: a misspelt photo must not become
    a query that finds others.
    """
    photos = [word for word in words if _is_photo(word)]
    rest = tuple(word for word in words if word not in photos)
    query = parse_filters({**filters, "words": rest}, store, settings)
    return [*map(_absolute, photos), *([] if query is None else [query])]


def tell(state: State, text: str, *, dry_run: bool) -> None:
    """A line on what was done, or would have been."""
    state.note(f"dry run, nothing was written: {text}" if dry_run else text)


@click.command()
@name_argument
@photos_and_filters
@dry_run_option
@database_option
@loudness_options
@pass_state
def add(state: State, /, name: str, words: tuple[str, ...], dry_run: bool, **filters: Any) -> None:
    """Add photos to an album, behind those that it has."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        photos = _some(chosen(words, filters, store, settings))
        added = albums.add_to_album(store, name, photos, settings, dry_run=dry_run)
    tell(state, f"{counted(added, 'photo')} added to album {name!r}", dry_run=dry_run)


@click.command()
@name_argument
@photos_and_filters
@dry_run_option
@database_option
@loudness_options
@pass_state
def remove(state: State, /, name: str, words: tuple[str, ...], dry_run: bool, **filters: Any) -> None:
    """Take photos out of an album; the photos themselves stay.

    A limit means the first of the album, unless another order is asked for.
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        photos = _some(chosen(words, filters, store, settings))
        removed = albums.remove_from_album(store, name, photos, settings, dry_run=dry_run)
    tell(state, f"{counted(removed, 'photo')} taken out of album {name!r}", dry_run=dry_run)


@click.command()
@name_argument
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO...", type=_photo)
@click.option("--before", type=_photo, metavar="PHOTO", help="To before this photo of the album.")
@click.option("--after", type=_photo, metavar="PHOTO", help="To behind this photo of the album.")
@click.option("--first", is_flag=True, help="To the beginning.")
@click.option("--last", is_flag=True, help="To the end.")
@database_option
@loudness_options
@pass_state
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
        moved = albums.move_in_album(
            store,
            name,
            [_absolute(photo) for photo in photos],
            before=None if before is None else _absolute(before),
            after=None if after is None else _absolute(after),
            first=first,
        )
    state.note(f"{counted(moved, 'photo')} moved in album {name!r}")


@click.command()
@name_argument
@click.argument("order", type=click.Choice(SORTS, case_sensitive=False))
@database_option
@loudness_options
@pass_state
def sort(state: State, name: str, order: str) -> None:
    """Sort the photos of an album.

    Once: those added later come last.
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        albums.sort_album(store, name, order, settings)
    state.note(f"album {name!r} sorted by {order}")


@click.command()
@name_argument
@click.argument("photo", required=False, type=_photo)
@click.option("--clear", is_flag=True, help="The first photo stands for the album again.")
@database_option
@loudness_options
@pass_state
def cover(state: State, name: str, photo: str | None, clear: bool) -> None:
    """Print or choose the photo that stands for an album.

    Where none was chosen it is the first.
    """
    if clear and photo is not None:
        raise UsageError("a photo and --clear exclude each other; give either")
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        if clear or photo is not None:
            albums.set_album_cover(store, name, None if photo is None else _absolute(photo), settings)
            state.note(f"cover of album {name!r} changed")
            return
        path = albums.read_album(store, name, settings).cover
    if path is None:
        state.hint("No cover was chosen; the first photo stands for the album.")
    else:
        print_paths([path])


def _some(photos: list[str | Query]) -> list[str | Query]:
    if not photos:
        raise UsageError("which photos? Name their files, or describe them, as in emotion:happy or --emotion happy")
    return photos


def _is_photo(word: str) -> bool:
    try:
        if Path(_absolute(word)).is_file():
            return True
    except (OSError, ValueError):
        return False
    return ":" not in word and os.path.splitext(word)[1].lower() in SUFFIXES  # noqa: PTH122 - "path:" isn't one


def _absolute(photo: str) -> str:
    """The path as the database knows it: links are not resolved."""
    return os.path.abspath(os.path.expanduser(photo))  # noqa: PTH100, PTH111
