"""`gallery serve`."""

from __future__ import annotations

import gc
import webbrowser

import click

from gallery.cli.options import shared_options
from gallery.cli.state import State


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Port to listen on; 0: any that is free.")
@click.option("--no-open", is_flag=True, help="Don't open the browser.")
@click.option("--read-only", is_flag=True, help="Nothing can be changed.")
@shared_options
def serve(state: State, /, port: int | None, no_open: bool, read_only: bool) -> None:
    """Open the gallery in the browser."""
    from gallery.web import serving
    from gallery.web.site import Access, Site

    settings = state.settings()
    with state.open_existing_store(settings) as store:
        listening = serving.listen(serving.DEFAULT_PORT if port is None else port)
        site = Site(store, settings, Access(read_only=read_only))
        gc.enable()

        def ready() -> None:
            click.echo(listening.address)
            if not no_open:
                webbrowser.open(listening.address)

        serving.serve(site, listening, ready=ready)
