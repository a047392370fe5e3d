"""Ports, and the names by which this machine may be called."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from gallery.errors import UsageError
from gallery.web.guard import SERVED_BY

LOOPBACK: Final = "127.0.0.1"

_USUAL_PORTS: Final = {"http": 80, "https": 443}
_PROBE_SECONDS: Final = 1.0


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can come by this address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UsageError where that can't be, saying who is in the way if it is us."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise UsageError(f"--host is {host!r}; allowed: an address or a name of this machine") from None
    # The protocol is named, or asyncio won't take it for TCP and leaves Nagle's algorithm on: 40 ms for every answer.
    taken = socket.socket(family, kind, protocol or socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(1024)
    except (OSError, OverflowError) as error:
        taken.close()
        who = "another `gallery serve`" if _is_ours(host, port) else "another program"
        reason = f"is taken by {who}" if _is_taken(error) else f"can't be used ({error})"
        raise UsageError(f"port {port} {reason}; choose another by --port, 0 takes any that is free") from None
    return taken


def names(host: str, port: int, scheme: str) -> frozenset[str]:
    """What may stand as `Host` in a request, for a server that listens at this address."""
    ports = [f":{port}", *([""] if _USUAL_PORTS[scheme] == port else [])]
    return frozenset(f"{_bracketed(name.lower())}{tail}" for name in _called(host) for tail in ports)


def addresses(host: str) -> list[str]:
    """How others reach this machine, the likeliest way first."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - compared
        return [host]
    return list(dict.fromkeys([*_own_addresses(), LOOPBACK]))


def check_certificate(certificate: Path, key: Path | None) -> None:
    """Raises UsageError unless a server can prove by these who it is."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: b"")
    except (OSError, ssl.SSLError, ValueError) as error:
        raise UsageError(f"{certificate}: is no certificate with its key that can be used ({error})") from None


def _called(host: str) -> Iterator[str]:
    yield host
    if is_loopback(host):
        yield from (LOOPBACK, "localhost") if ":" not in host else ("::1", "localhost")
    elif host in ("0.0.0.0", "::"):  # noqa: S104 - compared
        yield from (LOOPBACK, "localhost", socket.gethostname(), f"{socket.gethostname()}.local", socket.getfqdn())
        yield from _own_addresses()


def _own_addresses() -> Iterator[str]:
    """Those in the networks that this machine is in; nothing is sent to find out."""
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            yield str(probe.getsockname()[0])
    with suppress(OSError):
        for *_, address in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM):
            yield str(address[0]).partition("%")[0]


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _is_taken(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EADDRINUSE


def _is_ours(host: str, port: int) -> bool:
    """Whether who listens there says that it is a gallery."""
    try:
        with closing(HTTPConnection(addresses(host)[0], port, timeout=_PROBE_SECONDS)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().getheader("server") == SERVED_BY
    except (OSError, HTTPException, ValueError):
        return False
