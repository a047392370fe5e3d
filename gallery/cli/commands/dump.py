"""`gallery dump` and `gallery restore`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from gallery.cli.options import shared_options
from gallery.cli.output import counted, message, print_json, print_text
from gallery.cli.paths import PIPE, UserPath
from gallery.cli.state import State
from gallery.curation.dump import dump_text, write_dump
from gallery.curation.dump_lines import read_dump
from gallery.curation.restoring import Renamed, Restored, counts, restore_dump
from gallery.errors import UsageError

_file = UserPath(path_type=Path, allow_dash=True)


@click.command()
@click.argument("file", type=_file, required=False)
@click.option("--force", is_flag=True, help="Put the dump in the place of an earlier one.")
@shared_options
def dump(state: State, file: Path | None, force: bool) -> None:
    """Write all that you typed in as text.

    Labels, faces you drew, photos you picked, albums, saved queries, and the folders that are looked through: a line of
    JSON each, in an order that is always the same, into FILE or to stdout. It can be read, compared with an older one,
    kept apart from the database, and read back by `gallery restore`. Photos are named by their content, so it holds
    wherever they lie; their paths in it are for you. FILE is yours alone to read, and an existing one is left as it is
    without --force, which replaces nothing but an earlier dump; `-` is stdout.
    """
    if file == PIPE:
        file = None
    if force and file is None:
        raise UsageError("--force goes with FILE; without one the dump is printed")
    with state.open_existing_store(state.settings()) as store:
        if file is None:
            print_text(dump_text(store).encode())
        else:
            write_dump(store, file, force=force)
            state.note(f"all that you typed in is in {file}")


@click.command()
@click.argument("file", type=_file)
@click.option("-n", "--dry-run", is_flag=True, help="Only tell what would be restored.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print {labels, albums, photos, queries, roots, already_there, waiting, renamed: [{kind, name, new_name}], "
    "problems: [{line, reason}], drawn, picks, turned}.",
)
@shared_options
def restore(state: State, file: Path, dry_run: bool, as_json: bool) -> int:
    """Read back what `dump` wrote.

    What the database lacks is added; what is there stays, and nothing is doubled. An album that exists gets the photos
    it lacks behind its own. Where a name stands for something else already, what is restored gets a name such as
    `Summer (2)`. Labels and places of photos that aren't indexed wait until they are. `gallery undo` takes all of it
    back. `-` is stdin. Damaged lines are told and left out; then the exit code is 1.
    """
    # Before the database, which is made if need be: not for a file that is no dump.
    read = read_dump(file, sys.stdin.buffer if file == PIPE else None)
    settings = state.settings()
    with state.open_existing_store(settings) if dry_run else state.open_store(settings) as store:
        restored = restore_dump(store, read, dry_run=dry_run)
    if as_json:
        print_json(asdict(restored))
    _tell(state, file, restored, dry_run=dry_run)
    return 1 if restored.problems else 0


def _tell(state: State, file: Path, restored: Restored, *, dry_run: bool) -> None:
    for problem in restored.problems:
        message(f"{file}:{problem.line}: {problem.reason}")
    for renamed in restored.renamed:
        state.note(_explained(renamed))
    state.note(f"{'dry run, nothing was changed: would restore' if dry_run else 'restored'} {counts(restored)}")
    if restored.already_there:
        state.note(f"{restored.already_there} already there")
    if restored.waiting:
        state.note(f"{restored.waiting} waiting for photos that aren't indexed; `gallery index` their folders")
    if restored.problems:
        message(f"{counted(len(restored.problems), 'line')} couldn't be restored")


def _explained(renamed: Renamed) -> str:
    return (
        f"{renamed.kind} {renamed.name!r} of the dump is {renamed.new_name!r} here: another had its name; what asks "
        f"for {renamed.name!r} still means that other one"
    )
