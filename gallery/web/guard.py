"""Who gets in, by which address, and what every answer tells the browser.

Any page on the web may send a browser here, under any name that it lets lead to this machine: so the name and port
must be ours (`Host`), a cookie must come along that only the address on the terminal gave, and whoever changes
anything must say that our own page sent it.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response

from gallery.web.answers import JSON, Problem, encoded
from gallery.web.login import Login
from gallery.web.passwords import PasswordHash

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES: Final = 4_000_000
"""Of a body: an album of 50,000 photos put in order takes 0.4 million."""

SERVED_BY: Final = "gallery"
"""What the server calls itself, so that a second one can say who has its port."""

_SAFE: Final = ("GET", "HEAD")
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
    "server": SERVED_BY,
}
"""Of every answer, unless it says otherwise itself."""


@dataclass(slots=True)
class Doors:
    """By which names the server may be called, as `127.0.0.1:8321`, and who has been let in.

    `token` opens the door once; None: by then it has, or a password does, as often as it is known.
    """

    hosts: frozenset[str]
    scheme: str = "http"
    cookie_name: str = "gallery"
    token: str | None = field(default_factory=lambda: secrets.token_urlsafe(32))
    password: PasswordHash | None = None
    _key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def origins(self) -> frozenset[str]:
        """How our own pages call themselves."""
        return frozenset(f"{self.scheme}://{host}" for host in self.hosts)

    def spend(self, token: str) -> bool:
        """Whether this is the token, which opens the door just once."""
        with self._lock:
            if self.token is None or not hmac.compare_digest(self.token.encode(), token.encode()):
                return False
            self.token = None
            return True

    def knows(self, cookies: str) -> bool:
        """Whether who sends these cookies has been let in."""
        morsel = _cookies(cookies).get(self.cookie_name)
        return morsel is not None and hmac.compare_digest(morsel.encode(), self._key.encode())

    def let_in(self, response: Response) -> None:
        """Gives the cookie that is asked for from now on."""
        response.set_cookie(
            self.cookie_name, self._key, httponly=True, samesite="strict", secure=self.scheme == "https", path="/"
        )


def _cookies(text: str) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(text)
    except Exception:  # whatever a stranger sends
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


class Guard:
    """Stands before the app. `open_paths` begin what everybody may have: what is the program's own and no photo."""

    def __init__(self, app: App, doors: Doors, version: Callable[[], str], open_paths: tuple[str, ...]) -> None:
        self._app, self._doors, self._version, self._open = app, doors, version, open_paths
        self._login = None if doors.password is None else Login(doors.password, doors.let_in)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer: App | None = self._refusal(scope, Headers(scope=scope)) or self._entrance(scope)
        handler: App = answer or self._app
        await handler(scope, _limited(receive), self._marked(send))

    def _refusal(self, scope: Scope, headers: Headers) -> App | None:
        """What is said to who mustn't get in; None to all others."""
        if headers.get("host", "").lower() not in self._doors.hosts:
            return refused(421, "this server isn't called so; open the address that the terminal shows")
        if _length(headers) > MOST_BYTES:
            return refused(413, f"too large; allowed: {MOST_BYTES:,} bytes")
        if not self._is_ours(scope["method"], headers):
            return refused(403, "this was sent by another page")
        if scope["path"].startswith(self._open) or self._doors.knows(headers.get("cookie", "")):
            return None
        if scope["path"] == "/" and _token(scope):
            return None
        if self._login is not None:
            return self._login.asked(scope)
        return refused(403, "open the address that the terminal shows; it opens the gallery once, in one browser")

    def _is_ours(self, method: str, headers: Headers) -> bool:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if method in _SAFE:
            return origin in (None, *self._doors.origins) and site in (None, "same-origin", "none")
        said_so = origin in self._doors.origins if origin is not None else site == "same-origin"
        return said_so and site in (None, "same-origin")

    def _entrance(self, scope: Scope) -> Response | None:
        """Lets in who comes with the token, and takes it out of the address; None to who comes without."""
        token = _token(scope) if scope["path"] == "/" else ""
        if not token:
            return None
        cookies = Headers(scope=scope).get("cookie", "")
        if not self._doors.spend(token) and not self._doors.knows(cookies):
            return refused(
                403, "this address has opened the gallery already; start `gallery serve` again for a new one"
            )
        response = RedirectResponse("/", status_code=303)
        self._doors.let_in(response)
        return response

    def _marked(self, send: Send) -> Send:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers["x-gallery-version"] = self._version()
            await send(message)

        return marked


def refused(status: int, reason: str) -> Response:
    """An answer that says no."""
    return Response(encoded(Problem(reason)), status, media_type=JSON)


def _token(scope: Scope) -> str:
    try:
        query: bytes = scope["query_string"]
        return parse_qs(query.decode("latin-1"), max_num_fields=20).get("token", [""])[0]
    except ValueError:
        return ""


def _length(headers: Headers) -> int:
    text = headers.get("content-length", "0")
    return int(text) if text.isdecimal() and len(text) < 20 else MOST_BYTES + 1


class TooLargeError(Exception):
    """A body that goes on beyond the limit."""


def _limited(receive: Receive) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BYTES:
            raise TooLargeError
        return message

    return limited
