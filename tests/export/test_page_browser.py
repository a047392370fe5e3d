"""The page of an album as a person meets it: in a real browser, by mouse, keyboard, finger and screen reader."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from gallery.export import Heading
from gallery.export.page import write_page
from gallery.faces import Box
from tests.support.pages import drawn, face, page_of, record
from tests.support.photos import save_photo

try:
    from selenium.webdriver.common.keys import Keys

    from tests.support.browser import CHROMEDRIVER, CHROMIUM, Browser, browser
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)

AXE = Path(os.environ.get("AXE_CORE", ""))
FACE = Box(200, 150, 320, 300)
HOSTILE = (
    "<img src=x onerror=document.title='owned'>.jpg",
    "\"'><svg onload=document.title='owned'>.jpg",
    "<!--<script>document.title='owned'.jpg",
    "\u202egpj.exe.jpg",
)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four photos: `a` with two happy faces, `b` with a sad one, `c` with none, `d` with a happy and a sad one."""
    folder = tmp_path_factory.mktemp("album")
    photos = [
        drawn(folder, "a.jpg", face("happy", 0.8), face(number=2, where=FACE), seed=1, taken="2023-06-01T12:30:00"),
        drawn(folder, "b.jpg", face("sad", 0.7), seed=2, taken="2023-06-02"),
        drawn(folder, "c.jpg", seed=3),
        drawn(folder, "d.jpg", face("sad", source="person"), face(number=3, where=FACE), seed=4),
    ]
    page_of(photos, folder / "page", "Italy")
    return folder / "page" / "index.html"


@pytest.fixture(autouse=True)
def _nothing_leaves_the_page(window: Browser) -> Iterator[None]:
    """In no test does a page ask for anything but files, or does the browser complain of it."""
    window.requests()
    window.complaints()
    yield
    asked = {address.split(":")[0] for address in window.requests()}
    assert asked <= {"file", "data"}
    assert window.complaints() == []


def grid(window: Browser) -> list[str]:
    """The start of the descriptions of the photos shown."""
    script = "return [...document.querySelectorAll('#grid li:not([hidden]) img')].map((img) => img.alt)"
    return [description.split(",")[0].split(":")[0] for description in window.run(script)]


def test_cover_opens_its_photo_whatever_the_filter(window: Browser, tmp_path: Path) -> None:
    photos = [drawn(tmp_path, "a.jpg", face()), drawn(tmp_path, "b.jpg", seed=2), drawn(tmp_path, "c.jpg", seed=3)]
    list(write_page(photos, tmp_path / "page", Heading("Italy", "Two weeks\nand rain", photos[1].path)))
    for width in (1280, 390):
        window.open(tmp_path / "page" / "index.html", width=width)
        assert window.texts(".note") == ["Two weeks\nand rain"]
        window.find("[data-emotion=happy]").click()
        assert grid(window) == ["a.jpg"]
        window.find("#cover").click()
        window.until(window.is_seen)
        assert window.seen() == "b.jpg | 2 of 3"
        assert window.run("return document.documentElement.scrollWidth <= innerWidth")
        window.press(Keys.ESCAPE)
        window.until(window.is_closed)
        assert grid(window) == ["a.jpg", "b.jpg", "c.jpg"]


def test_keys_lead_through_the_photos_and_back(window: Browser, album: Path) -> None:
    window.open(album)
    window.view(1)
    seen = [window.seen()]
    for key in (Keys.ARROW_RIGHT, Keys.END, Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.HOME, Keys.ARROW_LEFT):
        window.press(key)
        window.until(window.is_seen)
        seen.append(window.seen())
    assert seen == [
        "b.jpg | 2 June 2023 | 2 of 4",
        "c.jpg | 3 of 4",
        "d.jpg | 4 of 4",
        "d.jpg | 4 of 4",
        "c.jpg | 3 of 4",
        "a.jpg | 1 June 2023 | 1 of 4",
        "a.jpg | 1 June 2023 | 1 of 4",
    ]
    assert window.find("#picture").get_attribute("alt") == "a.jpg, 1 June 2023: two happy faces"


def test_escape_returns_the_focus_to_the_photo_seen_last(window: Browser, album: Path) -> None:
    window.open(album)
    for _ in range(2):
        window.view(1)
        window.press(Keys.ESCAPE)
        window.until(window.is_closed)
        assert window.focused() == "b.jpg, 2 June 2023: one sad face"
    window.view(1)
    window.press(Keys.ARROW_RIGHT, Keys.ESCAPE)
    window.until(window.is_closed)
    assert window.focused() == "c.jpg"


