"""`gallery search`."""

from __future__ import annotations

from typing import Any

import click

from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import shared_options
from gallery.cli.photo_lists import Listing, listing_options, print_found
from gallery.cli.state import State
from gallery.query.query import Query


@click.command()
@query_options
@listing_options
@shared_options
def search(state: State, /, as_json: bool, nul: bool, **filters: Any) -> None:
    """List the photos that a query describes.

    The query may be in words, which `gallery fields` explains, in flags, or in both: all of it must hold. Without any,
    every indexed photo is listed. A terminal gets a table, a pipe one path per line. Of a missing photo in
    whose place another one is now, a pipe gets no path, for that is the other one's; stderr tells where it was.

    --json prints objects with what `gallery show --help` tells.

    \b
    gallery search emotion:happy not emotion:sad faces:2.. date:2023-06..2024
    gallery search --emotion happy --min-score 0.8 path:Italy
    gallery search -- -emotion:sad '(has:gps or album:"Summer 2023")' sort:score
    gallery search -e happy -0 | xargs -0 cp -t ~/happy
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings) or Query()
        found = print_found(store, query, settings, Listing(as_json, nul, state.note))
    if not found:
        state.hint("No photo matches; ask for less, or index more folders with `gallery index FOLDER`.")
