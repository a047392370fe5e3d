"""The timeline of the page: photos without number, where none of them jumps and all of them are reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.generated_gallery import Generated, served

try:
    from selenium.webdriver.common.keys import Keys

    from tests.support.browser import CHROMEDRIVER, CHROMIUM, Browser, browser
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)

COUNT = 2_000_000
RANKS = "return [...document.querySelectorAll('.tile')].map((tile) => Number(tile.dataset.rank)).sort((a, b) => a - b)"
SEEN = """
    const grid = document.querySelector('#grid').getBoundingClientRect();
    return [...document.querySelectorAll('.tile')]
      .map((tile) => [Number(tile.dataset.rank), tile.getBoundingClientRect()])
      .filter(([, box]) => box.bottom > grid.top && box.top < grid.bottom)
      .map(([rank, box]) => [rank, ...[box.left, box.top, box.width, box.height].map(Math.round)])
      .sort((a, b) => a[0] - b[0])
"""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def generated() -> Generated:
    return Generated(COUNT, large_day=70_000)


@pytest.fixture(scope="module")
def address(generated: Generated) -> Iterator[str]:
    with served(generated) as found:
        yield found


def ranks(window: Browser) -> list[int]:
    return list(window.run(RANKS))


def test_the_page_waits_with_nothing_but_what_is_looked_at(window: Browser, address: str) -> None:
    window.visit(address)
    window.until(lambda: ranks(window)[:3] == [0, 1, 2], "the newest photos")
    assert window.find("#count").text == "2,000,000 photos"
    assert len(ranks(window)) < 150
    assert window.run("return document.querySelectorAll('*').length") < 1500


def test_the_oldest_of_two_million_is_reached_and_the_newest_again(window: Browser, address: str) -> None:
    window.visit(address)
    window.until(lambda: ranks(window)[:1] == [0])
    window.run("document.querySelector('#grid').scrollTop = 1e9")
    window.until(lambda: ranks(window)[-1:] == [COUNT - 1], "the oldest photo")
    below = window.run(
        "const g = document.querySelector('#grid'); return g.scrollHeight - g.scrollTop - g.clientHeight"
    )
    assert below < 2
    window.run("document.querySelector('#grid').scrollTop = 0")
    window.until(lambda: ranks(window)[:1] == [0], "the newest photo")


def test_small_steps_are_steps_of_pixels_wherever_one_is(window: Browser, address: str) -> None:
    window.visit(address)
    window.until(lambda: ranks(window)[:1] == [0])
    for place in (0.2, 0.5, 0.9):
        window.run("const g = document.querySelector('#grid'); g.scrollTop = g.scrollHeight * arguments[0]", place)
        settle(window)
        before = {rank: (x, y) for rank, x, y, *_ in window.run(SEEN)}
        window.run("document.querySelector('#grid').scrollTop += 200")
        settle(window)
        after = {rank: (x, y) for rank, x, y, *_ in window.run(SEEN)}
        both = before.keys() & after.keys()
        assert both
        assert all(after[rank] == (before[rank][0], before[rank][1] - 200) for rank in both)


def settle(window: Browser) -> list[Any]:
    """Waits until photos are seen, and the same for a while."""
    seen: list[Any] = []

    def rests() -> bool:
        before = seen[:]
        seen[:] = window.run(SEEN)
        return bool(seen) and seen == before

    window.until(rests, "rest")
    window.driver.execute_async_script("setTimeout(arguments[0], 350)")
    window.until(rests, "rest")
    return seen


def test_nothing_jumps_when_photos_come_late(window: Browser, address: str) -> None:
    """The heading below a screen of photos stands where it stood before they came."""
    window.visit(address)
    window.until(lambda: ranks(window)[:1] == [0])
    script = """
        const done = arguments[0], places = new Map(), moved = [];
        const note = () => {
          for (const each of document.querySelectorAll('.heading')) {
            const top = each.getBoundingClientRect().top;
            const away = Math.abs((places.get(each.dataset.day) ?? top) - top);
            if (away > 0.6) moved.push(each.dataset.day);
            places.set(each.dataset.day, top);
          }
        };
        const grid = document.querySelector('#grid');
        grid.scrollTop = grid.scrollHeight * 0.37;
        let left = 40;
        const tiles = () => document.querySelectorAll('.tile').length;
        const step = () => { note(); --left ? setTimeout(step, 25) : done([moved, tiles()]); };
        setTimeout(step, 60);
    """
    moved, tiles = window.driver.execute_async_script(script)
    assert tiles > 5
    assert moved == []


def test_rows_fill_the_width_and_photos_keep_their_shape(window: Browser, address: str, generated: Generated) -> None:
    window.visit(address)
    window.until(lambda: ranks(window)[:1] == [0])
    window.run("const g = document.querySelector('#grid'); g.scrollTop = g.scrollHeight * 0.6")
    seen = settle(window)
    cropped = [abs(width / height / generated.aspects[rank] - 1) for rank, _, _, width, height in seen]
    assert max(cropped) < 0.25
    assert sorted(cropped)[len(cropped) // 2] < 0.05
    rows: dict[int, int] = {}
    for _, left, top, width, _ in seen:
        rows[top] = max(rows.get(top, 0), left + width)
    full = [right for right in rows.values() if right > 1200]
    assert full
    assert len(set(full)) == 1


def test_a_day_of_70000_is_scrolled_through(window: Browser, address: str, generated: Generated) -> None:
    day = generated.day_of(int(generated.firsts.searchsorted(generated.large_day)))
    window.visit(f"{address}/?at={day}")
    window.until(lambda: ranks(window) and ranks(window)[0] >= generated.large_day - 400, "the large day")
    for _ in range(6):
        window.run("document.querySelector('#grid').scrollTop += 2_400")
        settle(window)
    assert generated.large_day + 200 < ranks(window)[0] < generated.large_day + 1000


def test_back_from_a_photo_is_the_same_place_to_the_pixel(window: Browser, address: str) -> None:
    window.visit(address)
    window.until(lambda: ranks(window)[:1] == [0])
    window.run("const g = document.querySelector('#grid'); g.scrollTop = g.scrollHeight * 0.31")
    before = settle(window)
    middle = before[len(before) // 2][0]
    window.run("document.querySelector(`#r${arguments[0]} a`).click()", middle)
    window.until(lambda: window.run("return document.querySelector('#photo').open"), "the photo")
    window.driver.back()
    window.until(lambda: not window.run("return document.querySelector('#photo').open"), "the wall")
    assert settle(window) == before
    window.driver.refresh()
    window.until(lambda: ranks(window), "photos")
    assert settle(window) == before


def test_the_scrubber_tells_months_and_goes_by_keys(window: Browser, address: str) -> None:
    window.visit(address)
    window.until(lambda: ranks(window)[:1] == [0])
    slider = window.find(".scrubber")
    assert slider.get_attribute("aria-valuetext") == "Nov 2026"
    slider.send_keys(Keys.PAGE_DOWN)
    window.until(lambda: slider.get_attribute("aria-valuetext") == "Dec 2025", "the year before")
    slider.send_keys(Keys.ARROW_DOWN)
    window.until(lambda: slider.get_attribute("aria-valuetext") == "Nov 2025", "the month before")
    slider.send_keys(Keys.END)
    window.until(lambda: ranks(window)[-1:] == [COUNT - 1], "the oldest photo")


def test_arrows_move_over_the_wall_and_tell_where_one_is(window: Browser, address: str) -> None:
    window.visit(address)
    window.until(lambda: ranks(window)[:1] == [0])
    window.find("#grid").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    grid = window.find("#grid")
    window.until(lambda: grid.get_attribute("aria-activedescendant") == "r2", "the third photo")
    assert "photo 3 of 2,000,000" in window.run("return document.querySelector('#live').textContent")
    grid.send_keys(Keys.END)
    window.until(
        lambda: grid.get_attribute("aria-activedescendant") == f"r{COUNT - 1}" and ranks(window)[-1:] == [COUNT - 1]
    )
    grid.send_keys(Keys.ARROW_UP)
    window.until(
        lambda: COUNT - 20 < int((grid.get_attribute("aria-activedescendant") or "r0")[1:]) < COUNT - 1, "a row above"
    )
    assert int(grid.get_attribute("aria-rowcount") or 0) > 100_000


def test_months_and_years_are_the_same_photos_closer_together(window: Browser, address: str) -> None:
    window.visit(f"{address}/?by=years")
    window.until(lambda: ranks(window)[:1] == [0])
    assert window.texts(".heading h2")[0] == "2026"
    years = len(ranks(window))
    window.visit(f"{address}/?by=months")
    window.until(lambda: ranks(window)[:1] == [0] and window.texts(".heading h2")[0] == "November 2026")
    assert len(ranks(window)) < years
