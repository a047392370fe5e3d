"""`gallery errors`."""

from __future__ import annotations

import click

from gallery.cli.output import console, print_json, printable, to_terminal
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.store.store import FailureRecord


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
@database_option
@loudness_options
@pass_state
def errors(state: State, as_json: bool) -> None:
    """List the files that couldn't be read, and why.

    They are tried again when they change; `gallery index --retry-failed` tries them all.
    """
    with state.open_existing_store(state.settings()) as store:
        failures = store.failures()
    if as_json:
        print_json([failure.as_json() for failure in failures])
    elif to_terminal():
        _draw(failures)
    else:
        for failure in failures:
            click.echo(f"{printable(failure.path)}\t{printable(failure.reason)}")
    if not failures:
        state.hint("Every file could be read.")


def _draw(failures: list[FailureRecord]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("file", overflow="fold")
    table.add_column("reason")
    table.add_column("tried", no_wrap=True)
    for failure in failures:
        tried = failure.failed_at.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(printable(failure.path), printable(failure.reason), tried)
    if failures:
        console().print(table)
