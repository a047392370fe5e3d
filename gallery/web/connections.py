"""Connections to the server: none is kept for who begins to ask and doesn't end, nor beyond the end of the program."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

ASK_SECONDS: Final = 20.0
"""So long a request may take to come, its body included: of 4 MB over a slow network, too."""


class Connection(H11Protocol):
    """As uvicorn's, which gives up who is silent after an answer, but not who is before the first one."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._patience is not None:
            self._patience.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._expect()

    def _expect(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            if self._patience is not None:
                self._patience.cancel()
                self._patience = None
        elif self._patience is None:
            self._patience = self.loop.call_later(ASK_SECONDS, self.transport.close)


def hang_up(connections: set[Any]) -> None:
    """Ends all of them, whatever is being sent: who sends is told that nobody reads any more, and ends in order."""
    for connection in list(connections):
        connection.transport.abort()
