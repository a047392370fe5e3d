"""`gallery duplicates`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.filters import parse_filters, query_options
from gallery.cli.look_progress import read_looks
from gallery.cli.options import shared_options
from gallery.cli.output import counted, plain_table
from gallery.cli.path_cells import Folder
from gallery.cli.photo_lists import GroupTables, listing_options, print_groups
from gallery.cli.state import State
from gallery.errors import UsageError
from gallery.query.query import Query
from gallery.similar.clusters import FARTHEST_ALIKE
from gallery.similar.duplicates import NEAR, DuplicateGroup, exact_duplicates, near_duplicates

if TYPE_CHECKING:
    from rich.table import Table


@click.command()
@query_options
@click.option("--near", is_flag=True, help="Also pictures that look the same: smaller copies, other formats, crops.")
@click.option(
    "--bits",
    type=click.IntRange(0, FARTHEST_ALIKE),
    metavar="N",
    help=f"With --near: in at most N of 63 bits the looks of two pictures differ; {NEAR} by default, "
    f"{FARTHEST_ALIKE} at most.",
)
@listing_options
@shared_options
def duplicates(state: State, /, near: bool, bits: int | None, as_json: bool, nul: bool, **filters: Any) -> int:
    """List photos that are there more than once.

    Without --near those are files with the very same content, for which no file is opened. Nothing is ever deleted:
    which one to keep is for you to say. In each group the picture with the most pixels comes first.

    A file is listed once, however many paths lead to it: links, hard links, folders with two names. Files that aren't
    there, or have changed since they were indexed, aren't listed.

    A terminal gets a table per group; a pipe one path per line, the groups parted by an empty one.

    \b
    --json prints an array of groups, each with "photos":
      paths (of files with the very same content), hash, width, height,
      bytes, bits (in which the look differs from that of the first photo),
      links: an array of path (another way to a file of paths) and file
    """
    if bits is not None and not near:
        raise UsageError("--bits goes with --near; files with the same content differ in none")
    settings, failed = state.settings(), 0
    left_out: list[str] = []
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings) or Query()
        if near:
            failed = read_looks(state, store, query, settings)
            groups = near_duplicates(store, query, settings, NEAR if bits is None else bits, left_out.append)
        else:
            groups = exact_duplicates(store, query, settings, left_out.append)
    print_groups(groups, as_json=as_json, nul=nul, tables=_TABLES, paths=_paths(groups))
    if not groups:
        state.hint("None found." if near else "No file is there twice; --near finds pictures that look the same.")
    if left_out:
        files = counted(len(left_out), "file")
        state.note(f"left out: {files} that can't be seen, or changed since they were indexed")
    return 1 if failed else 0


def _paths(groups: Sequence[DuplicateGroup]) -> Iterator[str]:
    """All paths, the groups parted by an empty one."""
    for number, group in enumerate(groups):
        yield from ([""] if number else [])
        yield from group.paths


def _table(number: int, group: DuplicateGroup, folder: Folder) -> Table:
    table = plain_table(f"group {number}")
    for name in ("pixels", "bytes", "bits"):
        table.add_column(name, no_wrap=True, justify="right")
    for photo in group.photos:
        for place, path in enumerate(photo.paths):
            facts = (f"{photo.width} x {photo.height}", f"{photo.size:,}", str(photo.bits))
            table.add_row(folder.cell(path), *(("same", "", "") if place else facts))
            for link in (link for link in photo.links if link.file == path):
                table.add_row(folder.cell(link.path, before="  also ", style="dim"), "link", "", "")
    table.add_row()
    return table


def _files(group: DuplicateGroup) -> Iterator[str]:
    yield from group.paths
    yield from (link.path for photo in group.photos for link in photo.links)


def _totals(groups: Sequence[DuplicateGroup]) -> tuple[str, str]:
    return counted(len(groups), "group"), counted(sum(len(group.paths) for group in groups), "file")


_TABLES = GroupTables(_table, _files, _totals)
