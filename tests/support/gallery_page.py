"""A small gallery of real files, served on a port, with a browser in front of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from gallery.faces import Box
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.web import serving
from gallery.web.app import make_app
from gallery.web.site import Access, Site
from tests.support.browser import Browser
from tests.support.cli_gallery import Gallery, taken
from tests.support.make import face, open_store

HOSTILE = "<img src=x onerror=document.title='owned'>.jpg"


@dataclass
class Page:
    """What a person meets who opens the gallery."""

    window: Browser
    address: str
    gallery: Gallery

    def go(self, path: str = "/", **size: Any) -> None:
        """Opens an address of the gallery."""
        self.window.visit(self.address + path, **size)

    def tiles(self) -> list[str]:
        """The names of the photos on the wall, in their order."""
        script = """return [...document.querySelectorAll('.tile')].sort((a, b) => a.dataset.rank - b.dataset.rank)
            .map((tile) => tile.getAttribute('aria-label').split(',')[0])"""
        return list(self.window.run(script))

    def wall(self, *names: str) -> None:
        """Waits until just these photos are on the wall."""
        self.window.until(lambda: self.tiles() == list(names), f"{names} on the wall")

    def text(self, selector: str) -> str:
        """The text of the first element."""
        return str(self.window.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def until(self, script: str, *arguments: object) -> None:
        """Waits until the script returns what is true."""
        self.window.until(lambda: self.window.run(f"return {script}", *arguments), script)


def fill_page(gallery: Gallery) -> None:
    """Six photos of three days and of none, two of them of one burst; of most faces the model is unsure."""
    noon = Box(100, 60, 180, 160)
    beach = taken("2023-06-14T12:30:00", camera="Canon")
    gallery.add("beach.jpg", face("happy", 0.93, where=noon), seed=1, capture=beach)
    gallery.add(
        "group.jpg",
        face("happy", 0.85, where=Box(20, 60, 80, 140)),
        face("sad", 0.7, where=Box(130, 60, 190, 140)),
        face("fear", 0.4, where=Box(240, 60, 300, 140)),
        seed=2,
        capture=taken("2023-06-14T12:00:00"),
    )
    gallery.add("empty.jpg", seed=3, capture=taken("2022-05-01T10:00:00"))
    gallery.add("doubt.jpg", face("angry", 0.35, where=noon), seed=4, capture=taken("2022-05-01T09:00:00"))
    gallery.add(HOSTILE, face("neutral", 0.45, where=noon), seed=5, capture=taken("2021-01-02T09:00:00"))
    gallery.add("undated.jpg", face("sad", 0.3, where=noon), seed=6)


@contextmanager
def listening(store: Store, access: Access | None = None) -> Iterator[str]:
    """The address that opens this gallery, which is served meanwhile."""
    taken_port = serving.listen(serving.Door(port=0))
    site = Site(store, Settings(), access or Access())
    config = uvicorn.Config(
        make_app(site, taken_port.doors), log_config=None, lifespan="on", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([taken_port.socket],), daemon=True)
    thread.start()
    try:
        yield taken_port.addresses[0]
    finally:
        server.should_exit = True
        thread.join()
        site.close()


@contextmanager
def opened_page(window: Browser, folder: Path, access: Access | None = None) -> Iterator[Page]:
    """The gallery of `fill_page` in a window, its door opened."""
    gallery = Gallery(folder)
    fill_page(gallery)
    with open_store(folder) as store, listening(store, access) as address:
        window.visit(address)
        yield Page(window, address.partition("/?")[0], gallery)
        # A page that listens for news would be waited for.
        window.driver.get("about:blank")
