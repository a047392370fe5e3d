"""The gallery in the browser, with a server and files behind it: look, search, correct, select."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from gallery.query.query import Query
from gallery.store.roots import Root, note_roots
from gallery.web import days
from gallery.web.site import Access
from tests.support.cli_gallery import Gallery, taken
from tests.support.make import open_store
from tests.support.programs import started

try:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    from tests.support.browser import CHROMEDRIVER, CHROMIUM, Browser, browser
    from tests.support.gallery_page import HOSTILE, Page, opened_page
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)

ALL = ("beach.jpg", "group.jpg", "empty.jpg", "doubt.jpg", HOSTILE, "undated.jpg")


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def opened(window: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The gallery that is only looked at."""
    folder = tmp_path_factory.mktemp("gallery")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        with opened_page(window, folder) as page:
            yield page


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    yield from at_first(opened)


@pytest.fixture
def own_page(
    window: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """A gallery of the test's own, to say things in."""
    folder = tmp_path_factory.mktemp("gallery")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    with opened_page(window, folder) as opened:
        yield from at_first(opened)


def at_first(page: Page) -> Iterator[Page]:
    """The photos in a browser that remembers nothing; no test makes it ask elsewhere or complain."""
    window = page.window
    window.visit(page.address)
    window.run("localStorage.clear()")
    window.until(lambda: len(page.tiles()) == len(ALL), "the photos")
    window.requests()
    window.complaints()
    yield page
    hosts = {address.split("/")[2] for address in window.requests() if address.startswith("http")}
    assert hosts <= {page.address.removeprefix("http://")}
    assert [each for each in window.complaints() if "policy" in each.lower() or "uncaught" in each.lower()] == []


def said(page: Page, query: str) -> list[str]:
    """The names of the photos that a search in the same database finds."""
    with open_store(page.gallery.folder) as store:
        return [photo.path.rpartition("/")[2] for photo in store.search(Query.parse(query))]


def open_photo(page: Page, name: str) -> None:
    rank = page.tiles().index(name)
    page.window.run("document.querySelector(`#r${arguments[0]} a`).click()", rank)
    page.until("document.querySelector('#photo').open && document.querySelector('.frame.there') !== null")


def test_all_photos_by_days_newest_first_the_undated_last(page: Page) -> None:
    assert page.tiles() == list(ALL)
    headings = page.window.texts(".day h2")
    assert headings[:2] == ["Wednesday, June 14, 2023", "Sunday, May 1, 2022"]
    assert headings[-1] == "No date"
    assert page.window.driver.title == "All photos · gallery"


def test_a_search_is_typed_sent_and_is_an_address(page: Page) -> None:
    page.window.press("/")
    page.window.press("emotion:happy faces:3", Keys.ENTER)
    page.wall("group.jpg")
    assert "query=emotion%3Ahappy+faces%3A3" in page.window.driver.current_url
    page.until("document.querySelectorAll('.chip.part').length === 2")
    page.window.find(".chip.part").click()
    page.wall("group.jpg")
    assert page.window.driver.current_url.endswith("query=faces%3A3")
    page.window.driver.back()
    page.until("document.querySelector('#query').value === 'emotion:happy faces:3'")
    page.window.driver.refresh()
    page.wall("group.jpg")


def test_what_cant_be_read_is_told_with_a_caret_and_the_photos_stay(page: Page) -> None:
    page.window.press("/")
    page.window.press("faces:2 emotion:hapy", Keys.ENTER)
    page.until("!document.querySelector('#query-error').hidden")
    told = page.text("#query-error")
    assert "did you mean 'happy'?" in told
    typed, caret = told.split("\n")[:2]
    assert typed[caret.index("^") :] == "hapy"
    assert page.window.find("#query").get_attribute("aria-invalid") == "true"
    assert page.tiles() == list(ALL)


def test_an_address_that_cant_be_read_leads_to_all_photos(page: Page) -> None:
    page.go("/?query=emotion%3Ahapy")
    page.until("document.querySelector('.empty:not([hidden]) button') !== null")
    assert "did you mean 'happy'?" in page.text("#query-error")
    page.window.find(".empty button").click()
    page.wall(*ALL)


def test_what_may_follow_is_offered_and_taken_by_keys(page: Page) -> None:
    page.window.press("/")
    page.window.press("emotion:hap")
    page.until("[...document.querySelectorAll('#completions li')].some((each) => each.innerText.includes('happy'))")
    page.window.press(Keys.ARROW_DOWN, Keys.ENTER)
    page.until("document.querySelector('#query').value.startsWith('emotion:happy')")
    page.window.press(Keys.ENTER)
    page.wall("beach.jpg", "group.jpg")


def test_no_photo_that_matches_tells_the_way_on(page: Page) -> None:
    page.go("/?query=path%3Anowhere")
    page.until("document.querySelector('.empty:not([hidden]) button') !== null")
    assert "No photo matches." in page.text(".empty")
    page.window.find(".empty button").click()
    page.wall(*ALL)


def test_arrows_go_on_in_the_order_of_the_query_and_back_is_the_wall(page: Page) -> None:
    open_photo(page, "group.jpg")
    page.until("document.querySelector('#photo-name').innerText === 'group.jpg'")
    page.window.press(Keys.ARROW_RIGHT)
    page.until("document.querySelector('#photo-name').innerText === 'empty.jpg'")
    page.window.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    page.until("document.querySelector('#photo-name').innerText === 'beach.jpg'")
    assert page.window.find(".turn.previous").is_enabled() is False
    page.window.press(Keys.ESCAPE)
    page.until("!document.querySelector('#photo').open && !location.search.includes('photo=')")
    assert page.window.find("#grid").get_attribute("aria-activedescendant") == "r0"


def test_a_face_with_the_focus_is_said_by_one_key_and_undone(own_page: Page) -> None:
    open_photo(own_page, "group.jpg")
    own_page.window.press("5")
    assert said(own_page, "is:corrected") == []
    own_page.window.press("f")
    own_page.window.press(Keys.TAB)
    own_page.until("document.activeElement.classList.contains('face')")
    assert own_page.text(".panel h3") == "Face 1 looks happy"
    own_page.window.press(Keys.TAB)
    assert own_page.text(".panel h3") == "Face 2 looks sad"
    own_page.window.press("6")
    own_page.until("document.querySelector('.panel .said')?.innerText === 'said by you'")
    assert own_page.text(".panel h3") == "Face 2 shows surprise"
    own_page.until("document.querySelector('#toast.shown button') !== null")
    assert said(own_page, "emotion:surprise") == ["group.jpg"]
    own_page.window.find("#toast button").click()
    own_page.until("document.querySelector('.panel h3').innerText === 'Face 2 looks sad'")
    assert said(own_page, "emotion:surprise") == []


def test_labels_of_faces_cover_no_face(page: Page) -> None:
    open_photo(page, "group.jpg")
    page.window.press("f")
    page.until("document.querySelectorAll('.face .label').length === 3")
    script = """
        const boxes = [...document.querySelectorAll('.face')].map((face) => face.getBoundingClientRect());
        const labels = [...document.querySelectorAll('.face .label')].map((label) => label.getBoundingClientRect());
        const before = (a, b, from, to) => a[to] <= b[from] + 1;
        const apart = (a, b) => before(a, b, 'left', 'right') || before(b, a, 'left', 'right')
            || before(a, b, 'top', 'bottom') || before(b, a, 'top', 'bottom');
        const meet = (a, b) => !apart(a, b);
        return labels.flatMap((label, i) => [...boxes, ...labels.slice(i + 1)].filter((box) => meet(label, box))).length
    """
    for width in (1280, 390):
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        page.window.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        page.window.until(lambda: page.window.run(script) == 0, f"labels beside faces at {width} px")


def test_the_wheel_zooms_to_the_pointer(page: Page) -> None:
    open_photo(page, "empty.jpg")
    stage = page.window.find(".stage")
    point = "const r = document.querySelector('.frame').getBoundingClientRect(); return [r.left, r.top, r.width]"
    left, top, width = page.window.run(point)
    wheel = """const [x, y] = arguments; document.querySelector('.stage').dispatchEvent(
        new WheelEvent('wheel', {deltaY: -600, clientX: x, clientY: y, bubbles: true, cancelable: true}))"""
    where = (left + width * 0.25, top + 100)
    page.window.run(wheel, *where)
    zoomed_left, zoomed_top, zoomed_width = page.window.run(point)
    assert zoomed_width > width * 1.3
    assert (where[0] - zoomed_left) / zoomed_width == pytest.approx(0.25, abs=0.01)
    ActionChains(page.window.driver).double_click(stage).perform()
    page.window.until(lambda: page.window.run(point)[2] == pytest.approx(width, abs=1), "the whole photo")
    assert zoomed_top < top


def test_a_face_that_was_missed_is_drawn_and_said(own_page: Page) -> None:
    open_photo(own_page, "empty.jpg")
    own_page.window.find("[aria-label='Add a face']").click()
    frame = own_page.window.find(".frame")
    ActionChains(own_page.window.driver).move_to_element_with_offset(frame, -60, -40).click_and_hold().move_by_offset(
        120, 100
    ).release().perform()
    own_page.until("document.querySelector('.panel:not([hidden]) .choices button') !== null")
    next(
        button
        for button in own_page.window.driver.find_elements("css selector", ".panel button")
        if button.text == "happy"
    ).click()
    own_page.until("document.querySelectorAll('.face').length === 1")
    assert said(own_page, "emotion:happy path:empty") == ["empty.jpg"]


def test_a_photo_is_turned_by_a_key_and_turned_back(own_page: Page) -> None:
    open_photo(own_page, "group.jpg")
    own_page.window.press("r")
    own_page.until("document.querySelector('.frame img[data-size=\"1440\"]')?.src.includes('-90?')")
    frame = "const {width, height} = document.querySelector('.frame').getBoundingClientRect(); return width < height"
    own_page.window.until(lambda: own_page.window.run(frame), "a picture that stands")
    own_page.window.press("r")
    own_page.until("document.querySelector('.frame img[data-size=\"1440\"]')?.src.includes('-180?')")
    own_page.until("document.querySelector('#toast.shown')?.innerText.includes('180')")
    own_page.window.run("document.querySelector('#toast button').click()")
    own_page.until("document.querySelector('.frame img[data-size=\"1440\"]')?.src.includes('-90?')")


def test_what_another_terminal_says_appears(own_page: Page) -> None:
    own_page.go("/?query=emotion%3Ahappy")
    own_page.wall("beach.jpg", "group.jpg")
    own_page.gallery.run("label", own_page.gallery.photos / "doubt.jpg#1", "happy")
    own_page.wall("beach.jpg", "group.jpg", "doubt.jpg")


def test_what_was_said_elsewhere_is_on_the_wall_when_one_comes_back(own_page: Page) -> None:
    own_page.go("/?query=emotion%3Ahappy")
    own_page.wall("beach.jpg", "group.jpg")
    own_page.window.run("document.querySelector('#rail [data-view=more]').click()")
    own_page.until("document.querySelector('.more h2') !== null")
    own_page.gallery.run("label", own_page.gallery.photos / "doubt.jpg#1", "happy")
    own_page.window.driver.execute_async_script("setTimeout(arguments[0], 2500)")
    own_page.window.run("document.querySelector('#rail [data-view=photos]').click()")
    own_page.wall("beach.jpg", "group.jpg", "doubt.jpg")


def test_selected_with_shift_as_far_as_here_then_picked(own_page: Page) -> None:
    own_page.window.find("#grid").send_keys(Keys.ARROW_RIGHT, "x", Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, "X")
    own_page.until("document.querySelector('.selected strong').innerText === '3 selected'")
    assert own_page.window.run("return [...document.querySelectorAll('[aria-selected=true]')].length") == 3
    next(
        each for each in own_page.window.driver.find_elements("css selector", ".selected .does") if each.text == "Pick"
    ).click()
    own_page.until("document.querySelector('#toast.shown') !== null")
    assert said(own_page, "is:picked") == ["group.jpg", "empty.jpg", "doubt.jpg"]


def test_many_are_said_after_telling_how_many_are_meant(own_page: Page) -> None:
    own_page.window.find("#grid").send_keys(Keys.ARROW_RIGHT, "x")
    own_page.window.find(".selected .link").click()
    own_page.until("document.querySelector('.selected strong').innerText === '6 selected'")
    next(
        each
        for each in own_page.window.driver.find_elements("css selector", ".selected .does")
        if each.text == "Say emotion"
    ).click()
    next(
        each
        for each in own_page.window.driver.find_elements("css selector", "#asking .choices button")
        if each.text == "sad"
    ).click()
    own_page.until("document.querySelector('#preview button') !== null")
    assert own_page.text("#preview p") == "7 faces in 5 photos will be said to look sad."
    own_page.window.find("#preview button").click()
    own_page.until("document.querySelector('#toast.shown') !== null")
    assert len(said(own_page, "emotion:sad")) == 5


def test_review_goes_on_by_itself_and_takes_back(own_page: Page) -> None:
    own_page.window.press("g")
    own_page.window.press("r")
    own_page.until("document.activeElement.classList.contains('doubt')")
    faces = own_page.window.run("return document.querySelectorAll('.doubt').length")
    own_page.window.press("4")
    own_page.until("document.querySelectorAll('.doubt.said').length === 1")
    own_page.window.press(" ")
    own_page.window.press("0")
    own_page.until("document.querySelectorAll('.doubt.said').length === 3")
    own_page.window.press("u")
    own_page.until("document.querySelectorAll('.doubt.said').length === 2")
    own_page.window.press("u")
    own_page.until("document.querySelectorAll('.doubt.said').length === 1")
    assert len(said(own_page, "is:corrected")) == 1
    for _ in range(faces - 1):
        own_page.window.press("5")
    own_page.until("document.querySelectorAll('.doubt.said').length === 0")
    assert own_page.text(".learn").startswith(f"{faces} said")
    with open_store(own_page.gallery.folder) as store:
        words = [face.source for photo in store.search(Query.parse("")) for face in photo.faces]
    assert words.count("person") == faces


def test_the_slideshow_starts_on_the_wall_and_goes_on(page: Page) -> None:
    page.window.find("#grid").send_keys(Keys.ARROW_RIGHT, "s")
    page.until("document.querySelector('#photo.playing') !== null")
    assert page.window.find("[aria-label=Slideshow]").get_attribute("aria-pressed") == "true"
    page.window.press("s")
    page.until("document.querySelector('#photo.playing') === null")


def test_a_gallery_to_look_at_only_offers_nothing_to_say(
    window: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("gallery")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    with opened_page(window, folder, Access(read_only=True)) as page:
        page.until("document.documentElement.classList.contains('read-only')")
        assert page.window.texts("#rail .word") == ["Photos", "Moods", "Albums", "Best", "More"]
        open_photo(page, "group.jpg")
        page.window.press("f")
        page.window.press(Keys.TAB)
        page.until("document.querySelector('.panel h3')?.innerText === 'Face 1 looks happy'")
        assert page.window.texts(".photo .writes") == []
        page.window.press("5")
        assert page.text(".panel h3") == "Face 1 looks happy"


@pytest.fixture
def phone(page: Page) -> Iterator[Page]:
    """The page in a browser with a screen that feels fingers."""
    fingers = "Emulation.setTouchEmulationEnabled"
    page.window.driver.execute_cdp_cmd(fingers, {"enabled": True, "maxTouchPoints": 2})
    page.go("/", width=390, height=844)
    page.until("document.querySelectorAll('.tile').length === 6")
    yield page
    page.window.driver.execute_cdp_cmd(fingers, {"enabled": False})


def touch(page: Page, kind: str, *points: tuple[float, float]) -> None:
    """Fingers on the screen, moved or lifted."""
    where = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    page.window.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})


