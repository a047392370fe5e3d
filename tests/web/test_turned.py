"""Photos that a person turned, as the page is told of them: pictures, sizes and boxes; originals stay as they are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from gallery.curation.turning import rotate_photos
from gallery.search.order import read_shapes
from gallery.store.store import Store
from gallery.web.site import Access
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import open_store
from tests.support.web import Web, served


@pytest.fixture
def paths(gallery: Gallery) -> dict[str, str]:
    return fill(gallery)


@pytest.fixture
def store(gallery: Gallery, paths: dict[str, str]) -> Iterator[Store]:
    assert len(paths) == 3
    with open_store(gallery.folder) as opened:
        yield opened


@pytest.fixture
def web(store: Store) -> Iterator[Web]:
    with served(store) as made:
        yield made


def tile(web: Web, name: str = "group.jpg") -> list[object]:
    found: list[object] = next(one for one in web.get("/api/tiles")["tiles"] if one[7] == name)
    return found


def picture(web: Web, key: object) -> Image.Image:
    found = web.client.get(f"/thumbnails/{key}")
    assert found.headers["cache-control"] == "private, immutable, max-age=31536000"
    return Image.open(io.BytesIO(found.content)).convert("RGB")


def test_photo_is_turned_and_that_is_taken_back(web: Web, paths: dict[str, str]) -> None:
    number, digest, aspect = tile(web)[:3]
    before = web.get(f"/api/photos/{number}")
    answer = web.post("/api/turns", {"photos": [number], "degrees": 90})
    assert answer["done"] == "1 photo: turned by 90 degrees"

    key, turned_aspect = tile(web)[1:3]
    assert key == f"{digest}-90"
    assert (aspect, turned_aspect) == (1.333, 0.75)
    shown, stored = picture(web, key), picture(web, digest)
    assert (shown.size, stored.size) == ((240, 320), (320, 240))
    assert all(abs(a - b) < 30 for a, b in zip(shown.getpixel((2, 2)), stored.getpixel((2, 237)), strict=True))

    photo = web.get(f"/api/photos/{number}")
    assert (photo["hash"], photo["turned"], photo["width"], photo["height"]) == (key, 90, 240, 320)
    # Its faces lie at 20..80 from above in a picture 240 high.
    assert [face["box"] for face in photo["faces"]] == [
        [160, 10, 220, 60],
        [160, 110, 220, 160],
        [160, 210, 220, 260],
    ]
    assert web.client.get(f"/originals/{number}").content == Path(paths["group"]).read_bytes()

    web.post("/api/undo", {"action": answer["undo"]})
    assert (tile(web)[1], web.get(f"/api/photos/{number}")["faces"]) == (digest, before["faces"])


def test_days_are_as_wide_as_their_turned_photos(web: Web, store: Store, paths: dict[str, str]) -> None:
    rotate_photos(store, [paths["group"]], 180)
    rotate_photos(store, [paths["group"]], 270)
    number = tile(web)[0]
    with store.read() as connection:
        shapes = read_shapes(connection)
        assert shapes.widths[number] == 750
        assert sorted(shapes.widths[1:]) == [750, 1333, 1333]


def test_box_that_is_drawn_on_a_turned_photo_lies_where_it_was_drawn(web: Web, paths: dict[str, str]) -> None:
    number = tile(web)[0]
    web.post("/api/turns", {"photos": [number], "degrees": 90})
    made = web.post("/api/faces", {"photo": number, "box": [20, 260, 80, 310], "emotion": "sad"})
    [face] = [one for one in web.get(f"/api/photos/{number}")["faces"] if one["number"] == made["number"]]
    assert face["box"] == [20, 260, 80, 310]
    # In the file it lies at the right edge, near the bottom.
    [stored] = [one for one in web.site.store.photo(paths["group"]).faces if one.number == made["number"]]
    assert stored.box.as_json() == [260, 160, 310, 220]


@pytest.mark.parametrize("degrees", ["45", "0", "360", "-90", "x", ""])
def test_other_turns_of_a_picture_there_are_not(web: Web, degrees: str) -> None:
    assert web.client.get(f"/thumbnails/{tile(web)[1]}-{degrees}").status_code == 404


def test_nobody_turns_where_only_looking_is_allowed(web: Web, store: Store) -> None:
    number = tile(web)[0]
    with served(store, access=Access(read_only=True)) as reading:
        assert reading.send("/api/turns", {"photos": [number], "degrees": 90}).status_code == 403
    assert web.send("/api/turns", {"photos": [number], "degrees": 45}).status_code == 400
    assert web.send("/api/turns", {"photos": [10**9], "degrees": 90}).status_code == 404
