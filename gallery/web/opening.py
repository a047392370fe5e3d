"""`gallery.serve`: who may come in by which door, and what they see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gallery.errors import UsageError
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.web import serving
from gallery.web.network import LOOPBACK, is_loopback
from gallery.web.passwords import PasswordHash, keep_password, kept_password, password_file
from gallery.web.scope import EVERYTHING, Scope
from gallery.web.serving import DEFAULT_PORT, Door
from gallery.web.site import Access, Site


def _nobody_answers(_: str) -> str:
    raise UsageError("others need a password to come in, and there is nobody to ask for one")


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How a gallery is served: by default to this machine alone, and all of it."""

    host: str = LOOPBACK
    """An address of this machine; 0.0.0.0 for all of them. Beyond this machine a password is needed."""
    port: int | None = None
    """None: the usual one; 0: any that is free."""
    read_only: bool = False
    """Nothing can be said, changed or indexed."""
    only: str | None = None
    """For guests: a query for the photos that they see, to look at."""
    certificate: Path | None = None
    """In PEM: what is sent is encrypted."""
    key: Path | None = None
    """Its private key, where that isn't in the same file."""
    new_password: bool = False
    """A password is asked for, and takes the place of one that is kept."""
    ask: Callable[[str], str] = _nobody_answers
    """Asks a person for the password that is named."""
    ready: Callable[[Sequence[str]], None] = lambda _: None
    """Told the addresses that open the gallery, the likeliest first, as soon as it answers."""
    tell: Callable[[str], None] = lambda _: None
    """Told what a person should know before."""


def serve(store: Store, settings: Settings | None = None, options: ServeOptions | None = None) -> None:
    """Shows the gallery to browsers until Ctrl-C, which raises KeyboardInterrupt when all has ended.

    Raises UsageError for a port that is taken, a certificate that can't be used, and an album that isn't there.
    """
    settings, options = settings or Settings(), options or ServeOptions()
    if options.key is not None and options.certificate is None:
        raise UsageError("--key goes with --certificate")
    scope = EVERYTHING if options.only is None else Scope.of(options.only)
    if scope.is_guest:
        store.count(scope.narrowed_to(), settings=settings)  # an album that isn't there is said at once
    port = DEFAULT_PORT if options.port is None else options.port
    door = Door(options.host, port, _password(options, scope), options.certificate, options.key)
    listening = serving.listen(door)
    if not is_loopback(options.host) and options.certificate is None:
        options.tell("not encrypted: whoever is in the same network can read along; --certificate changes that")
    site = Site(store, settings, Access(scope, read_only=options.read_only))
    serving.serve(site, listening, ready=lambda: options.ready(listening.addresses))


def _password(options: ServeOptions, scope: Scope) -> PasswordHash | None:
    """The one that is kept, or one that is asked for and kept from now on; None where none is needed."""
    if is_loopback(options.host) and not options.new_password:
        return None
    file = password_file(guests=scope.is_guest)
    kept = None if options.new_password else kept_password(file)
    if kept is not None:
        options.tell("the password is the one that you chose before; --password asks for another")
        return kept
    chosen = PasswordHash.of(options.ask("guests" if scope.is_guest else "whoever may see all of the gallery"))
    keep_password(file, chosen)
    return chosen