def test_a_long_press_begins_to_select(phone: Page) -> None:
    box = phone.window.run(
        "const b = document.querySelector('#r1').getBoundingClientRect(); return [b.x + 40, b.y + 60]"
    )
    touch(phone, "touchStart", tuple(box))
    phone.until("document.querySelector('#r1').getAttribute('aria-selected') === 'true'")
    touch(phone, "touchEnd")
    phone.until("document.querySelector('.selected strong').innerText === '1 selected'")
    phone.window.find("#r2 a").click()
    phone.until("document.querySelector('.selected strong').innerText === '2 selected'")
    assert phone.window.run("return document.querySelector('#photo').open") is False


def test_a_swipe_goes_on_and_two_fingers_zoom(phone: Page) -> None:
    open_photo(phone, "group.jpg")
    touch(phone, "touchStart", (300, 400))
    for x in (260, 200, 120):
        touch(phone, "touchMove", (x, 400))
    touch(phone, "touchEnd")
    phone.until("document.querySelector('#photo-name').innerText === 'empty.jpg'")
    touch(phone, "touchStart", (150, 400), (240, 400))
    touch(phone, "touchMove", (120, 400), (270, 400))
    touch(phone, "touchMove", (80, 400), (310, 400))
    touch(phone, "touchEnd")
    phone.until("document.querySelector('.stage.zoomed') !== null")
    wide = phone.window.run("return document.querySelector('.frame').getBoundingClientRect().width")
    assert wide == pytest.approx(390 * 230 / 90, rel=0.05)
    assert phone.text("#photo-name") == "empty.jpg"


