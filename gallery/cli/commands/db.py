"""`gallery db`: the database itself."""

from __future__ import annotations

from pathlib import Path

import click

from gallery.cli.options import shared_options
from gallery.cli.output import counted, printable
from gallery.cli.state import State
from gallery.store.backup import back_up


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@shared_options
def compact(state: State) -> None:
    """Give room back to the disk that the database no longer needs.

    What was deleted leaves room in the file, which is used again, but isn't given back by itself. Besides, what was
    done longer ago than `gallery undo` can take back is forgotten: see the settings undo_days and undo_megabytes. About
    as much room as the database has is needed meanwhile.
    """
    from gallery.curation.history import compact as compact_database

    with state.open_existing_store(state.settings()) as store:
        done = compact_database(store)
    if done.forgotten:
        state.note(f"{counted(done.forgotten, 'action')} can't be taken back any more")
    state.note(f"{_megabytes(done.after)}; it was {_megabytes(done.before)}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


@db.command()
@shared_options
def check(state: State) -> int:
    """Check that the database is sound; prints what is not, a line each, and exits with 1."""
    with state.open_existing_store(state.settings()) as store:
        problems = store.check()
    for problem in problems:
        click.echo(printable(problem))
    if not problems:
        state.note("The database is sound.")
    return 1 if problems else 0


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@shared_options
def backup(state: State, file: Path) -> None:
    """Copy the whole database into FILE, also while others write to it.

    FILE is new, and yours alone to read. It is a database like any other: `gallery --db FILE` opens it, and copied to
    the place of the old one while no gallery runs, it takes its place. Your photos aren't in it.
    """
    with state.open_existing_store(state.settings()) as store:
        back_up(store, file)
    state.note(f"the database is backed up in {file}")
