"""Albums on the page: put in order by keys and by the mouse, changed, taken away; undone as everywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.curation.albums import album_photos, list_albums
from gallery.curation.history import list_actions
from tests.support.make import open_store

try:
    from selenium.webdriver.common.actions.action_builder import ActionBuilder
    from selenium.webdriver.common.keys import Keys

    from tests.support.browser import CHROMEDRIVER, CHROMIUM, Browser, browser
    from tests.support.gallery_page import Page, opened_page
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)

OWN = "/?query=album%3A%22Trip%22&order=album"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(window: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A gallery with an album of four photos, which is shown in its own order."""
    folder = tmp_path_factory.mktemp("gallery")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    with opened_page(window, folder) as opened:
        opened.gallery.run(
            "album", "create", "Trip", "sort:oldest path:group or path:empty or path:beach or path:doubt"
        )
        opened.gallery.run("album", "note", "Trip", "by the sea")
        opened.go(OWN)
        opened.wall("doubt.jpg", "empty.jpg", "group.jpg", "beach.jpg")
        opened.until("document.querySelector('.album-head p').innerText === 'by the sea'")
        window.complaints()
        yield opened
        complaints = window.complaints()
        assert [each for each in complaints if "policy" in each.lower() or "uncaught" in each.lower()] == []


def inside(page: Page) -> list[str]:
    with open_store(page.gallery.folder) as store:
        return [Path(photo.path).name for photo in album_photos(store, "Trip")]


def actions(page: Page) -> int:
    with open_store(page.gallery.folder) as store:
        return len(list_actions(store))


def press(page: Page, words: str, selector: str = "button") -> None:
    found = page.window.driver.find_elements("css selector", selector)
    next(each for each in found if each.is_displayed() and each.text == words).click()


def test_photos_are_put_in_order_by_keys_and_by_the_mouse(page: Page) -> None:
    window = page.window
    assert window.texts(".day h2") == ["In the album’s own order"]
    window.find("#grid").send_keys(Keys.ARROW_RIGHT, Keys.SHIFT + Keys.ARROW_RIGHT)
    page.wall("doubt.jpg", "group.jpg", "empty.jpg", "beach.jpg")
    page.until("document.querySelector('#grid').getAttribute('aria-activedescendant') === 'r2'")
    page.until("document.querySelector('#live').innerText.includes('moved: photo 3 of 4')")
    window.find("#grid").send_keys(Keys.SHIFT + Keys.HOME)
    page.wall("empty.jpg", "doubt.jpg", "group.jpg", "beach.jpg")
    assert inside(page) == ["empty.jpg", "doubt.jpg", "group.jpg", "beach.jpg"]
    # Nothing is before the first. Keys may come faster than answers.
    window.find("#grid").send_keys(Keys.SHIFT + Keys.ARROW_LEFT + Keys.ARROW_RIGHT * 3 + Keys.ARROW_LEFT * 3)
    window.until(lambda: actions(page) == 10, "six moves")
    page.wall("empty.jpg", "doubt.jpg", "group.jpg", "beach.jpg")
    drag(page, 3, 1)
    page.wall("empty.jpg", "beach.jpg", "doubt.jpg", "group.jpg")
    assert window.run("return document.querySelector('#photo').open") is False
    press(page, "Undo", "#toast button")
    page.wall("empty.jpg", "doubt.jpg", "group.jpg", "beach.jpg")
    # What is selected goes together, in its order.
    window.find("#grid").send_keys(Keys.HOME, "x", Keys.END, "x")
    page.until("document.querySelector('.selected strong').innerText === '2 selected'")
    drag(page, 3, 2)
    page.wall("doubt.jpg", "empty.jpg", "beach.jpg", "group.jpg")
    above = "document.querySelector('.selected').getBoundingClientRect().top"
    assert window.run(f"return document.querySelector('#toast.shown').getBoundingClientRect().bottom < {above}")
    press(page, "Later", ".selected button")
    page.wall("doubt.jpg", "group.jpg", "empty.jpg", "beach.jpg")
    assert inside(page) == ["doubt.jpg", "group.jpg", "empty.jpg", "beach.jpg"]
    # By days nothing can be put in order.
    page.go(OWN.replace("order=album", ""))
    page.wall("beach.jpg", "group.jpg", "empty.jpg", "doubt.jpg")
    window.find("#grid").send_keys(Keys.ARROW_RIGHT, Keys.SHIFT + Keys.ARROW_RIGHT)
    drag(page, 2, 0)
    assert inside(page) == ["doubt.jpg", "group.jpg", "empty.jpg", "beach.jpg"]


