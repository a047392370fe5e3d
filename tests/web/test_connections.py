"""Connections of those who begin to ask and don't end."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from gallery.web import connections
from gallery.web.connections import Connection

PATIENCE_SECONDS = 0.4


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, and takes longer to answer than anybody is waited for."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass
    if scope["path"] == "/slow":
        await asyncio.sleep(2 * PATIENCE_SECONDS)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(connections, "ASK_SECONDS", PATIENCE_SECONDS)
    config = uvicorn.Config(app, http=Connection, ws="none", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=[[listening]])
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def sent(port: int, *pieces: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    for piece in pieces:
        connection.send(piece)
    return connection


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"


@pytest.mark.parametrize(
    "pieces", [(), (b"GET / HT",), (HEAD,), (HEAD, b"half")], ids=["nothing", "head", "no", "half"]
)
def test_who_begins_to_ask_and_goes_silent_is_given_up(port: int, pieces: tuple[bytes, ...]) -> None:
    with sent(port, *pieces) as connection:
        start = time.monotonic()
        assert connection.recv(100) == b""
        assert time.monotonic() - start < 3


def test_who_asks_a_byte_at_a_time_is_given_up_too(port: int) -> None:
    with sent(port) as connection:
        connection.settimeout(0.05)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            try:
                connection.send(b"x")
                assert connection.recv(1) == b""
                return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("is still waited for")


def test_who_waits_for_an_answer_is_not(port: int) -> None:
    with sent(port, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 204")
        time.sleep(2 * PATIENCE_SECONDS)  # with nothing begun, the server has its own patience
        connection.send(HEAD)
        connection.send(b"123456789")
        assert connection.recv(100).startswith(b"HTTP/1.1 204")
