"""`gallery album`: named collections of photos."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click

from gallery import albums
from gallery.albums import Album
from gallery.cli.completion import complete_albums
from gallery.cli.export import export
from gallery.cli.filters import filter_options, parse_filters
from gallery.cli.listing import listing_options, print_records
from gallery.cli.output import console, counted, print_json, printable, to_terminal
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.errors import UsageError
from gallery.query import Query

_name = click.argument("name", shell_complete=complete_albums)
_photos = click.argument("photos", nargs=-1, metavar="[PHOTO]...", type=click.Path())


@click.group()
@database_option
@loudness_options
def album() -> None:
    """Make, fill, list and export albums.

    Which photos are meant is said by their files, by the same flags as for `gallery search`, or by both.
    """


album.add_command(export)


@album.command()
@click.argument("name")
@_photos
@filter_options
@database_option
@loudness_options
@pass_state
def create(state: State, /, name: str, photos: tuple[str, ...], **filters: Any) -> None:
    """Make an album of photos; an empty one where none are named."""
    settings, paths = state.settings(), _absolute(photos)
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings)
        for path in paths:
            store.photo(path)  # before anything is written: an unknown photo must not leave half an album
        made = albums.create_album(store, name, query, settings)
        added = albums.add_to_album(store, made.name, paths) if paths else 0
    state.note(f"album {made.name!r} made with {counted(made.count + added, 'photo')}")


@album.command()
@_name
@_photos
@filter_options
@database_option
@loudness_options
@pass_state
def add(state: State, /, name: str, photos: tuple[str, ...], **filters: Any) -> None:
    """Add photos to an album."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        chosen = _chosen(photos, parse_filters(filters, store, settings))
        added = sum(albums.add_to_album(store, name, some, settings) for some in chosen)
    state.note(f"{counted(added, 'photo')} added to album {name!r}")


@album.command()
@_name
@_photos
@filter_options
@database_option
@loudness_options
@pass_state
def remove(state: State, /, name: str, photos: tuple[str, ...], **filters: Any) -> None:
    """Take photos out of an album; the photos themselves stay."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        chosen = _chosen(photos, parse_filters(filters, store, settings))
        removed = sum(albums.remove_from_album(store, name, some, settings) for some in chosen)
    state.note(f"{counted(removed, 'photo')} taken out of album {name!r}")


@album.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
@database_option
@loudness_options
@pass_state
def list_(state: State, as_json: bool) -> None:
    """List the albums."""
    with state.open_existing_store(state.settings()) as store:
        found = albums.list_albums(store)
    if as_json:
        print_json([_as_json(one) for one in found])
    elif to_terminal():
        _draw(found)
    else:
        for one in found:
            click.echo(printable(one.name))
    if not found:
        state.hint('No album yet; make one: `gallery album create "Happy days" --emotion happy`.')


@album.command()
@_name
@click.option("--missing", is_flag=True, help="Also photos whose files are gone.")
@listing_options
@database_option
@loudness_options
@pass_state
def show(state: State, name: str, missing: bool, as_json: bool, nul: bool) -> None:
    """List the photos of an album."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        photos = albums.album_photos(store, name, settings)
    listed = [photo for photo in photos if missing or not photo.missing]
    print_records(listed, as_json=as_json, nul=nul)
    if len(listed) < len(photos):
        state.hint(f"{counted(len(photos) - len(listed), 'photo')} missing; --missing lists them too.")


@album.command()
@_name
@click.argument("new_name")
@database_option
@loudness_options
@pass_state
def rename(state: State, name: str, new_name: str) -> None:
    """Give an album another name."""
    with state.open_existing_store(state.settings()) as store:
        renamed = albums.rename_album(store, name, new_name)
    state.note(f"album {name!r} is now {renamed.name!r}")


@album.command()
@_name
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@database_option
@loudness_options
@pass_state
def delete(state: State, name: str, yes: bool) -> None:
    """Delete an album; its photos stay."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        count = counted(store.count(Query(album=name, missing=True), settings=settings), "photo")
        if not yes and not click.confirm(f"Delete album {name!r} with {count}? The photos stay.", err=True):
            state.note("nothing deleted")
            return
        albums.delete_album(store, name)
    state.note(f"album {name!r} deleted")


def _chosen(photos: Sequence[str], query: Query | None) -> list[Query | list[str]]:
    chosen: list[Query | list[str]] = [_absolute(photos)] if photos else []
    if query is not None:
        chosen.append(query)
    if not chosen:
        raise UsageError("which photos? Name their files, or use filters such as --emotion happy")
    return chosen


def _absolute(photos: Sequence[str]) -> list[str]:
    """Paths as the database knows them: links are not resolved."""
    return [os.path.abspath(os.path.expanduser(photo)) for photo in photos]  # noqa: PTH100, PTH111


def _as_json(one: Album) -> dict[str, Any]:
    return {
        "name": one.name,
        "count": one.count,
        "missing": one.missing,
        "created_at": one.created_at.isoformat(),
        "note": one.note,
    }


def _draw(found: Sequence[Album]) -> None:
    from rich.table import Table

    if not found:
        return
    table = Table("album", "photos", "missing", "made", box=None, pad_edge=False)
    for one in found:
        made = one.created_at.astimezone().strftime("%Y-%m-%d")
        table.add_row(printable(one.name), str(one.count), str(one.missing or ""), made)
    console().print(table)
