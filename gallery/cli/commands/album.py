"""`gallery album`: named collections of photos. What is in a manual one is changed in `album_photos`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from gallery.cli.asking import agreed
from gallery.cli.commands.album_photos import add, cover, move, name_argument, remove, sort
from gallery.cli.commands.export import export
from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import database_option, dry_run_option, loudness_options, shared_options, yes_option
from gallery.cli.output import console, counted, plain_table, print_items, printable
from gallery.cli.photo_lists import Listing, listing_options, print_records
from gallery.cli.photo_words import parse_photos, photos_and_filters
from gallery.cli.query_hints import hint_at_name
from gallery.cli.state import State
from gallery.curation.albums import (
    Album,
    album_photos,
    create_album,
    create_smart_album,
    delete_album,
    duplicate_album,
    freeze_album,
    list_albums,
    read_album,
    rename_album,
    set_album_note,
    set_album_query,
)
from gallery.errors import UsageError
from gallery.query.query import Query

_WIDEST: Final = 40
"""Columns of a terminal for a cover or the beginning of a note."""


@click.group()
@database_option
@loudness_options
def album() -> None:
    """Make, fill, list and export albums.

    A manual album is a list of photos in an order of yours. A smart one is a query, and holds what the query finds at
    any time. Which photos are meant is said by their files, by a query as for `gallery search`, by its flags, or by
    all of them. `gallery undo` takes back what was done last.

    \b
    gallery album create "Happy days" emotion:happy date:2024..
    gallery album create "Always happy" --smart 'emotion:happy sort:score'
    gallery album add "Happy days" ~/Photos/beach.jpg
    """


album.add_command(export)
for _command in (add, remove, move, sort, cover):
    album.add_command(_command)


@album.command()
@click.argument("name")
@photos_and_filters
@click.option("--smart", is_flag=True, help="Keep the query in place of the photos that it finds now.")
@click.option("--note", default="", metavar="TEXT", help="A few words on the album.")
@dry_run_option
@shared_options
def create(state: State, /, name: str, smart: bool, note: str, dry_run: bool, **given: Any) -> None:
    """Make an album of photos; an empty one where none are named."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        photos = parse_photos(given, store, settings)
        if smart:
            query = _only_query(photos)
            made = create_smart_album(store, name, query, settings, note=note, dry_run=dry_run)
        else:
            made = create_album(store, name, photos, settings, note=note, dry_run=dry_run)
    if not made.count:
        hint_at_name(name, given["words"])
    if smart:
        state.note_done(f"smart album {made.name!r} made; it holds {counted(made.count, 'photo')} now", dry_run=dry_run)
    else:
        state.note_done(f"album {made.name!r} made with {counted(made.count, 'photo')}", dry_run=dry_run)


@album.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
@shared_options
def list_(state: State, as_json: bool) -> None:
    """List the albums.

    \b
    The objects of --json:
      name, note, created_at
      count     photos in the album, `missing` among them
      missing   photos of which no file exists any more
      waiting   photos that aren't in the database, not counted
      query     of a smart album, null for a manual one
      cover     path of the photo that was chosen, null: the first
      problem   why the query has no answer, null where it has
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        found = list_albums(store, settings)
    print_items(found, as_json=as_json, draw=_draw, line=lambda one: printable(one.name))
    for one in found:
        if one.problem is not None:
            state.note(f"album {one.name!r} has no photos for now: {one.problem}")
    if not found:
        state.hint('No album yet; make one: `gallery album create "Happy days" --emotion happy`.')


@album.command()
@name_argument
@query_options
@listing_options
@shared_options
def show(state: State, /, name: str, as_json: bool, nul: bool, **filters: Any) -> None:
    """List the photos of an album, in its order.

    A query or flags narrow it to those of its photos for which they hold, and a limit to the first of these.
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings)
        photos = album_photos(store, name, settings, query)
        one = read_album(store, name, settings)
    # What a query or a smart album finds is for the query to say.
    listed = [photo for photo in photos if query is not None or one.query is not None or not photo.missing]
    for line in one.note.splitlines():
        state.hint(line)
    if one.query is not None:
        state.hint(f"Smart: {one.query}")
    if one.cover is not None:
        state.hint(f"Cover: {one.cover}")
    print_records(listed, Listing(as_json, nul, state.note))
    if len(listed) < len(photos):
        state.hint(f"{counted(len(photos) - len(listed), 'photo')} missing; --missing lists them too.")
    if one.waiting:
        state.hint(f"{counted(one.waiting, 'photo')} not in the database; indexed again, they are back in their place.")


