"""`gallery db`: the database itself."""

from __future__ import annotations

import click

from gallery.cli.options import shared_options
from gallery.cli.output import printable
from gallery.cli.state import State


@click.group()
def db() -> None:
    """Look after the database."""


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
