"""`gallery errors`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gallery.cli.options import shared_options
from gallery.cli.output import console, counted, plain_table, print_items, printable
from gallery.cli.path_cells import Folder, print_total
from gallery.cli.state import State
from gallery.store.store import FailureRecord


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
@shared_options
def errors(state: State, as_json: bool) -> None:
    """List the files that couldn't be read, and why.

    They are tried again when they change; `gallery index --retry-failed` tries them all.
    """
    with state.open_existing_store(state.settings()) as store:
        failures = store.failures()
    print_items(failures, as_json=as_json, draw=_draw, line=_line)
    if not failures:
        state.hint("Every file could be read.")


def _line(failure: FailureRecord) -> str:
    return f"{printable(failure.path)}\t{printable(failure.reason)}"


def _draw(failures: Sequence[FailureRecord]) -> None:
    folder = Folder.of(failure.path for failure in failures)
    table = plain_table("file", "reason")
    table.add_column("tried", no_wrap=True)
    for failure in failures:
        tried = failure.failed_at.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(folder.cell(failure.path), printable(failure.reason), tried)
    folder.print()
    console().print(table)
    print_total(counted(len(failures), "file"))