def test_what_is_asked_before_the_page_has_come_is_left_where_it_comes_late(page: Page) -> None:
    # Else that answer lay there, and was taken for news once something had changed.
    page.go("/")
    page.until("document.querySelectorAll('.tile').length > 3")
    page.window.run(
        "const late = document.createElement('script'); late.src = '/static/early.js';"
        "late.onload = () => { globalThis.came = true; }; document.head.append(late)"
    )
    page.until("globalThis.came")
    assert page.window.run("return globalThis.early.size") == 0


def test_more_tells_what_the_gallery_is_however_late_that_comes(page: Page) -> None:
    page.go("/?view=more")
    page.until("/gallery \\d/.test(document.querySelector('.more')?.innerText ?? '')")


WAITS_TO_BE_STOPPED = (
    "import json, sys, time\njob = json.load(sys.stdin)\n"
    "told = dict(folder=job['folder'], done=3, total=12, new=3)\n"
    "try:\n print(json.dumps(told), flush=True); time.sleep(99)\nexcept KeyboardInterrupt: time.sleep(0.5)"
)


@pytest.fixture
def run_of_index() -> Iterator[subprocess.Popen[bytes]]:
    """What stands for a run, which the page begins by telling it its job."""
    pipe = subprocess.PIPE
    with started([sys.executable, "-c", WAITS_TO_BE_STOPPED], stdin=pipe, stdout=pipe) as process:
        yield process


