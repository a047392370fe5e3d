"""`gallery serve`."""

from __future__ import annotations

import gc
import os
import sys
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from gallery.cli.options import shared_options
from gallery.cli.output import message
from gallery.cli.paths import UserPath
from gallery.cli.state import State

_WRITES_WAIT_SECONDS: Final = 5.0


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Port to listen on, 8365; 0: any free one.")
@click.option("--no-open", is_flag=True, help="Only print the address.")
@click.option("--read-only", is_flag=True, help="To look at: nothing can be said, changed or indexed.")
@click.option(
    "--only",
    metavar="QUERY",
    help="For guests: these photos alone, such as album:Summer, to look at. Of all others nothing can be found out.",
)
@click.option("--host", metavar="ADDRESS", help="For other machines, too: an address of yours, or 0.0.0.0 for all.")
@click.option("--password", "new_password", is_flag=True, help="Ask for a new password; --host asks for one anyway.")
@click.option("--certificate", type=UserPath(), metavar="FILE", help="Encrypt, with this certificate in PEM.")
@click.option("--key", type=UserPath(), metavar="FILE", help="Its private key, where that is another file.")
@shared_options
def serve(
    state: State,
    /,
    no_open: bool,
    host: str | None,
    certificate: str | None,
    key: str | None,
    port: int | None,
    read_only: bool,
    only: str | None,
    new_password: bool,
) -> None:
    """Open the gallery in the browser: look, search, correct, make albums.

    Prints an address and opens it. It is for this machine and this browser alone, and opens the gallery once; Ctrl-C
    ends it. Nothing is sent anywhere.

    With --host other machines in your network can look, too, once they give the password that you choose; it is kept as
    a slow hash. Without --certificate whoever is in the same network can read along.
    """
    from gallery.web.opening import ServeOptions
    from gallery.web.opening import serve as serve_gallery

    def ready(addresses: Sequence[str]) -> None:
        for address in addresses:
            click.echo(address)
        sys.stdout.flush()
        if not no_open:
            _open(addresses[0])

    options = ServeOptions(
        host=host or ServeOptions().host,
        port=port,
        read_only=read_only,
        only=only,
        certificate=_path(certificate),
        key=_path(key),
        new_password=new_password,
        ask=_ask,
        ready=ready,
        tell=message,
    )
    settings = state.settings()
    with state.open_existing_store(settings, busy_timeout_seconds=_WRITES_WAIT_SECONDS) as store:
        # The program goes on for long: what it leaves behind must be cleared away after all.
        gc.enable()
        serve_gallery(store, settings, options)


def _ask(whom: str) -> str:
    answer: str = click.prompt(f"Password for {whom}", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _open(address: str) -> None:
    """Opens a window of the browser, where there are windows: else one in this terminal would take it over."""
    has_windows = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_windows:
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
