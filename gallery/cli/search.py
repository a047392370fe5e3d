"""`gallery search`."""

from __future__ import annotations

from typing import Any

import click

from gallery.cli.filters import filter_options, parse_filters
from gallery.cli.listing import listing_options, print_found
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.query import Query


@click.command()
@filter_options
@listing_options
@database_option
@loudness_options
@pass_state
def search(state: State, /, as_json: bool, nul: bool, **filters: Any) -> None:
    """List the photos with such faces.

    All conditions must hold; without any, every indexed photo is listed. A terminal gets a table, a pipe one path per
    line.

    \b
    gallery search --emotion happy --min-score 0.8
    gallery search --faces 2.. --not-emotion sad --since 2023 --path ~/Photos
    gallery search -e happy -0 | xargs -0 cp -t ~/happy
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings) or Query()
        found = print_found(store, query, settings, as_json=as_json, nul=nul)
    if not found:
        state.hint("No photo matches; ask for less, or index more folders with `gallery index FOLDER`.")
