"""`gallery query`: queries kept under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from gallery.cli.asking import agreed
from gallery.cli.completing import complete_saved_queries
from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import database_option, loudness_options, shared_options, yes_option
from gallery.cli.output import console, plain_table, print_items, print_json, printable
from gallery.cli.state import State
from gallery.curation.saved_queries import SavedQuery, delete_query, list_queries, read_query, rename_query, save_query
from gallery.errors import UsageError

_name = click.argument("name", shell_complete=complete_saved_queries)


@click.group()
@database_option
@loudness_options
def query() -> None:
    """Keep queries under a name.

    A saved query is part of others as query:NAME, in searches, albums and wherever photos are meant. What it finds is
    worked out each time anew.
    """


@query.command()
@click.argument("name")
@query_options
@click.option("--replace", is_flag=True, help="In the place of the query of this name.")
@shared_options
def save(state: State, /, name: str, replace: bool, **filters: Any) -> None:
    """Save a query.

    \b
    gallery query save smiles 'emotion:happy -emotion:sad faces:2..'
    gallery search query:smiles date:2024
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        asked = parse_filters(filters, store, settings)
        if asked is None:
            raise UsageError("which query? Write it after the name, such as emotion:happy, or use flags")
        kept = save_query(store, name, asked, settings, replace=replace)
    state.note(f"query {kept.name!r} saved: {kept.text}")


@query.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects: name, query, created_at.")
@shared_options
def list_(state: State, as_json: bool) -> None:
    """List the saved queries."""
    with state.open_existing_store(state.settings()) as store:
        found = list_queries(store)
    print_items(found, as_json=as_json, draw=_draw, line=lambda one: f"{printable(one.name)}\t{printable(one.text)}")
    if not found:
        state.hint("No query saved yet; save one: `gallery query save smiles emotion:happy`.")


@query.command()
@_name
@click.option("--json", "as_json", is_flag=True, help="Print one object: name, query, created_at.")
@shared_options
def show(state: State, name: str, as_json: bool) -> None:
    """Print a saved query."""
    with state.open_existing_store(state.settings()) as store:
        found = read_query(store, name)
    if as_json:
        print_json(found.as_json())
    else:
        click.echo(printable(found.text))


@query.command()
@_name
@click.argument("new_name")
@shared_options
def rename(state: State, name: str, new_name: str) -> None:
    """Give a saved query another name."""
    with state.open_existing_store(state.settings()) as store:
        renamed = rename_query(store, name, new_name)
    state.note(f"query {name!r} is now {renamed.name!r}")


@query.command()
@_name
@yes_option
@shared_options
def delete(state: State, name: str, yes: bool) -> None:
    """Delete a saved query; `gallery undo` brings it back."""
    with state.open_existing_store(state.settings()) as store:
        found = read_query(store, name)
        if not yes and not agreed(f"Delete query {found.name!r}, {found.text}?"):
            state.note("nothing deleted")
            return
        asked_by = delete_query(store, name)
    state.note(f"query {found.name!r} deleted")
    for what in asked_by:
        state.note(f"{what} asked for it and has no answer any more")


def _draw(found: Sequence[SavedQuery]) -> None:

    table = plain_table("name", "query", "saved")
    for one in found:
        made = one.created_at.astimezone().strftime("%Y-%m-%d")
        table.add_row(printable(one.name), printable(one.text), made)
    console().print(table)
