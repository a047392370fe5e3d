"""The program `gallery serve`, in a process of its own."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.support.cli_gallery import Gallery
from tests.support.programs import started


@dataclass
class Served:
    """The program, and the address that it printed."""

    process: subprocess.Popen[bytes]
    address: str

    def get(self, path: str, cookie: str = "") -> http.client.HTTPResponse:
        """Over a connection of its own."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        return connection.getresponse()

    def open(self) -> str:
        """The cookie that the address gives."""
        found = self.get("/?" + urlsplit(self.address).query)
        assert found.status == 303
        return str(found.getheader("set-cookie")).partition(";")[0]


@contextmanager
def serving(gallery: Gallery, *options: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "gallery", "--db", str(gallery.db), "serve", "--no-open", "--port", "0", *options]
    with started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline().decode().strip())
        process.send_signal(signal.SIGINT)