@album.command()
@name_argument
@click.argument("new_name")
@shared_options
def rename(state: State, name: str, new_name: str) -> None:
    """Give an album another name.

    Smart albums and saved queries that ask for it follow.
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        renamed = rename_album(store, name, new_name, settings)
    state.note(f"album {name!r} is now {renamed.name!r}")


@album.command()
@name_argument
@click.argument("new_name")
@shared_options
def duplicate(state: State, name: str, new_name: str) -> None:
    """Make a second album like this one.

    It has the same photos or query, note and cover.
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        made = duplicate_album(store, name, new_name, settings)
    state.note(f"album {made.name!r} made with {counted(made.count, 'photo')}")


@album.command()
@name_argument
@click.argument("text", required=False)
@shared_options
def note(state: State, name: str, text: str | None) -> None:
    """Print or change the note of an album.

    TEXT takes the place of the note; an empty one takes it away.
    """
    with state.open_existing_store(state.settings()) as store:
        if text is not None:
            set_album_note(store, name, text)
            state.note(f"note of album {name!r} changed")
        else:
            for line in read_album(store, name).note.splitlines():
                click.echo(printable(line))


@album.command()
@name_argument
@query_options
@shared_options
def query(state: State, /, name: str, **filters: Any) -> None:
    """Print or change the query of a smart album."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        new = parse_filters(filters, store, settings)
        if new is None:
            text = read_album(store, name, settings).query
            if text is None:
                raise UsageError(f"album {name!r} is no smart album; it holds the photos that were put into it")
            click.echo(printable(text))
            return
        changed = set_album_query(store, name, new, settings)
    state.note(f"query of album {changed.name!r} changed; it holds {counted(changed.count, 'photo')} now")


@album.command()
@name_argument
@dry_run_option
@shared_options
def freeze(state: State, name: str, dry_run: bool) -> None:
    """Turn a smart album into a manual one.

    It keeps the photos that it holds now, in their order.
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        frozen = freeze_album(store, name, settings, dry_run=dry_run)
    state.note_done(
        f"album {frozen.name!r} is a manual one now, with {counted(frozen.count, 'photo')}", dry_run=dry_run
    )


@album.command()
@name_argument
@yes_option
@dry_run_option
@shared_options
def delete(state: State, name: str, yes: bool, dry_run: bool) -> None:
    """Delete an album; its photos stay."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        one = read_album(store, name, settings)
        held = f"with {counted(one.count + one.waiting, 'photo')}" if one.query is None else "(smart)"
        question = f"Delete album {name!r} {held}? The photos stay."
        if not (yes or dry_run) and not agreed(question):
            state.note("nothing deleted")
            return
        broken = delete_album(store, name, dry_run=dry_run)
    state.note_done(f"album {name!r} deleted", dry_run=dry_run)
    for user in broken:
        state.note_done(f"{user} asked for it and has no answer any more", dry_run=dry_run)


def _only_query(photos: Sequence[str | Query]) -> Query:
    match photos:
        case [Query() as one]:
            return one
        case []:
            raise UsageError("--smart needs a query, such as emotion:happy")
    raise UsageError(f"{photos[0]}: a smart album takes a query, no files; leave out the file, or --smart")


def _draw(found: Sequence[Album]) -> None:

    table = plain_table("album", "photos", "missing", "made", "query")
    covers = [printable(Path(one.cover).name) if one.cover else "" for one in found]
    notes = [printable(line) for line in (next(iter(one.note.splitlines()), "") for one in found)]
    # Few albums have any: where none does, the others needn't leave room.
    more = {name: cells for name, cells in {"cover": covers, "note": notes}.items() if any(cells)}
    for name in more:
        table.add_column(name, no_wrap=True, overflow="ellipsis", max_width=_WIDEST)
    for one, *cells in zip(found, *more.values(), strict=True):
        made = one.created_at.astimezone().strftime("%Y-%m-%d")
        query = printable(one.query or "")
        table.add_row(printable(one.name), str(one.count), str(one.missing or ""), made, query, *cells)
    console().print(table)
