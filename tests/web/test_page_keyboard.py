"""The whole page by keyboard alone: what a mouse can do, keys can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gallery.query.query import Query
from tests.support.make import open_store

try:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    from tests.support.browser import CHROMEDRIVER, CHROMIUM, browser
    from tests.support.gallery_page import Page, opened_page
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("gallery")
    with pytest.MonkeyPatch.context() as patch, browser(tmp_path_factory.mktemp("profile")) as window:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        with opened_page(window, folder) as opened:
            yield opened


def open_photo(page: Page, query: str) -> None:
    page.go(f"/?query={query}")
    page.until("document.querySelectorAll('.tile').length === 1")
    page.window.press(Keys.HOME, Keys.ENTER)
    page.until("document.querySelector('#photo[open] .frame.there')")


def with_shift(page: Page, key: str) -> None:
    ActionChains(page.window.driver).key_down(Keys.SHIFT).send_keys(key).key_up(Keys.SHIFT).perform()


def test_keys_are_listed_over_a_photo_and_esc_leads_back_to_it(page: Page) -> None:
    open_photo(page, "path:beach")
    page.window.press("?")
    page.until("document.querySelector('#asking[open] .keys')")
    page.window.press(Keys.ESCAPE)
    page.until("!document.querySelector('#asking[open]') && document.querySelector('#photo[open]')")


def test_who_asks_for_faces_where_there_are_none_is_told_so(page: Page) -> None:
    open_photo(page, "path:empty")
    page.window.press("f")
    page.until("document.querySelector('#photo #toast.shown').innerText.includes('No face was found')")


def test_a_face_that_was_missed_is_drawn_by_arrows(page: Page) -> None:
    open_photo(page, "path:empty")
    page.window.press("d", Keys.ARROW_UP)
    page.until("document.querySelector('.drawn')")
    sides = """const box = document.querySelector('.drawn').getBoundingClientRect();
        return [box.x, box.y, box.width, box.height]"""
    x, y, width, height = page.window.run(sides)
    page.window.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_UP)
    with_shift(page, Keys.ARROW_DOWN)
    assert page.window.run(sides) == [x + 16, y - 8, width, height + 8]
    page.window.press(Keys.ENTER)
    page.until("document.querySelector('.panel:not([hidden]) .choices')")
    assert page.window.focused() == "angry"
    page.window.press(Keys.TAB, Keys.TAB, Keys.TAB, Keys.ENTER)
    page.until("document.querySelectorAll('.face').length === 1")
    assert said(page, "path:empty emotion:happy") == ["empty.jpg"]


def test_a_photo_that_is_looked_at_goes_into_an_album_by_key(page: Page) -> None:
    open_photo(page, "path:doubt")
    page.window.press("a")
    page.until("document.activeElement.closest('#asking[open] form')")
    page.window.press("Found by key", Keys.ENTER)
    page.until("document.querySelector('#toast.shown')?.innerText.includes('Found by key')")
    assert said(page, 'album:"Found by key"') == ["doubt.jpg"]


def test_a_zoomed_photo_is_moved_by_arrows_and_others_by_arrows_alone(page: Page) -> None:
    open_photo(page, "path:beach")
    at = "return document.querySelector('.frame').style.transform"
    still = page.window.run(at)
    with_shift(page, Keys.ARROW_RIGHT)
    assert page.window.run(at) == still
    page.window.press("+", "+", "+")
    zoomed = page.window.run(at)
    with_shift(page, Keys.ARROW_RIGHT)
    page.window.press(Keys.ARROW_DOWN)
    assert page.window.run(at) != zoomed
    page.window.press(Keys.ESCAPE)
    assert page.window.run(at) == still


def test_the_bars_of_each_face_are_entered_and_left(page: Page) -> None:
    open_photo(page, "path:group")
    page.window.press(Keys.TAB)
    page.until("document.activeElement.matches('.face')")
    page.window.press(Keys.ENTER)
    assert page.window.run("return document.activeElement.innerText").split() == ["4", "happy", "85%"]
    page.window.press(Keys.ESCAPE)
    assert page.window.focused().startswith("Face 1")
    page.window.press(" ")
    page.until("document.querySelector('.panel .said')")
    assert said(page, "path:group is:corrected") == ["group.jpg"]


def test_the_photos_are_one_step_behind_all_chips(page: Page) -> None:
    page.go("/")
    page.until("document.querySelectorAll('.chip').length > 3 && document.querySelector('.tile')")
    page.window.run("document.querySelector('.chip').focus()")
    page.window.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT)
    assert page.window.run("return [...document.querySelectorAll('.chip')].indexOf(document.activeElement)") == 1
    page.window.press(Keys.END)
    assert page.window.run("return document.activeElement.nextElementSibling") is None
    page.window.press(Keys.TAB, Keys.TAB)
    assert page.window.run("return document.activeElement.id") == "grid"


def test_who_puts_nothing_into_an_album_has_it_still_selected(page: Page) -> None:
    page.go("/")
    page.until("document.querySelectorAll('.tile').length > 3")
    page.window.press(Keys.HOME, "x", "a")
    page.until("document.querySelector('#asking[open] form')")
    page.window.press(Keys.ESCAPE)
    page.until("!document.querySelector('#asking[open]')")
    assert page.text(".selected strong") == "1 selected"
    page.window.press("a")
    page.until("document.activeElement.closest('#asking[open] form')")
    page.window.press("Chosen", Keys.ENTER)
    page.until("document.querySelector('.selected').hidden")
    assert said(page, "album:Chosen") == ["beach.jpg"]


def said(page: Page, query: str) -> list[str]:
    """The names of the photos that a search in the same database finds."""
    with open_store(page.gallery.folder) as store:
        return [photo.path.rpartition("/")[2] for photo in store.search(Query.parse(query))]
