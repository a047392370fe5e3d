"""Listens on a port, and serves until Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from gallery.web import network
from gallery.web.app import make_app
from gallery.web.connections import Connection, hang_up
from gallery.web.guard import Doors
from gallery.web.network import LOOPBACK, is_loopback
from gallery.web.passwords import PasswordHash
from gallery.web.site import Site

DEFAULT_PORT: Final = 8365

__all__ = ["DEFAULT_PORT", "LOOPBACK", "Door", "Listening", "is_loopback", "listen", "serve"]

_TURN_SECONDS: Final = 0.001
_MOST_AT_ONCE: Final = 500
"""Requests; of more, each is told to come again."""
_LONGEST_HEAD_BYTES: Final = 256 * 1024
"""Of the first lines of a request: a query of 100,000 characters gets an answer that says what is allowed."""
_BROWSER_SECONDS: Final = 0.2
"""No browser is quicker."""
_GRACE_SECONDS: Final = 0.5
"""Who is being answered when Ctrl-C comes gets so long."""
_LAST_SECONDS: Final = 1
"""So long until whatever goes on is cancelled."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the server listens, and what opens it: a password, else an address that is told once.

    With a `certificate`, and its `key` unless that is in the same file, nobody on the way can read along.
    """

    host: str = LOOPBACK
    port: int = DEFAULT_PORT
    password: PasswordHash | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def scheme(self) -> str:
        return "http" if self.certificate is None else "https"


@dataclass(frozen=True, slots=True)
class Listening:
    """A port that is ours, and the doors that lead in by it."""

    door: Door
    socket: socket.socket
    doors: Doors

    @property
    def addresses(self) -> list[str]:
        """What opens the gallery, the likeliest first; with a token once."""
        port = self.socket.getsockname()[1]
        token = f"?token={self.doors.token}" if self.doors.token else ""
        hosts = (f"[{host}]" if ":" in host else host for host in network.addresses(self.door.host))
        return [f"{self.door.scheme}://{host}:{port}/{token}" for host in hosts]


def listen(door: Door) -> Listening:
    """Takes the port; 0: any that is free. Raises UsageError where it is taken, or for a useless certificate."""
    if door.certificate is not None:
        network.check_certificate(door.certificate, door.key)
    taken = network.bound(door.host, door.port)
    port = taken.getsockname()[1]
    doors = Doors(
        network.names(door.host, port, door.scheme),
        scheme=door.scheme,
        cookie_name=f"gallery_{port}",
        password=door.password,
    )
    if door.password is not None:
        doors.token = None
    return Listening(door, taken, doors)


def serve(site: Site, listening: Listening, *, ready: Callable[[], None] = lambda: None) -> None:
    """Answers until Ctrl-C, which raises KeyboardInterrupt when all has ended. `ready` is called when it begins."""
    door = listening.door
    # Else whoever has worked for long, such as on the order of a million photos, lets others wait 5 ms at each turn.
    sys.setswitchinterval(_TURN_SECONDS)
    # Else each request that is no HTTP, or one too many at once, is told of on the terminal.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    config = uvicorn.Config(
        make_app(site, listening.doors),
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_AT_ONCE,
        h11_max_incomplete_event_size=_LONGEST_HEAD_BYTES,
        timeout_graceful_shutdown=_LAST_SECONDS,
        ssl_certfile=door.certificate,
        ssl_keyfile=door.key,
    )
    try:
        _Server(config, site, ready).run([listening.socket])
    finally:
        site.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, site: Site, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._site, self._ready = site, ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Lets those go who listen for news, or the server would wait for them."""
        self._site.is_closing = True
        self._site.reader.end()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().call_later(_GRACE_SECONDS, hang_up, self.server_state.connections)
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
        threading.Thread(target=self._prepare, name="gallery-prepare", daemon=True).start()

    def _prepare(self) -> None:
        """While the browser starts; whoever is there already gets the first page first."""
        time.sleep(_BROWSER_SECONDS)
        self._site.prepare()
