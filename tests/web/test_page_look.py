"""How the views of the page look: nothing hides what matters, nothing is cut off, and what goes on says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest

from gallery.records import Capture
from tests.support.cli_gallery import Gallery, taken
from tests.support.make import face

try:
    from selenium.webdriver.common.keys import Keys

    from tests.support.browser import CHROMEDRIVER, CHROMIUM, browser
    from tests.support.gallery_page import Page, opened_page
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The gallery of `fill_page`, and party: 40 faces of July 2019, of which five emotions and some doubts are read."""
    folder = tmp_path_factory.mktemp("gallery")
    with pytest.MonkeyPatch.context() as patch, browser(tmp_path_factory.mktemp("profile")) as window:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        fill(Gallery(folder))
        with opened_page(window, folder) as opened:
            all_alike(opened.gallery)
            yield opened


def fill(gallery: Gallery) -> None:
    numbers = {"happy": 16, "neutral": 8, "sad": 4, "angry": 2, "fear": 2}
    faces = [face(emotion, 0.9) for emotion, number in numbers.items() for _ in range(number)]
    faces += [face("sad", 0.2) for _ in range(8)]
    gallery.add("party.jpg", *faces, seed=11, capture=taken("2019-07-03T20:00:00"))
    gallery.add("again.jpg", seed=15, capture=taken("2019-07-03T20:00:02"))
    # One right after the party, for a month beside it; the first of July 2021 lies in the last week of a half year.
    gallery.add("later.jpg", face("happy", 0.9), seed=12, capture=taken("2019-08-03T20:00:00"))
    gallery.add("july.jpg", face("happy", 0.9), seed=13, capture=taken("2021-07-02T20:00:00"))
    # The longest of dates, and only the file's.
    gallery.add("scan.jpg", seed=14, capture=Capture(datetime(2024, 9, 18, 12), taken_source="file"))


def all_alike(gallery: Gallery) -> None:
    """All pictures look the same to the program: one group of duplicates."""
    with closing(sqlite3.connect(gallery.folder / "gallery.db")) as connection, connection:
        connection.execute("UPDATE content SET look = 81985529216486895")


# Photos -------------------------------------------------------------------------------------------------------------


