"""What Chromium shows of drawn patches is the measure of how pictures are read, whatever tells their colours."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from gallery.images.colours import in_srgb
from gallery.images.decode import read_image
from tests.support.colour_charts import (
    COLUMNS,
    PATCH,
    ROWS,
    avif,
    chart,
    chunk,
    cicp,
    cmyk_jpeg,
    cmyk_profile,
    light_level,
    patches,
    png,
    screen,
    with_light_level,
)

try:
    from tests.support.browser import CHROMEDRIVER, CHROMIUM, browser
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)

MEAN, MOST = 2.0, 8.0
"""Of 255 levels: how far the patches of a file may be from Chromium's, in the mean, and any one."""
ACROSS = 6

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


# Primaries and transfer: P3, BT.2020 and video, as photos; PQ and HLG; what nobody knows.
BOXES = [
    (12, 13),
    (9, 13),
    (9, 1),
    (12, 4),
    (9, 14),
    (1, 5),
    (6, 6),
    (1, 8),
    (9, 16),
    (12, 16),
    (9, 18),
    (2, 2),
]
CHUNKS = [(12, 13), (9, 14), (1, 1), (11, 17), (1, 7), (4, 13), (9, 16), (1, 16), (9, 18), (2, 16), (12, 2), (3, 13)]


def files() -> dict[str, bytes]:
    grey = chart().convert("L")
    see_through = chart().convert("RGBA")
    see_through.putalpha(128)
    return {
        "plain.png": png(),
        **{f"{codes[0]}-{codes[1]}.avif": avif(*codes) for codes in BOXES},
        **{f"{codes[0]}-{codes[1]}.png": png(cicp(*codes)) for codes in CHUNKS},
        "grey-pq.png": png(cicp(9, 16), picture=grey),
        "grey-pq.avif": avif(9, 16, picture=grey),
        "see-through-p3.png": png(cicp(12, 13), picture=see_through),
        "palette-p3.png": png(cicp(12, 13), picture=chart().quantize(256, dither=Image.Dither.NONE)),
        "pq-peak-400.png": png(cicp(9, 16), light_level(400)),
        "pq-peak-100.png": png(cicp(9, 16), light_level(100)),
        "gamma-and-p3.png": png(chunk(b"gAMA", (100_000).to_bytes(4)), cicp(12, 13)),
        "hlg-screen-4000.png": png(cicp(9, 18), screen(4000)),
        "pq-peak-400.avif": with_light_level(avif(9, 16), 400),
        # What it passes over.
        "limited.png": png(cicp(12, 13, full_range=0)),
        "twice.png": png(cicp(12, 13), cicp(9, 13)),
        "broken.png": png(cicp(12, 13)[:-1] + b"\0"),
        "profile-and-p3.avif": avif(12, 13, profile=PROFILE),
        "cmyk.jpg": cmyk_jpeg(cmyk_profile()),
        "cmyk-without-profile.jpg": cmyk_jpeg(None),
        "cmyk-profile-of-rgb.jpg": cmyk_jpeg(PROFILE),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("charts")
    for name, content in files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def shown(folder: Path) -> Mapping[str, np.ndarray[Any, Any]]:
    """The patches of each file as they are on one page of all."""
    style = "margin:0;display:grid;background:#fff;grid-template-columns:" + f"{COLUMNS * PATCH}px " * ACROSS
    names = list(files())
    images = "".join(f"<img src='{name}' style='display:block'>" for name in names)
    (folder / "page.html").write_text(f"<body style='{style}'>{images}</body>")
    height = ROWS * PATCH
    with browser(folder / "profile") as one:
        one.open(folder / "page.html", width=COLUMNS * PATCH * ACROSS, height=height * (len(names) // ACROSS + 1))
        one.until(lambda: one.run("return [...document.images].every(image => image.complete)"))
        assert one.run("return [...document.images].filter(image => !image.naturalWidth).map(image => image.src)") == []
        page = Image.open(io.BytesIO(one.driver.get_screenshot_as_png()))
    places = ((number % ACROSS * COLUMNS * PATCH, number // ACROSS * height) for number in range(len(names)))
    return {name: patches(page, *place) for name, place in zip(names, places, strict=True)}


@pytest.mark.parametrize("name", files())
def test_patches_are_those_of_chromium(name: str, folder: Path, shown: Mapping[str, np.ndarray[Any, Any]]) -> None:
    picture = in_srgb(read_image(folder / name, long_side=None, max_megapixels=10).image)
    apart = np.abs(patches(picture) - shown[name])
    assert apart.mean() <= MEAN
    assert apart.max() <= MOST, f"{apart.max()} in {patches(picture)[apart.max(1).argmax()]}"


def test_chart_shows_whether_a_space_was_followed(shown: Mapping[str, np.ndarray[Any, Any]]) -> None:
    plain = shown["plain.png"]
    assert {name for name, seen in shown.items() if np.abs(seen - plain).max() <= MOST} == {
        *("plain.png", "2-2.avif", "2-16.png", "12-2.png", "3-13.png", "limited.png", "broken.png"),
        "profile-and-p3.avif",
    }
