"""`gallery album export`: an album as files in a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from gallery.albums import album_photos
from gallery.cli.completion import complete_albums
from gallery.cli.output import message, print_json, printable
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.export import WAYS, Action, ExportResult, How, export_photos
from gallery.records import PhotoRecord

_NOT_EXPORTED = (Action.MISSING, Action.FAILED)


@click.command()
@click.argument("name", shell_complete=complete_albums)
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--as", "how", type=click.Choice(WAYS), default="copy", help="What to make; copy by default.")
@click.option("-n", "--dry-run", is_flag=True, help="Only tell what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print an array of {source, target, action, reason}.")
@database_option
@loudness_options
@pass_state
def export(state: State, name: str, dest: Path, how: How, dry_run: bool, as_json: bool) -> int:
    """Put the photos of an album into the folder DEST, which is made if need be.

    Nothing in DEST is overwritten: a second photo of the same name gets the start of its hash added to it. Running it
    again adds what is new only.
    """
    settings = state.settings()
    dest = dest.expanduser()
    with state.open_existing_store(settings) as store:
        photos = album_photos(store, name, settings)
    _warn_of_indexed_place(state, photos, dest)
    results = _told(export_photos(photos, dest, how=how, dry_run=dry_run), list_plan=dry_run and not as_json)
    if as_json:
        print_json([result.as_json() for result in results])
    counts = Counter(result.action for result in results)
    state.note(_sentence(counts, dry_run=dry_run))
    return 1 if counts[Action.FAILED] else 0


def _warn_of_indexed_place(state: State, photos: Sequence[PhotoRecord], dest: Path) -> None:
    place = dest.resolve()
    if any(place.is_relative_to(Path(path).parent) for photo in photos for path in photo.paths):
        state.note(f"{dest} lies among indexed photos: the next `gallery index` will find the exported ones there too")


def _told(results: Iterable[ExportResult], *, list_plan: bool) -> list[ExportResult]:
    """The results, those that went wrong told one by one as they come, and in a dry run the others as well."""
    told = []
    for result in results:
        told.append(result)
        if result.action in _NOT_EXPORTED:
            message(f"{result.action}: {result.source}: {result.reason}")
        elif list_plan:
            click.echo(f"{result.action}\t{printable(result.source)}\t{printable(result.target or '')}")
    return told


def _sentence(counts: Counter[Action], *, dry_run: bool) -> str:
    """`3 photos: 2 copied, 1 already there`."""
    total = counts.total()
    parts = ", ".join(f"{counts[action]} {action}" for action in Action if counts[action])
    start = f"{total} photo{'' if total == 1 else 's'}"
    return ("dry run, nothing was written: " if dry_run else "") + (f"{start}: {parts}" if parts else start)
