"""`gallery undo`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gallery.cli.options import shared_options
from gallery.cli.output import console, message, plain_table, print_items, print_json, printable, to_terminal
from gallery.cli.state import State
from gallery.curation.history import Action, list_actions
from gallery.curation.history import undo as take_back
from gallery.errors import UsageError
from gallery.query.query import LARGEST_LIMIT


@click.command()
@click.option("--list", "as_list", is_flag=True, help="Only list what can be taken back, the last first.")
@click.option(
    "--limit", type=click.IntRange(1, LARGEST_LIMIT), metavar="N", help="With --list: the last N only, 20 by default."
)
@click.option("-n", "--dry-run", is_flag=True, help="Only tell what would be taken back.")
@click.option("--json", "as_json", is_flag=True, help="Print objects {id, done_at, summary}; null for nothing.")
@shared_options
def undo(state: State, as_list: bool, limit: int | None, dry_run: bool, as_json: bool) -> int:
    """Take back what you did last.

    Whatever that was: labels and rejections, changes of albums, saved queries. Called again, it takes back what you did
    before that. What was done is kept for 90 days and up to 16 MB, the last thing always: see the settings undo_days
    and undo_megabytes. Files that were written, such as exported photos and sidecars, stay as they are, and so do the
    database's photos and faces. The exit code is 1 where there is nothing to take back.
    """
    if limit is not None and not as_list:
        raise UsageError("--limit goes with --list; `gallery undo` takes back one thing at a time")
    with state.open_existing_store(state.settings()) as store:
        if as_list:
            _print_list(list_actions(store, limit=limit or 20), as_json=as_json)
            return 0
        done = next(iter(list_actions(store, limit=1)), None) if dry_run else take_back(store)
    if as_json:
        print_json(None if done is None else done.as_json())
    if done is None:
        message("nothing to take back")
        return 1
    state.note(
        f"dry run, nothing was changed: would take back: {done.summary}" if dry_run else f"undone: {done.summary}"
    )
    return 0


def _print_list(actions: Sequence[Action], *, as_json: bool) -> None:
    print_items(actions, as_json=as_json, draw=_draw, line=_line)
    if not actions and to_terminal() and not as_json:
        message("nothing to take back")


def _draw(actions: Sequence[Action]) -> None:

    table = plain_table("done", "what")
    for action in actions:
        table.add_row(_when(action), printable(action.summary))
    console().print(table)


def _line(action: Action) -> str:
    return f"{_when(action)}\t{printable(action.summary)}"


def _when(action: Action) -> str:
    return action.done_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
