"""The server without a port: what a browser sends it, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from httpx import Response
from starlette.testclient import TestClient

from gallery.settings import Settings
from gallery.store.store import Store
from gallery.web.app import make_app
from gallery.web.guard import Doors
from gallery.web.site import Access, Site

HOST = "127.0.0.1:8365"
ORIGIN = f"http://{HOST}"


@dataclass
class Web:
    """A browser that has been let in; `stranger` is one that hasn't."""

    site: Site
    doors: Doors
    client: TestClient
    stranger: TestClient

    def get(self, path: str, **parameters: Any) -> Any:
        """What is answered, which must be well."""
        found = self.client.get(path, params=parameters)
        assert found.status_code == 200, found.text
        return found.json()

    def post(self, path: str, body: Any) -> Any:
        """The same of what changes something."""
        found = self.send(path, body)
        assert found.status_code == 200, found.text
        return found.json()

    def send(self, path: str, body: Any, **headers: str) -> Response:
        """The answer, whatever it is."""
        return self.client.post(path, json=body, headers={"origin": ORIGIN, **headers})

    def error(self, path: str, **parameters: Any) -> tuple[int, str]:
        """Status and text of an error."""
        found = self.client.get(path, params=parameters)
        return found.status_code, found.json()["error"]

    def names(self, query: str = "", **parameters: Any) -> list[str]:
        """The names of the photos of a result, in its order."""
        return [tile[7] for tile in self.get("/api/tiles", query=query, limit=500, **parameters)["tiles"]]


@contextmanager
def served(store: Store, settings: Settings | None = None, access: Access | None = None) -> Iterator[Web]:
    """A gallery that is served, and a browser in which the address of the terminal was opened."""
    site = Site(store, settings or Settings(), access or Access())
    doors = Doors(frozenset({HOST}))
    app = make_app(site, doors)
    try:
        # Entered, or each request would begin an event loop of its own.
        with TestClient(app, base_url=ORIGIN) as client:
            opened = client.get("/", params={"token": doors.token}, follow_redirects=False)
            assert opened.status_code == 303
            yield Web(site, doors, client, TestClient(app, base_url=ORIGIN))
    finally:
        site.close()
