"""Listens on a port, and serves until Ctrl-C."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Final

import uvicorn

from gallery.errors import UsageError
from gallery.web.app import make_app
from gallery.web.guard import Doors
from gallery.web.site import Site

DEFAULT_PORT: Final = 8365
LOOPBACK: Final = "127.0.0.1"

_MOST_AT_ONCE: Final = 500
"""Requests; of more, each is told to come again."""
_LONGEST_HEAD_BYTES: Final = 256 * 1024
"""Of the first lines of a request: a query of 100,000 characters gets an answer that says what is allowed."""
_LAST_SECONDS: Final = 1
"""Who is being answered when Ctrl-C comes gets so long."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A port that is ours, and the doors that lead in by it."""

    socket: socket.socket
    doors: Doors

    @property
    def port(self) -> int:
        """Which one it became, where any would do."""
        return int(self.socket.getsockname()[1])

    @property
    def address(self) -> str:
        """What opens the gallery, once."""
        token = f"?token={self.doors.token}" if self.doors.token else ""
        return f"{self.doors.scheme}://{_shown(self.socket.getsockname()[0])}:{self.port}/{token}"


def listen(port: int = DEFAULT_PORT) -> Listening:
    """Takes the port on this machine alone; 0: any that is free. Raises UsageError where it is taken."""
    taken = _bound(LOOPBACK, port)
    number = taken.getsockname()[1]
    hosts = frozenset(f"{name}:{number}" for name in (LOOPBACK, "localhost"))
    return Listening(taken, Doors(hosts, cookie_name=f"gallery_{number}"))


def serve(site: Site, listening: Listening, *, ready: Callable[[], None] = lambda: None) -> None:
    """Answers until Ctrl-C, which raises KeyboardInterrupt when all has ended."""
    config = uvicorn.Config(
        make_app(site, listening.doors),
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_AT_ONCE,
        h11_max_incomplete_event_size=_LONGEST_HEAD_BYTES,
        timeout_graceful_shutdown=_LAST_SECONDS,
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
        self._site.reader.interrupt()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, or asyncio won't take it for TCP and leaves Nagle's algorithm on: 40 ms for every answer.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen(1024)
    except OSError as error:
        taken.close()
        raise UsageError(f"port {port} can't be used ({error.strerror}); choose another: --port 0 takes any") from None
    return taken


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