def test_a_run_of_indexing_is_begun_watched_and_stopped(
    own_page: Page, monkeypatch: pytest.MonkeyPatch, run_of_index: subprocess.Popen[bytes]
) -> None:
    def begun(asked: bytes) -> subprocess.Popen[bytes]:
        assert run_of_index.stdin
        run_of_index.stdin.write(asked)
        run_of_index.stdin.close()
        return run_of_index

    monkeypatch.setattr("gallery.web.index_job._begun", begun)
    with open_store(own_page.gallery.folder) as store:
        note_roots(store, [Root(str(own_page.gallery.photos))])
    own_page.go("/?view=more")
    own_page.until("document.querySelector('.looking button')?.innerText === 'Look through again'")
    own_page.window.find(".looking button").click()
    own_page.until("document.querySelector('.looking')?.innerText.startsWith('Indexing: 3 of 12')")
    assert own_page.text("#badge-more") == "25%"
    assert own_page.text(".looking button") == "Stop"
    own_page.window.find(".looking button").click()
    own_page.until("document.querySelector('.looking button').innerText === 'Stopping'")
    own_page.until("document.querySelector('#toast.shown')?.innerText.startsWith('Stopped: 3 new photos so far')")
    own_page.until("document.querySelector('.looking button').innerText === 'Look through again'")
    assert own_page.text("#badge-more") == ""


