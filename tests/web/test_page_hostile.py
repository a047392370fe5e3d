"""Scripts in names, folders, notes, cameras and albums stay words, in every view."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.curation.albums import create_album, create_smart_album
from gallery.curation.saved_queries import save_query
from gallery.query.query import Query
from gallery.store.store import Fail
from gallery.web.app import STATIC
from tests.support.cli_gallery import Gallery, taken
from tests.support.make import DETECTOR, MODEL, face, open_store, stamp

try:
    from tests.support.browser import CHROMEDRIVER, CHROMIUM, browser
    from tests.support.gallery_page import Page, listening
except ModuleNotFoundError:
    CHROMIUM = CHROMEDRIVER = None  # type: ignore[assignment]

needs_browser = pytest.mark.skipif(
    not (CHROMIUM and CHROMEDRIVER), reason="chromium, chromedriver and selenium aren't all installed"
)

EVIL = "\"'><img src=x onerror=document.title='owned'><script>document.title='owned'<∕script>"
WRITES_HTML = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(")
VIEWS = ("photos", "review", "moods", "albums", "best", "more")


def test_no_script_of_the_page_makes_elements_of_text() -> None:
    scripts = sorted(STATIC.rglob("*.js"))
    assert len(scripts) > 20
    assert [script.name for script in scripts if WRITES_HTML.search(script.read_text(encoding="utf-8"))] == []


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    gallery = Gallery(tmp_path)
    folders = [f"{EVIL} {name}" for name in "ab"]
    shots = (f"{folders[number // 2]}/{EVIL}{number}.jpg" for number in range(4))
    paths = [
        gallery.add(name, face("sad", 0.45), seed=seed, capture=taken(f"2023-06-14T12:00:0{seed}", camera=EVIL))
        for seed, name in enumerate(shots)
    ]
    with browser(tmp_path / "profile") as window, open_store(tmp_path) as store:
        create_album(store, EVIL, paths[:2], note=f"{EVIL}\n{EVIL}")
        create_smart_album(store, f"{EVIL} smart", Query.parse("faces:1.."))
        save_query(store, "evil", Query.parse(f'path:"{EVIL[2:40]}"'))
        store.write([Fail(stamp(f"/photos/{EVIL}.jpg"), EVIL, transient=False)], model=MODEL, detector=DETECTOR)
        with listening(store) as address:
            window.visit(address)
            yield Page(window, address.partition("/?")[0], gallery)
            window.driver.get("about:blank")


@needs_browser
def test_nothing_of_strangers_is_more_than_words(page: Page) -> None:
    page.window.until(lambda: len(page.tiles()) == 4, "the photos")
    page.window.complaints()
    for view in VIEWS:
        page.go(f"/?view={view}")
        page.until("document.querySelector('main').childElementCount > 0")
        page.until("!location.search.includes('albums') || document.body.innerText.includes('onerror')")
        harmless(page, view)
    page.go("/?photo=1")
    page.until("document.querySelector('#photo-name')?.innerText.includes('onerror')")
    page.window.press("i")
    page.until("document.body.innerText.includes('onerror')")
    harmless(page, "photo")


def harmless(page: Page, where: str) -> None:
    assert page.window.driver.title != "owned", where
    made = "document.querySelectorAll('img[src=x], img[onerror]').length"
    written = "[...document.scripts].filter((script) => script.textContent.trim()).length"
    assert page.window.run(f"return [{made}, {written}]") == [0, 0], where
    complaints = [each for each in page.window.complaints() if "policy" in each.lower() or "uncaught" in each.lower()]
    assert complaints == [], where