def drag(page: Page, rank: int, before: int) -> None:
    """Draws a photo to the left half of another with the mouse."""
    script = "const b = document.querySelector('#r' + arguments[0]).getBoundingClientRect(); return [b.x, b.y, b.width]"
    x, y, width = page.window.run(script, rank)
    to_x, to_y, to_width = page.window.run(script, before)
    # By where they are: the wall may be made anew meanwhile.
    mouse = ActionBuilder(page.window.driver)
    mouse.pointer_action.move_to_location(int(x + width / 2), int(y + 60)).pointer_down()
    mouse.pointer_action.move_to_location(int(x + width / 2) - 9, int(y + 60))
    mouse.pointer_action.move_to_location(int(to_x + to_width / 4), int(to_y + 60)).pointer_up()
    mouse.perform()


def test_an_album_is_changed_where_it_is_shown(page: Page) -> None:
    window = page.window
    window.find("#grid").send_keys(Keys.END, "x")
    press(page, "Cover", ".selected button")
    page.until("document.querySelector('#toast.shown')?.innerText.startsWith('cover of album Trip changed')")
    window.find("#grid").send_keys(Keys.HOME, "x")
    press(page, "Take out", ".selected button")
    page.wall("empty.jpg", "group.jpg", "beach.jpg")
    with open_store(page.gallery.folder) as store:
        assert [Path(str(album.cover)).name for album in list_albums(store)] == ["beach.jpg"]
    before = actions(page)
    window.find(".album-head button").click()
    name, note = window.find("#asking input"), window.find("#asking textarea")
    name.clear()
    name.send_keys('Our "trip"')
    note.clear()
    note.send_keys("with all")
    press(page, "Save", "#asking button")
    page.until("document.querySelector('#title').innerText === 'Our \"trip\"'")
    page.wall("empty.jpg", "group.jpg", "beach.jpg")
    page.until("document.querySelector('.album-head p').innerText === 'with all'")
    window.find(".album-head button").click()
    press(page, "The first photo again", "#asking button")
    page.until("document.querySelector('#toast.shown')?.innerText.startsWith('cover of album')")
    with open_store(page.gallery.folder) as store:
        [album] = list_albums(store)
        assert (album.name, album.note, album.cover) == ('Our "trip"', "with all", None)
    assert actions(page) == before + 3
    window.find(".album-head button").click()
    press(page, "Delete album", "#asking button")
    press(page, "Delete album", "#asking button")
    page.until("new URLSearchParams(location.search).get('view') === 'albums'")
    page.until("document.querySelector('.covers .empty') !== null")
    page.until("document.querySelector('#toast.shown')?.innerText.includes('deleted')")
    press(page, "Undo", "#toast button")
    page.until("document.querySelector('.covers b')?.innerText === 'Our \"trip\"'")
    window.find(".covers a").click()
    page.wall("empty.jpg", "group.jpg", "beach.jpg")


def test_what_a_smart_album_finds_is_changed_and_kept(page: Page) -> None:
    page.gallery.run("album", "create", "Smiles", "--smart", "emotion:happy")
    page.go("/?view=albums")
    page.until("document.querySelectorAll('.covers a').length === 2")
    page.window.find(".covers li button").click()
    query = page.window.find("#asking input[spellcheck]")
    query.clear()
    query.send_keys("emotion:hapy")
    press(page, "Save", "#asking button")
    page.until("document.querySelector('#asking #toast.shown')?.innerText.includes('did you mean')")
    query.clear()
    query.send_keys("emotion:sad")
    press(page, "Save", "#asking button")
    page.until("document.querySelector('.covers .quiet').innerText.includes('1 photo')")
    page.window.find(".covers li button").click()
    press(page, "Keep just the photos it has now", "#asking button")
    page.until("document.querySelector('.covers em') === null")
    with open_store(page.gallery.folder) as store:
        assert {album.name: (album.count, album.query) for album in list_albums(store)} == {
            "Smiles": (1, None),
            "Trip": (4, None),
        }


def test_what_is_selected_becomes_an_album_and_is_taken_away(page: Page, tmp_path: Path) -> None:
    page.window.find("#grid").send_keys(Keys.HOME, "x")
    press(page, "Album", ".selected button")
    page.until("document.querySelector('#asking').open")
    page.window.find("#asking input").send_keys("Alone")
    press(page, "Make", "#asking button")
    page.until("document.querySelector('#toast.shown')?.innerText.startsWith('album Alone: 1 photo')")
    with open_store(page.gallery.folder) as store:
        assert {album.name: album.count for album in list_albums(store)} == {"Alone": 1, "Trip": 4}
    allowed = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.window.driver.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
    page.window.find("#grid").send_keys(Keys.HOME, "x", Keys.END, "x")
    names = []
    for form in (0, 1):
        press(page, "Download", ".selected button")
        page.until("document.querySelector('#asking').open")
        page.window.driver.find_elements("css selector", "#asking .forms button")[form].click()
        came = tmp_path / "photos.zip"
        page.window.until(came.is_file, "the file")
        with zipfile.ZipFile(came) as archive:
            names.append(sorted(archive.namelist()))
        came.unlink()
    assert names[0] == ["beach.jpg", "doubt.jpg"]
    assert names[1][0] == "photos/index.html"