def test_close_and_the_way_back_close_the_viewer(window: Browser, album: Path) -> None:
    window.open(album)
    window.view(0)
    window.find("#close").click()
    window.until(window.is_closed)
    assert window.focused().startswith("a.jpg")
    window.view(3)
    window.driver.back()
    window.until(window.is_closed)
    assert window.driver.current_url == album.as_uri()
    assert window.focused().startswith("d.jpg")


def test_reload_in_the_viewer_leaves_nothing_to_go_back_to(window: Browser, album: Path) -> None:
    window.open(album)
    window.view(2)
    window.driver.refresh()
    assert window.is_closed()
    window.view(1)
    window.press(Keys.ESCAPE)
    window.until(window.is_closed)
    assert window.focused().startswith("b.jpg")


def test_focus_stays_in_the_viewer(window: Browser, album: Path) -> None:
    window.open(album)
    window.view(1)
    focused = []
    for _ in range(5):
        focused.append(window.focused())
        window.press(Keys.TAB)
    assert focused == ["Zoom", "Faces", "Close", "Previous photo", "Next photo"]
    assert window.run("return !document.activeElement.closest('header, main')")


def test_mouse_opens_and_turns(window: Browser, album: Path) -> None:
    window.open(album)
    window.find("#grid li:nth-child(3) a").click()
    window.until(window.is_seen)
    window.find("#next").click()
    assert window.seen() == "d.jpg | 4 of 4"
    assert window.find("#next").get_attribute("aria-disabled") == "true"
    window.find("#next").click()
    window.find("#previous").click()
    assert window.seen() == "c.jpg | 3 of 4"


def test_swipe_turns_and_a_small_slip_does_not(window: Browser, album: Path) -> None:
    window.open(album, width=390, height=844)
    window.view(1)
    seen = []
    for start, end in ((300, 100), (100, 300), (200, 180), (100, 300), (100, 300)):
        window.swipe(start, end)
        seen.append(window.seen()[:1])
    assert seen == ["c", "b", "b", "a", "a"]


def test_filter_hides_counts_and_leads_the_viewer(window: Browser, album: Path) -> None:
    window.open(album)
    assert window.texts("#filters button") == ["all 4", "happy 2", "sad 2"]
    window.find("[data-emotion=happy]").click()
    assert grid(window) == ["a.jpg", "d.jpg"]
    assert window.find("#shown").get_attribute("textContent") == "2 of 4 photos shown"
    assert window.texts("#filters [aria-pressed=true]") == ["happy 2"]

    window.view(0)
    window.press(Keys.ARROW_RIGHT)
    assert window.seen() == "d.jpg | 2 of 2"
    window.press(Keys.ESCAPE)
    window.until(window.is_closed)

    # Pressed a second time it is taken back.
    window.find("[data-emotion=happy]").click()
    assert grid(window) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]


def test_faces_are_framed_on_request(window: Browser, album: Path) -> None:
    window.open(album)
    window.view(3)
    assert window.texts(".face, #labels li") == []
    window.press("b")
    assert window.texts("#labels li") == ["1 sad", "3 happy 90%"]
    assert window.find("#faces").get_attribute("aria-pressed") == "true"
    # They stay when the photo changes.
    window.press(Keys.ARROW_LEFT)
    assert window.texts("#labels li") == ["no face found"]
    window.press(Keys.HOME)
    assert window.texts("#labels li") == ["1 happy 80%", "2 happy 90%"]
    window.find("#faces").click()
    assert window.texts(".face, #labels li") == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 640), (740, 340)])
