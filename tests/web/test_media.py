"""Pictures: only those of photos, and originals only as long as they are what was indexed."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.support.cli_gallery import ODD_NAMES, Gallery, fill
from tests.support.make import open_store
from tests.support.photos import draw_photo
from tests.support.web import Web, served


@pytest.fixture
def paths(gallery: Gallery) -> dict[str, str]:
    return fill(gallery)


@pytest.fixture
def web(gallery: Gallery, paths: dict[str, str]) -> Iterator[Web]:
    assert len(paths) == 3
    with open_store(gallery.folder) as store, served(store) as made:
        yield made


def tile(web: Web, name: str) -> tuple[int, str]:
    return next((one[0], one[1]) for one in web.get("/api/tiles")["tiles"] if one[7] == name)


def test_a_thumbnail_is_a_small_picture_that_is_kept_for_ever(web: Web) -> None:
    _, digest = tile(web, "beach.jpg")
    for size in (320, 1440):
        found = web.client.get(f"/thumbnails/{digest}", params={"size": size})
        assert found.headers["cache-control"] == "private, immutable, max-age=31536000"
        with Image.open(io.BytesIO(found.content)) as picture:
            assert picture.size == (320, 240)
            assert not picture.getexif()


@pytest.mark.parametrize(("size", "status"), [("100", 400), ("x", 400), ("-320", 400), ("0", 400)])
def test_other_sizes_there_are_not(web: Web, size: str, status: int) -> None:
    _, digest = tile(web, "beach.jpg")
    assert web.error(f"/thumbnails/{digest}", size=size)[0] == status


@pytest.mark.parametrize("digest", ["0" * 64, "A" * 64, "0" * 63, "..%2f..%2fetc%2fpasswd", "%00" * 64])
def test_what_is_no_photos_hash_shows_nothing(web: Web, digest: str) -> None:
    assert web.client.get(f"/thumbnails/{digest}").status_code == 404


def test_a_damaged_photo_says_why(web: Web, paths: dict[str, str]) -> None:
    number, digest = tile(web, "beach.jpg")
    Path(paths["beach"]).write_bytes(b"no picture")
    status, reason = web.error(f"/thumbnails/{digest}", size=320)
    assert status == 422
    assert reason
    assert web.client.get(f"/thumbnails/{digest}").headers["cache-control"] == "no-store"
    assert web.error(f"/originals/{number}")[0] == 422


def test_the_original_is_sent_to_the_byte_and_runs_nothing(web: Web, paths: dict[str, str]) -> None:
    number, _ = tile(web, "beach.jpg")
    found = web.client.get(f"/originals/{number}")
    assert found.content == Path(paths["beach"]).read_bytes()
    assert found.headers["content-type"] == "image/jpeg"
    assert "sandbox" in found.headers["content-security-policy"]
    assert found.headers["content-disposition"] == "inline; filename*=UTF-8''beach.jpg"
    saved = web.client.get(f"/originals/{number}?download=1")
    assert saved.headers["content-disposition"].startswith("attachment")


def test_another_photo_in_its_place_is_never_sent(web: Web, paths: dict[str, str]) -> None:
    """Also where size and time are as they were."""
    number, _ = tile(web, "beach.jpg")
    path = Path(paths["beach"])
    info, other = path.stat(), bytearray(path.read_bytes())
    other[-10] ^= 1
    path.write_bytes(other)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    status, reason = web.error(f"/originals/{number}")
    assert status == 422
    assert "changed" in reason


@pytest.mark.parametrize("there", ["secret", "link", "folder", "pipe", "nothing"])
def test_whatever_else_lies_at_its_path_is_never_sent(
    web: Web, paths: dict[str, str], tmp_path: Path, there: str
) -> None:
    number, _ = tile(web, "beach.jpg")
    path = Path(paths["beach"])
    path.unlink()
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    if there == "secret":
        path.write_text("secret", encoding="utf-8")
    elif there == "link":
        path.symlink_to(secret)
    elif there == "folder":
        path.mkdir()
    elif there == "pipe":
        os.mkfifo(path)
    found = web.client.get(f"/originals/{number}")
    assert found.status_code == 422
    assert "secret" not in found.text


def test_a_copy_is_sent_where_the_first_file_is_gone(gallery: Gallery) -> None:
    first = gallery.add("a.jpg", seed=1)
    second = gallery.add("b.jpg", seed=1)
    with open_store(gallery.folder) as store, served(store) as web:
        number = web.get("/api/tiles")["tiles"][0][0]
        Path(first).unlink()
        assert web.client.get(f"/originals/{number}").content == Path(second).read_bytes()


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_come_whole(gallery: Gallery, name: str) -> None:
    gallery.add(name, seed=1)
    with open_store(gallery.folder) as store, served(store) as web:
        [one] = web.get("/api/tiles")["tiles"]
        found = web.client.get(f"/originals/{one[0]}")
    assert found.status_code == 200
    assert "\n" not in found.headers["content-disposition"]


def test_a_script_in_a_name_stays_a_name(gallery: Gallery) -> None:
    name = "<script>alert(1)<∕script>\";'.jpg"
    draw_photo(gallery.photos / name, seed=1)
    gallery.add(name, seed=1)
    with open_store(gallery.folder) as store, served(store) as web:
        found = web.client.get("/api/tiles")
        assert found.headers["content-type"] == "application/json"
        assert found.json()["tiles"][0][7] == name


def test_the_photos_stay_as_they_are_whatever_is_done_on_the_page(web: Web, paths: dict[str, str]) -> None:
    def there() -> dict[str, object]:
        folder = Path(paths["beach"]).parent
        return {
            file.name: (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_mode) for file in folder.iterdir()
        }

    before = there()
    for name in ("beach.jpg", "group.jpg", "empty.jpg"):
        number, digest = tile(web, name)
        web.client.get(f"/thumbnails/{digest}?size=1440")
        web.client.get(f"/originals/{number}?download=1")
        web.post("/api/picks", {"photos": [number], "word": "reject"})
        web.post("/api/faces", {"photo": number, "box": [0, 0, 90, 90], "emotion": "sad"})
    album = web.post("/api/albums", {"name": "All", "query": ""})["id"]
    assert web.client.get(f"/api/albums/{album}/zip").status_code == 200
    assert there() == before


def test_what_browsers_ask_for_unasked_is_no_error(web: Web) -> None:
    assert web.client.get("/favicon.ico").status_code == 204
    assert web.stranger.get("/favicon.ico").status_code == 204


def test_crops_are_those_that_were_classified(web: Web) -> None:
    number, _ = tile(web, "beach.jpg")
    [face] = web.get(f"/api/photos/{number}")["faces"]
    assert web.client.get(f"/crops/{face['id']}").content == b"jpeg"
    assert web.client.get("/crops/999").status_code == 404
