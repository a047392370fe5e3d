"""Debian's Chromium without a window, for the tests of pages; never a network, never a download of a driver."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")

_ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en"),
)
WAIT_SECONDS = 20


@contextmanager
def browser(profile: Path, *flags: str) -> Iterator[Browser]:
    """A browser with an empty profile, which it keeps in this folder, started with these flags besides."""
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (*_ARGUMENTS, *flags, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


class Browser:
    """What a person does at a page, and what they find there."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, page: Path, *, width: int = 1280, height: int = 800, dark: bool = False) -> None:
        """Shows a page that lies in this file, in a window of this size, a phone's where it is narrow."""
        self.visit(page.as_uri(), width=width, height=height, dark=dark)

    def visit(self, address: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> None:
        """The same of a page that has this address."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        # Still, or a picture that is just fading in has too little contrast.
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})
        self.driver.get(address)

    def run(self, script: str, *arguments: object) -> Any:
        """What the script returns."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> WebElement:
        """The first element, shown or not."""
        return self.driver.find_element("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        """The texts of all that is shown and matches."""
        return [found.text for found in self.driver.find_elements("css selector", selector) if found.is_displayed()]

    def press(self, *keys: str) -> None:
        """Types where the focus is, were it on something that is out of sight."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Waits until something holds."""
        WebDriverWait(self.driver, WAIT_SECONDS, poll_frequency=0.02).until(lambda _: holds(), what)

    def view(self, place: int) -> None:
        """Opens the viewer at the photo in this place of the grid, by keyboard, and waits for its picture."""
        self.choose(place)
        self.until(self.is_seen, "a picture in the viewer")

    def choose(self, place: int) -> None:
        """Presses Enter on the photo in this place of the grid."""
        self.run("document.querySelectorAll('#grid a')[arguments[0]].focus()", place)
        self.press(Keys.ENTER)

    def is_seen(self) -> bool:
        """Whether the viewer shows its picture, decoded."""
        return bool(self.run("return viewer.open && picture.complete && !frame.classList.contains('loading')"))

    def is_closed(self) -> bool:
        """Whether the viewer is closed and the way back to the page was gone."""
        return bool(self.run("return !viewer.open && !(history.state && history.state.viewer)"))

    def seen(self) -> str:
        """What the viewer says of the photo it shows."""
        return " | ".join(self.texts("#name, #date, #place"))

    def focused(self) -> str:
        """The alternative text, label or text of what has the focus."""
        script = """const e = document.activeElement;
            return e.querySelector("img") ? e.querySelector("img").alt : e.ariaLabel || e.innerText"""
        return str(self.run(script))

    def requests(self) -> list[str]:
        """The addresses that pages asked for since the last time; not those of the browser's own first page."""
        events = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        asked = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [each["request"]["url"] for each in asked if not each["documentURL"].startswith("chrome:")]

    def complaints(self) -> list[str]:
        """What the browser logged since the last time: errors of scripts, refusals of the page's policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def swipe(self, from_x: int, to_x: int) -> None:
        """A finger drawn over the picture."""
        script = """
            const [from, to] = arguments, stage = document.getElementById("stage");
            for (const [type, x] of [["pointerdown", from], ["pointermove", to], ["pointerup", to]]) {
              const touch = {pointerId: 7, pointerType: "touch", isPrimary: true, bubbles: true};
              stage.dispatchEvent(new PointerEvent(type, {...touch, clientX: x, clientY: 300}));
            }"""
        self.run(script, from_x, to_x)