@pytest.mark.parametrize("orientation", [None, 6, 3])
def test_boxes_lie_on_the_faces(
    window: Browser, tmp_path: Path, orientation: int | None, width: int, height: int
) -> None:
    picture = Image.new("RGB", (800, 600), "black")
    picture.paste((0, 255, 0), (200, 150, 320, 300))
    path = save_photo(picture, tmp_path / "green.jpg", orientation=orientation)
    page_of([record(path, face(where=FACE))], tmp_path / "page")
    window.open(tmp_path / "page" / "index.html", width=width, height=height)
    window.view(0)
    window.press("b")
    window.until(lambda: window.run("return !boxes.hidden"))
    # The frame covers the edge of the green: what is inside it is looked for without it.
    window.run("boxes.style.visibility = 'hidden'")
    screen = Image.open(io.BytesIO(window.driver.get_screenshot_as_png())).convert("RGB")
    green = screen.split()[1].point(lambda value: 255 * (value > 128))
    red = screen.split()[0].point(lambda value: 255 * (value < 100))
    rectangle = window.run(
        "const r = document.querySelector('.face').getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]"
    )
    area = Image.composite(green, Image.new("L", screen.size), red).getbbox()
    assert area is not None
    assert area[2] - area[0] >= 30
    assert all(abs(a - b) <= 2 for a, b in zip(rectangle, area, strict=True)), (rectangle, area)


def test_names_of_strangers_do_nothing(window: Browser, tmp_path: Path) -> None:
    photos = [drawn(tmp_path, name, face(), seed=seed) for seed, name in enumerate(HOSTILE)]
    page_of(photos, tmp_path / "page", HOSTILE[0])
    window.open(tmp_path / "page" / "index.html")
    assert window.texts("h1") == [HOSTILE[0]]
    shown = [name.replace("\u202e", "\ufffd") for name in HOSTILE]
    for place, name in enumerate(shown):
        window.view(place)
        assert window.texts("#name") == [name]
        window.press(Keys.ESCAPE)
        window.until(window.is_closed)
    assert window.driver.title == HOSTILE[0]
    assert window.run("return document.scripts.length") == 2
    assert window.run("return document.querySelectorAll('svg, [onerror], [onload]').length") == 0


def test_picture_that_was_taken_out_of_the_folder_is_said_to_be_missing(window: Browser, tmp_path: Path) -> None:
    page_of([drawn(tmp_path, name, seed=seed) for seed, name in enumerate(("a.jpg", "b.jpg"))], tmp_path / "page")
    next(path for path in (tmp_path / "page" / "photos").iterdir() if path.name.startswith("a-")).unlink()
    window.open(tmp_path / "page" / "index.html")
    window.choose(0)
    window.until(lambda: window.texts("#lost"))
    assert window.texts("#lost") == ["This picture isn’t in the folder any more."]
    window.press(Keys.ARROW_RIGHT)
    window.until(window.is_seen)
    assert window.texts("#lost") == []
    assert all("ERR_FILE_NOT_FOUND" in complaint for complaint in window.complaints())


def test_page_without_script_still_shows_and_links_the_pictures(window: Browser, album: Path) -> None:
    window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        window.open(album)
        links = window.driver.find_elements("css selector", "#grid a")
        assert all(link.get_attribute("href").endswith(".jpg") for link in links)
        assert not window.find("#filters").is_displayed()
        links[0].click()
        window.until(lambda: "/photos/a-" in window.driver.current_url)
    finally:
        window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_page_fits_a_narrow_phone(window: Browser, album: Path) -> None:
    window.open(album, width=320, height=568)
    assert window.run("return document.documentElement.scrollWidth") == 320
    columns = window.run("return getComputedStyle(grid).gridTemplateColumns").split()
    assert len(columns) == 2
    window.view(0)
    window.press("b")
    inside = """return [...viewer.querySelectorAll("button, #picture")].every((e) => {
        const r = e.getBoundingClientRect();
        return r.left >= 0 && r.right <= 320 && r.top >= 0 && r.bottom <= 568 })"""
    assert window.run(inside) is True


@pytest.mark.skipif(not AXE.is_file(), reason="AXE_CORE doesn't name axe-core's axe.min.js")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 640)])
def test_axe_finds_nothing_to_complain_of(window: Browser, album: Path, width: int, height: int, dark: bool) -> None:
    window.open(album, width=width, height=height, dark=dark)
    assert violations(window) == []
    window.find("[data-emotion=happy]").click()
    assert violations(window) == []
    window.view(0)
    assert violations(window) == []
    window.press("b")
    assert violations(window) == []


def violations(window: Browser) -> list[str]:
    """What axe-core finds wrong just now: the rule, and where."""
    window.run(AXE.read_text(encoding="utf-8"))
    found = window.driver.execute_async_script("axe.run(document).then(arguments[0])")
    assert len(found["passes"]) > 10
    return [f"{rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]
