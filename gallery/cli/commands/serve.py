"""`gallery serve`."""

from __future__ import annotations

import gc
import os
import sys
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gallery.cli.options import shared_options
from gallery.cli.output import message
from gallery.cli.paths import UserPath
from gallery.cli.state import State
from gallery.errors import UsageError

if TYPE_CHECKING:
    from gallery.web.passwords import PasswordHash

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
@click.option(
    "--host", metavar="ADDRESS", help="For other machines, too: an address of yours, or 0.0.0.0 for all."
)
@click.option("--password", is_flag=True, help="Ask for a new password; with --host one is asked for anyway.")
@click.option("--certificate", type=UserPath(), metavar="FILE", help="Encrypt, with this certificate in PEM.")
@click.option("--key", type=UserPath(), metavar="FILE", help="Its private key, where that is another file.")
@shared_options
def serve(
    state: State,
    /,
    port: int | None,
    no_open: bool,
    read_only: bool,
    only: str | None,
    host: str | None,
    password: bool,
    certificate: str | None,
    key: str | None,
) -> None:
    """Open the gallery in the browser: look, search, correct, make albums.

    Prints an address and opens it. It is for this machine and this browser alone, and opens the gallery once; Ctrl-C
    ends it. Nothing is sent anywhere.

    With --host other machines in your network can look, too, once they give the password that you choose; it is kept as
    a slow hash. Without --certificate whoever is in the same network can read along.
    """
    from gallery.web.scope import EVERYTHING, Scope
    from gallery.web.serving import DEFAULT_PORT, LOOPBACK, Door, is_loopback, listen, serve
    from gallery.web.site import Access, Site

    if key is not None and certificate is None:
        raise UsageError("--key goes with --certificate")
    settings = state.settings()
    scope = EVERYTHING if only is None else Scope.of(only)
    host = host or LOOPBACK
    with state.open_existing_store(settings, busy_timeout_seconds=_WRITES_WAIT_SECONDS) as store:
        if scope.is_guest:
            store.count(scope.narrowed_to(), settings=settings)  # an album that isn't there is said at once
        needed = password or not is_loopback(host)
        chosen = _password(state, guests=scope.is_guest, anew=password) if needed else None
        door = Door(host, DEFAULT_PORT if port is None else port, chosen, _path(certificate), _path(key))
        listening = listen(door)
        if not is_loopback(host) and certificate is None:
            message("warning: not encrypted; whoever is in the same network can read along. --certificate changes that")
        # The program goes on for long: what it leaves behind must be cleared away after all.
        gc.enable()

        def ready() -> None:
            for address in listening.addresses:
                click.echo(address)
            sys.stdout.flush()
            if not no_open:
                _open(listening.addresses[0])

        serve(Site(store, settings, Access(scope, read_only=read_only)), listening, ready=ready)


def _password(state: State, *, guests: bool, anew: bool) -> PasswordHash:
    """The one that is kept, or one that is asked for and kept from now on."""
    from gallery.web.passwords import PasswordHash, keep_password, kept_password, password_file

    file = password_file(guests=guests)
    kept = None if anew else kept_password(file)
    if kept is not None:
        state.note("the password is the one that you chose before; --password asks for another")
        return kept
    whom = "guests" if guests else "whoever may see all of the gallery"
    chosen = PasswordHash.of(click.prompt(f"Password for {whom}", hide_input=True, confirmation_prompt=True, err=True))
    keep_password(file, chosen)
    return chosen


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _open(address: str) -> None:
    """Opens a window of the browser, where there are windows: else one in this terminal would take it over."""
    has_windows = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_windows:
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