def test_chips_beyond_the_edge_are_announced_and_reached(page: Page) -> None:
    page.go("/", width=390, height=844)
    page.until("document.querySelector('.along:not([hidden])')")
    assert page.window.find(".along").get_attribute("aria-label") == "More to narrow the search by"
    for _ in range(20):
        if page.window.find(".along").get_attribute("aria-label") != "More to narrow the search by":
            break
        page.window.find(".along").click()
        page.until("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    last = page.window.run("return document.querySelector('.chip:last-child').getBoundingClientRect().right")
    assert last <= page.window.run("return document.querySelector('.along').getBoundingClientRect().left") + 1
    page.window.find(".along").click()
    page.until("document.querySelector('.chips').scrollLeft === 0")


def test_the_place_of_chips_that_are_to_come_is_no_empty_band(page: Page) -> None:
    page.go("/?query=path%3Abeach")
    page.until("document.querySelectorAll('.tile').length === 1 && document.querySelector('.chip')")
    drawn = "return getComputedStyle(document.querySelector('.chips'), '::before').content"
    assert page.window.run(drawn) == "none"
    page.window.run("document.querySelector('.chips').replaceChildren()")
    assert page.window.run(drawn) == '""'


def test_years_at_the_edge_lie_beside_the_photos_and_the_handle(page: Page) -> None:
    script = """
        const boxes = (found) => [...document.querySelectorAll(found)].map((each) => each.getBoundingClientRect());
        const years = boxes('.scrubber .year');
        const meets = (one, other) => one.left < other.right && other.left < one.right;
        const met = boxes('.tile, .scrubber .handle').filter((box) => years.some((year) => meets(box, year)));
        return [years.length, met.length]
    """
    page.go("/", width=800, height=360)
    page.until("document.querySelectorAll('.scrubber .year').length > 1 && document.querySelector('.tile')")
    years, hidden = page.window.run(script)
    assert (years > 1, hidden) == (True, 0)


def test_years_over_photos_of_a_phone_have_a_ground(page: Page) -> None:
    page.go("/", width=390, height=400)
    page.until("document.querySelectorAll('.scrubber .year').length > 1")
    page.window.run("document.querySelector('.scrubber').classList.add('held')")
    ground = page.window.run("return getComputedStyle(document.querySelector('.scrubber .year')).backgroundColor")
    assert ground == "rgb(250, 247, 242)"


def test_a_long_search_is_read_in_the_header_of_a_phone(page: Page) -> None:
    page.go("/?query=path%3Abeach%20emotion%3Ahappy", width=390, height=844)
    page.until("document.querySelector('#title').innerText === 'path:beach emotion:happy'")
    cut = """const title = document.querySelector('#title');
        return [title.scrollWidth - title.clientWidth, title.scrollHeight - title.clientHeight]"""
    assert [max(0, over - 1) for over in page.window.run(cut)] == [0, 0]


def test_help_leaves_most_of_a_phone_to_what_keys_do(page: Page) -> None:
    page.go("/", width=390, height=844)
    page.until("document.querySelector('.tile')")
    page.window.press("?")
    page.until("document.querySelector('.keys dd')")
    keys, does = page.window.run(
        "return ['dt', 'dd'].map((each) => document.querySelector(`.keys ${each}`).getBoundingClientRect().width)"
    )
    assert does > 1.5 * keys


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_date_of_a_heading_is_cut(page: Page, width: int) -> None:
    page.go("/", width=width, height=800)
    page.until("[...document.querySelectorAll('.day')].some((each) => each.innerText.includes('date by file'))")
    cut = """return [...document.querySelectorAll('.day h2, .guessed')].filter((each) =>
        each.scrollWidth > each.clientWidth + 1).map((each) => each.innerText)"""
    assert page.window.run(cut) == []
    handle = """const box = (found) => document.querySelector(found).getBoundingClientRect();
        return box('.day .circle').right - box('.scrubber .handle').left"""
    assert width == 1280 or page.window.run(handle) <= 6


@pytest.mark.parametrize("width", [390, 320])
def test_all_that_can_be_done_with_selected_photos_is_seen_on_a_phone(page: Page, width: int) -> None:
    page.go("/", width=width, height=700)
    page.until("document.querySelectorAll('.tile').length > 3")
    page.window.run("document.querySelector('.tile .circle').click()")
    page.until("!document.querySelector('.selected').hidden")
    beyond = """const bar = document.querySelector('.selected');
        const sides = [...bar.querySelectorAll('button, strong')].map((each) => each.getBoundingClientRect());
        return sides.filter((box) => box.width && (box.left < 0 || box.right > innerWidth)).length"""
    assert page.window.run(beyond) == 0
    over = """const box = (found) => document.querySelector(found).getBoundingClientRect();
        const words = document.createRange();
        words.selectNodeContents(document.querySelector('.selected strong'));
        return words.getBoundingClientRect().right - box('.selected .link').left"""
    assert page.window.run(over) < 0
    page.window.press(Keys.ESCAPE)


def test_a_photo_tells_its_whole_date_on_a_phone_and_its_place_where_there_is_room(page: Page) -> None:
    for width, told in ((390, "Jun 14, 2023"), (1280, "Wednesday, June 14, 2023, 12:30 PM · photo 1 of 1")):
        page.go("/?query=path%3Abeach", width=width, height=800)
        page.until("document.querySelector('.tile')")
        page.window.press(Keys.HOME, Keys.ENTER)
        page.until("document.querySelector('#photo[open] .frame.there')")
        assert page.text(".when").replace("\u202f", " ") == told
        assert page.window.run("const p = document.querySelector('.when'); return p.scrollWidth <= p.clientWidth")


def test_a_low_window_is_mostly_photos_and_faces(page: Page) -> None:
    for view, found in (("photos", ".scroller"), ("review", ".faces")):
        page.go(f"/?view={view}", width=640, height=400)
        page.until(f"document.querySelector('{found}')?.clientHeight > 200")


def test_shots_to_compare_are_there_at_once_and_become_sharp(page: Page) -> None:
    page.go("/?view=best")
    page.until("document.querySelector('.bursts .compare')")
    first = """document.querySelector('.bursts .compare').click();
        return document.querySelector('.panes img').getAttribute('src').split('=')[1]"""
    assert page.window.run(first) == "320"
    page.until("[...document.querySelectorAll('.panes img')].every((each) => each.src.endsWith('size=1440'))")


# Moods --------------------------------------------------------------------------------------------------------------


def test_shares_of_a_month_fill_its_bar_and_are_said_to_the_last_one(page: Page) -> None:
    page.go("/?view=moods")
    page.until("document.querySelector('.band button')")
    script = """
        const bar = [...document.querySelectorAll('.band button')].find((each) => each.title.startsWith('July 2019'));
        const parts = [...bar.children].map((each) => each.getBoundingClientRect().height);
        const shares = parts.map((part) => Math.round(100 * part / bar.clientHeight));
        return [shares, bar.title, bar.querySelectorAll('.unsure').length]
    """
    parts, words, unsure = page.window.run(script)
    # Of 40: angry 2, fear 2, happy 16, sad 4, neutral 8, uncertain 8.
    assert parts == [5, 5, 40, 10, 20, 20]
    assert words == "July 2019: 40 faces, happy 40%, neutral 20%, uncertain 20%, the rest 20%"
    assert unsure == 1
    assert "uncertain: it can’t tell" in page.window.texts(".legend li")


def test_months_far_apart_are_marked(page: Page) -> None:
    page.go("/?view=moods")
    page.until("document.querySelector('.band button')")
    script = """return [...document.querySelector('.band').children].map((each) =>
        each.className === 'column' ? each.querySelector('button').title.split(':')[0] : each.title)"""
    assert page.window.run(script) == [
        *("July 2019", "August 2019", "1 year and more without faces", "January 2021", "5 months without faces"),
        *("July 2021", "9 months without faces", "May 2022", "1 year and more without faces", "June 2023"),
    ]
    later = page.window.run("return document.querySelectorAll('.band button')[1].title")
    assert "of 3 months with photos, this one in the middle" in later


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_calendar_is_low_and_cuts_no_month(page: Page, width: int) -> None:
    page.go("/?view=moods", width=width, height=800)
    page.until("document.querySelector('.days button')")
    script = """
        const box = (each) => each.getBoundingClientRect();
        const calendar = document.querySelector('.calendar');
        const years = [...document.querySelectorAll('.calendar-year')];
        const cut = years.flatMap((year) => [...year.querySelectorAll('.days span')].filter((name) =>
          box(name).right > box(year.querySelector('.days')).right + 1).map((name) => name.innerText));
        const beside = years.filter((year) => {
          const [label, row] = [box(year.firstElementChild), box(year.querySelector('.lattice'))];
          return label.top <= row.top + 8 && label.bottom <= row.bottom;
        });
        const high = Math.max(...years.map((year) => box(year).height / year.querySelectorAll('.lattice').length));
        return [cut, beside.length === years.length, high, calendar.scrollWidth - calendar.clientWidth]
    """
    cut, beside, high, over = page.window.run(script)
    assert (cut, beside, over) == ([], True, 0)
    assert high <= (130 if width == 1280 else 150)
    # 2 July 2021, alone in its half year: the month is named.
    months = page.window.run("""return [...document.querySelectorAll('.calendar-year')].map((year) =>
        [year.firstElementChild.innerText, [...year.querySelectorAll('.days span')].map((each) => each.innerText)])""")
    assert "Jul" in dict(months)["2021"]


# More ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 390])
def test_many_duplicates_stand_in_a_field_of_even_squares(page: Page, width: int) -> None:
    page.go("/?view=more", width=width, height=844)
    page.until("document.querySelectorAll('.twice .shot').length >= 6")
    sizes = page.window.run("""return [...document.querySelectorAll('.twice:first-child .shot')].map((each) => {
        const box = each.getBoundingClientRect(); return `${Math.round(box.width)} ${Math.round(box.height)}` })""")
    assert len(set(sizes)) == 1
    wide, high = sizes[0].split()
    assert wide == high
    assert page.window.texts(".paths summary") == ["11 files"]
    assert page.window.run("return document.documentElement.scrollWidth") == width
