"""The door for others: a page that asks for the password."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gallery.web.answers import JSON, Problem, encoded
from gallery.web.passwords import PasswordHash

PATH: Final = "/login"

_MOST_BYTES: Final = 10_000
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.25, 5.0
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>gallery</title>
<link rel="stylesheet" href="/static/look.css">
<link rel="stylesheet" href="/static/style/login.css">
</head>
<body>
<main>
<h1>gallery</h1>
<form method="post" action="/login">
<p role="alert">{message}</p>
<p><label for="password">Password</label></p>
<p><input id="password" name="password" type="password" autocomplete="current-password" required autofocus></p>
<p><button type="submit">Open</button></p>
</form>
</main>
</body>
</html>
"""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Login:
    """Lets in who knows the password. Guesses are looked at one by one, each wrong one makes the next wait longer."""

    def __init__(self, password: PasswordHash, let_in: Callable[[Response], None]) -> None:
        self._password, self._let_in = password, let_in
        self._one_by_one = asyncio.Lock()
        self._wrong = 0

    def asked(self, scope: Scope) -> App:
        """What is answered to somebody who hasn't been let in."""
        if scope["path"] == PATH and scope["method"] == "POST":
            return self._guessed
        if scope["method"] == "GET" and scope["path"] in ("/", PATH):
            return _page("")
        return Response(encoded(Problem("open the gallery's first page, and give the password")), 403, media_type=JSON)

    async def _guessed(self, scope: Scope, receive: Receive, send: Send) -> None:
        guess = await _guess(Request(scope, receive))
        async with self._one_by_one:
            wait = min(_FIRST_WAIT_SECONDS * 2 ** min(self._wrong, 10), _LONGEST_WAIT_SECONDS) if self._wrong else 0.0
            await asyncio.sleep(wait)
            fits = await anyio.to_thread.run_sync(self._password.fits, guess)
            self._wrong = 0 if fits else self._wrong + 1
        response: Response = RedirectResponse("/", status_code=303) if fits else _page("That isn’t the password.")
        if fits:
            self._let_in(response)
        await response(scope, receive, send)


def _page(message: str) -> Response:
    return HTMLResponse(_PAGE.format(message=message), 401)


async def _guess(request: Request) -> str:
    """The password that a form sends; nothing where it sends something else."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            return ""
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=5).get("password", [""])[0]
    except ValueError:
        return ""