def test_names_from_strangers_are_only_words(page: Page) -> None:
    open_photo(page, HOSTILE)
    assert page.text("#photo-name") == HOSTILE
    page.window.press("i")
    assert page.window.driver.title != "owned"


def test_what_was_on_this_day_comes_late_and_moves_no_photo(
    window: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("gallery")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    opened, come, quick = threading.Event(), threading.Event(), days._years

    def late(*asked: Any) -> Iterator[dict[str, Any]]:
        # Not where the gallery is opened by its address: that page is left at once.
        if opened.is_set():
            assert come.wait(20)
        return quick(*asked)

    monkeypatch.setattr(days, "_years", late)
    # A 29th of February has no other year that is sure to be there.
    today = date.today() - timedelta(days=date.today().month == 2)
    monkeypatch.setattr(days, "date", type("Today", (date,), {"today": classmethod(lambda _: today)}))
    Gallery(folder).add("then.jpg", seed=9, capture=taken(f"{today.replace(year=today.year - 2)}T12:00:00"))
    where = "return [...document.querySelectorAll('.tile')].map((tile) => [tile.id, tile.getBoundingClientRect().y])"
    with opened_page(window, folder) as page:
        opened.set()
        page.go("/", width=390, height=420)
        page.until("document.querySelectorAll('.tile').length > 2")
        before = window.run(where)
        assert window.run("return document.querySelector('.memories').hidden")
        come.set()
        page.until("!document.querySelector('.memories').hidden")
        assert window.texts(".memories b") == [str(today.year - 2)]
        after = window.run(where)
        assert len(after) > 2
        assert [one for one in after if one not in before] == []


def test_no_key_does_anything_while_text_is_typed(page: Page) -> None:
    page.window.press("/")
    page.window.press("gr x?", Keys.ESCAPE)
    assert "view=" not in page.window.driver.current_url
    assert page.window.run("return document.querySelectorAll('dialog[open]').length") == 0
    assert page.window.run("return document.querySelectorAll('[aria-selected=true]').length") == 0
