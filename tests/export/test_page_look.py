"""How the page of an album looks in a browser: labels beside faces, arrows beside pictures, zoom, days in the grid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from gallery.faces import Box
from tests.support.pages import drawn, face, page_of, record
from tests.support.photos import save_photo

try:
    from selenium.webdriver.common.action_chains import ActionChains

    from tests.support.browser import CHROMEDRIVER, CHROMIUM, Browser, browser
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)

ROW = [Box(20 + 150 * place, 200, 150 + 150 * place, 380) for place in range(5)]
"""Five faces side by side, little between them, and below each another at a small distance."""
CROWD = [box for one in ROW for box in (one, Box(one.left, 382, one.right, 560))]


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_complaints(window: Browser) -> Iterator[None]:
    window.complaints()
    yield
    assert window.complaints() == []


def one_photo(folder: Path, boxes: list[Box], size: tuple[int, int] = (800, 600)) -> Path:
    """The page of one photo with faces in these places."""
    path = save_photo(Image.new("RGB", size, "teal"), folder / "group.jpg")
    faces = [face("surprise", 0.9, number=number + 1, where=box) for number, box in enumerate(boxes)]
    page_of([record(path, *faces)], folder / "page")
    return folder / "page" / "index.html"


def covered(window: Browser, one: str, other: str) -> int:
    """How many of the one lie on any of the other, by more than a rounded pixel."""
    script = """
        const [ones, others] = [...arguments].map((found) => [...document.querySelectorAll(found)]);
        const box = (each) => each.getBoundingClientRect();
        const common = (one, other, from, to) =>
          Math.min(box(one)[to], box(other)[to]) - Math.max(box(one)[from], box(other)[from]);
        const meet = (one, other) => common(one, other, "left", "right") > 1 && common(one, other, "top", "bottom") > 1;
        return ones.filter((one) => others.some((other) => one !== other && meet(one, other))).length
    """
    return int(window.run(script, one, other))


@pytest.mark.parametrize("width", [1280, 390])
def test_label_hides_no_face_and_no_other_label(window: Browser, tmp_path: Path, width: int) -> None:
    window.open(one_photo(tmp_path, CROWD), width=width)
    window.view(0)
    window.press("b")
    assert window.run("return document.querySelectorAll('.says').length") == 10
    assert covered(window, ".says", ".says") == 0
    if width == 1280:
        assert covered(window, ".says", ".face") == 0
    inside = """const stage = document.querySelector('#stage').getBoundingClientRect();
        return [...document.querySelectorAll('.says')].every((each) => {
          const box = each.getBoundingClientRect();
          return box.left >= stage.left - 1 && box.right <= stage.right + 1 &&
            box.top >= stage.top - 1 && box.bottom <= stage.bottom + 1 })"""
    assert window.run(inside) is True


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (740, 700), (390, 844), (320, 568)])
def test_arrow_hides_no_face(window: Browser, tmp_path: Path, width: int, height: int) -> None:
    # As wide as a screen, with faces at both edges, in the middle where arrows stand.
    edges = [Box(0, 300, 120, 500), Box(1480, 300, 1600, 500)]
    window.open(one_photo(tmp_path, edges, (1600, 800)), width=width, height=height)
    window.view(0)
    window.press("b")
    assert covered(window, ".turn", ".face, #picture") == 0
    assert covered(window, ".turn", "#viewer button") == 0


def drag(window: Browser, right_px: int) -> None:
    """The mouse pressed in the middle, moved and let go."""
    moves = ActionChains(window.driver).move_to_element(window.find("#stage"))
    moves.click_and_hold().move_by_offset(right_px, 0).release().perform()


def test_picture_is_made_larger_moved_and_made_small_again(window: Browser, tmp_path: Path) -> None:
    window.open(one_photo(tmp_path, [Box(300, 200, 420, 360)], (1000, 800)))
    window.view(0)
    size = "return document.querySelector('#frame').getBoundingClientRect().width"
    fits = window.run(size)
    window.press("+")
    assert window.run(size) == pytest.approx(1.5 * fits)
    window.press("-")
    assert window.run(size) == pytest.approx(fits)
    window.find("#zoom").click()
    assert window.run(size) == pytest.approx(2.5 * fits)
    assert window.find("#zoom").get_attribute("aria-pressed") == "true"

    where = "return document.querySelector('#frame').getBoundingClientRect().left"
    before = window.run(where)
    drag(window, 60)
    assert window.run(where) == pytest.approx(before + 60)
    # No further than to its edge.
    for _ in range(4):
        drag(window, 400)
    assert window.run(where) == pytest.approx(
        window.run("return document.querySelector('#stage').getBoundingClientRect().left")
    )
    ActionChains(window.driver).double_click(window.find("#stage")).perform()
    assert window.run(size) == pytest.approx(fits)


def test_wheel_zooms_to_the_pointer_and_boxes_stay_on_faces(window: Browser, tmp_path: Path) -> None:
    window.open(one_photo(tmp_path, [Box(300, 200, 420, 360)], (1000, 800)))
    window.view(0)
    window.press("b")
    middle = """const box = document.querySelector('.face').getBoundingClientRect();
        return [(box.left + box.right) / 2, (box.top + box.bottom) / 2]"""
    # The list of faces takes its room first.
    window.run("return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    x, y = before = window.run(middle)
    wheel = """const [clientX, clientY] = arguments;
        stage.dispatchEvent(new WheelEvent('wheel', {deltaY: -270, clientX, clientY, cancelable: true}))"""
    window.run(wheel, x, y)
    assert window.run("return document.querySelector('#stage').classList.contains('large')") is True
    assert window.run(middle) == pytest.approx(before, abs=1.5)
    assert covered(window, ".says", ".face") == 0


def test_of_a_face_out_of_sight_nothing_is_said(window: Browser, tmp_path: Path) -> None:
    window.open(one_photo(tmp_path, [Box(20, 300, 140, 460), Box(440, 300, 560, 460)], (1000, 800)))
    window.view(0)
    window.press("b")
    assert window.texts(".says") == ["1 surprise 90%", "2 surprise 90%"]
    window.find("#zoom").click()
    assert window.texts(".says") == ["2 surprise 90%"]
    window.find("#zoom").click()
    assert window.texts(".says") == ["1 surprise 90%", "2 surprise 90%"]


def test_the_next_photo_fits_again(window: Browser, tmp_path: Path) -> None:
    page_of([drawn(tmp_path, name, seed=seed) for seed, name in enumerate(("a.jpg", "b.jpg"))], tmp_path / "page")
    window.open(tmp_path / "page" / "index.html")
    window.view(0)
    size = "return document.querySelector('#frame').getBoundingClientRect().width"
    fits = window.run(size)
    window.press("+")
    window.find("#next").click()
    window.until(window.is_seen)
    assert window.run(size) == pytest.approx(fits)


def test_the_grid_tells_the_day_of_each_first_photo(window: Browser, tmp_path: Path) -> None:
    taken = {"a": "2023-06-01T09:00:00", "b": "2023-06-01T10:00:00", "c": None, "d": "2023-07-04"}
    shown = [face()], [face("sad")], [face()], [face("sad")]
    photos = [
        drawn(tmp_path, f"{name}.jpg", *faces, seed=seed, taken=when)
        for seed, ((name, when), faces) in enumerate(zip(taken.items(), shown, strict=True))
    ]
    page_of(photos, tmp_path / "page")
    window.open(tmp_path / "page" / "index.html", width=390)
    assert window.texts(".when") == ["1 June 2023", "4 July 2023"]
    # Where the filter hides the first, the next tells it.
    window.find("[data-emotion=sad]").click()
    assert window.texts(".when") == ["1 June 2023", "4 July 2023"]
    script = """const day = document.querySelector('#grid li:not([hidden]) .when:not(.same)');
        return day.closest('li').querySelector('img').alt"""
    assert window.run(script).startswith("b.jpg")
