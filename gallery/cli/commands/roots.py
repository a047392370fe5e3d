"""`gallery roots`: the folders that the gallery knows."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gallery.cli.options import shared_options
from gallery.cli.output import console, counted, print_json, printable, to_terminal
from gallery.cli.path_cells import PathCell
from gallery.cli.state import State
from gallery.curation.roots import RootRecord, forget_root, list_roots


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects; see above.")
@shared_options
@click.pass_context
def roots(ctx: click.Context, state: State, as_json: bool) -> None:
    """List the folders that the gallery looks through, and forget some.

    Every folder given to `gallery index` or `gallery watch` is one, unless looking through another one comes to it;
    `gallery index` without a folder looks through all of them.

    \b
    --json prints objects with
      path
      photos      files with photos that are there
      missing     files that are gone
      unwanted    files that an ignore file names, or in a bin
      looked_at   when it was looked through last; null if never to the end
      visible     whether it is there, and its drive connected
      include     names of bins and the like that are taken in
      follow_links  whether folders that are symbolic links are looked into
    """
    if ctx.invoked_subcommand is not None:
        return
    with state.open_existing_store(state.settings()) as store:
        found = list_roots(store)
    if as_json:
        print_json([one.as_json() for one in found])
    elif to_terminal():
        _draw(found)
    else:
        for one in found:
            click.echo("\t".join((printable(one.root.path), *_cells(one))))
    if not found:
        state.hint("No folder known yet; look through one: `gallery index ~/Photos`.")


@roots.command()
@click.argument("folder", metavar="DIR", type=click.Path())
@shared_options
def forget(state: State, folder: str) -> None:
    """Look through a folder no more, and find none of its photos.

    Nothing is lost: what you said of the photos is kept, `gallery undo` takes it back, and `gallery index DIR` too.
    Photos that lie in another known folder stay. No file is touched, and the folder need not be there.
    """
    with state.open_existing_store(state.settings()) as store:
        count = forget_root(store, folder)
    state.note(f"forgotten; {counted(count, 'file')} of its photos no longer wanted. `gallery undo` takes that back")


def _cells(one: RootRecord) -> tuple[str, ...]:
    looked_at = one.root.looked_at
    when = looked_at.astimezone().strftime("%Y-%m-%d %H:%M") if looked_at else "never"
    return str(one.photos), str(one.missing), str(one.unwanted), when, "there" if one.visible else "not there"


def _draw(found: Sequence[RootRecord]) -> None:
    from rich.table import Table

    table = Table("folder", "photos", "missing", "unwanted", "last look", "just now", box=None, pad_edge=False)
    for one in found:
        table.add_row(PathCell(printable(one.root.path)), *_cells(one))
    console().print(table)
