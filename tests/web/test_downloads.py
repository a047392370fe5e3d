"""Photos are taken away as one file, which is made while it is sent and lies nowhere."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator, MutableMapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gallery.curation.album_order import move_photos
from gallery.curation.albums import create_album, set_album_note
from gallery.store.store import Store
from gallery.web.app import make_app
from gallery.web.scope import Scope
from gallery.web.site import Access
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import open_store
from tests.support.web import HOST, Web, served


@pytest.fixture
def paths(gallery: Gallery) -> dict[str, str]:
    return {name: str(path) for name, path in fill(gallery).items()}


@pytest.fixture
def store(gallery: Gallery, paths: dict[str, str]) -> Iterator[Store]:
    assert len(paths) == 3
    with open_store(gallery.folder) as opened:
        yield opened


@pytest.fixture
def web(store: Store) -> Iterator[Web]:
    with served(store) as made:
        yield made


def ids(web: Web) -> dict[str, int]:
    return {tile[7]: tile[0] for tile in web.get("/api/tiles")["tiles"]}


def fetched(web: Web, path: str) -> zipfile.ZipFile:
    found = web.client.get(path)
    assert found.status_code == 200, found.text
    assert found.headers["content-type"] == "application/zip"
    assert found.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(found.content))


def wished(web: Web, **body: Any) -> zipfile.ZipFile:
    return fetched(web, web.post("/api/downloads", body)["address"])


def album(web: Web, form: str) -> str:
    [one] = web.get("/api/albums")
    return f"/api/albums/{one['id']}/{form}"


def test_an_album_is_taken_away_as_its_files(web: Web, store: Store, paths: dict[str, str]) -> None:
    create_album(store, "My: best", [paths["group"], paths["beach"]])
    sidecar = Path(paths["beach"] + ".xmp")
    sidecar.write_bytes(b"<x/>")
    disposition = web.client.get(album(web, "zip")).headers["content-disposition"]
    assert disposition == "attachment; filename*=UTF-8''My_%20best.zip"
    with fetched(web, album(web, "zip")) as archive:
        assert archive.namelist() == ["group.jpg", "beach.jpg", "beach.jpg.xmp"]
        assert archive.testzip() is None
        assert archive.read("beach.jpg") == Path(paths["beach"]).read_bytes()


def test_a_selection_or_a_result_is_taken_away(web: Web) -> None:
    photos = ids(web)
    with wished(web, form="zip", photos=[photos["empty.jpg"], photos["beach.jpg"]]) as archive:
        assert sorted(archive.namelist()) == ["beach.jpg", "empty.jpg"]
    answer = web.post("/api/downloads", {"form": "zip", "query": "emotion:happy"})
    assert answer["photos"] == 2
    found = web.client.get(answer["address"])
    assert found.headers["content-disposition"].endswith("''emotion_happy.zip")
    assert sorted(zipfile.ZipFile(io.BytesIO(found.content)).namelist()) == ["beach.jpg", "group.jpg"]


def test_what_is_gone_or_changed_is_left_out_and_told(web: Web, store: Store, paths: dict[str, str]) -> None:
    create_album(store, "Best", list(paths.values()))
    Path(paths["beach"]).unlink()
    Path(paths["group"]).write_bytes(b"something else")
    for form, folder in (("zip", ""), ("page", "Best/")):
        with fetched(web, album(web, form)) as archive:
            told = archive.read(f"{folder}left out.txt").decode()
        assert told.startswith("2 of the photos aren't in here")
        # A page is handed on: where photos lie isn't.
        beach, group = (paths[name] if form == "zip" else f"\n{name}.jpg" for name in ("beach", "group"))
        assert f"{beach}: no file of this photo exists any more" in told
        assert f"{group}: changed since it was indexed" in told
    for path in paths.values():
        Path(path).unlink(missing_ok=True)
    for form in ("zip", "page"):
        status, error = web.error(album(web, form))
        assert (status, "none of the photos can be read" in error) == (400, True)


def test_a_page_is_one_that_opens_without_the_gallery(web: Web, store: Store, paths: dict[str, str]) -> None:
    create_album(store, "Summer", [paths["beach"], paths["group"]])
    set_album_note(store, "Summer", "by the sea")
    photos = ids(web)
    move_photos(store, "Summer", [photos["group.jpg"]], photos["beach.jpg"])
    with fetched(web, album(web, "page")) as archive:
        names = archive.namelist()
        page = archive.read("Summer/index.html").decode()
        shown = [name for kind in ("photos", "thumbs") for name in re.findall(rf'"({kind}/[^"]+)"', page)]
        assert {f"Summer/{name}" for name in shown} | {"Summer/index.html"} == set(names)
        for name in names[:-1]:
            assert Image.open(io.BytesIO(archive.read(name))).getexif() == {}
    with wished(web, form="page", query='album:"summer"', order="album") as archive:
        assert archive.read("Summer/index.html").decode() == page
    assert "by the sea" in page
    assert page.index("group-") < page.index("beach-")
    assert str(Path(paths["beach"]).parent) not in page


def test_a_guest_takes_away_what_may_be_seen_and_nothing_else(store: Store, paths: dict[str, str]) -> None:
    create_album(store, "Ours", list(paths.values()))
    Path(paths["beach"] + ".xmp").write_bytes(b"<x/>")
    with served(store, access=Access(Scope.of("emotion:happy"))) as guest, served(store) as owner:
        photos = ids(owner)
        with wished(guest, form="zip", query="") as archive:
            assert sorted(archive.namelist()) == ["beach.jpg", "group.jpg"]
        hidden = [photos["beach.jpg"], photos["empty.jpg"]]
        assert guest.send("/api/downloads", {"form": "zip", "photos": hidden}).status_code == 404
        assert guest.send("/api/downloads", {"form": "zip", "query": "path:beach"}).status_code == 403
        assert guest.error(album(owner, "zip"))[0] == 404
        Path(paths["group"]).unlink()
        for form in ("zip", "page"):
            with wished(guest, form=form, query="") as archive:
                [told] = [archive.read(name).decode() for name in archive.namelist() if "left out" in name]
                assert "group.jpg" in told
                assert str(Path(paths["beach"]).parent) not in told
        # What a guest may see no more when the file is fetched isn't in it.
        address = guest.post("/api/downloads", {"form": "zip", "photos": [photos["beach.jpg"]]})["address"]
        owner.post("/api/labels", {"photos": [photos["beach.jpg"]], "emotion": "sad"})
        assert guest.error(address)[0] == 400
        assert owner.error(address)[0] == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"form": "zip"}, 400),
        ({"form": "tar", "query": ""}, 400),
        ({"form": "zip", "query": "", "photos": []}, 400),
        ({"form": "zip", "photos": [10**9]}, 404),
        ({"form": "zip", "query": "emotion:hapy"}, 400),
        ({"form": "zip", "query": "", "order": "odd"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(web: Web, body: dict[str, Any], status: int) -> None:
    assert web.send("/api/downloads", body).status_code == status
    assert web.error("/api/downloads/unheard-of")[0] == 404


def test_whoever_goes_away_meanwhile_ends_it(web: Web, store: Store, paths: dict[str, str], gallery: Gallery) -> None:
    create_album(store, "Best", [paths["beach"]])
    size = 30_000_000
    with Path(paths["beach"]).open("ab") as file:
        file.truncate(size)
    digest = hashlib.sha256(Path(paths["beach"]).read_bytes()).hexdigest()
    with closing(sqlite3.connect(gallery.db)) as connection, connection:
        connection.execute("UPDATE content SET hash = ? WHERE id = ?", (digest, ids(web)["beach.jpg"]))
    sent = asyncio.run(gone_after_the_first_piece(web, album(web, "zip")))
    assert 0 < sent < size / 2
    if Path("/proc/self/fd").is_dir():
        opened = [str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()]
        assert paths["beach"] not in opened


async def gone_after_the_first_piece(web: Web, path: str) -> int:
    """How many bytes are sent to a browser that goes when the first ones have come."""
    cookie = "; ".join(f"{name}={value}" for name, value in web.client.cookies.items())
    headers = [(b"host", HOST.encode()), (b"cookie", cookie.encode())]
    request = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope = {**request, "headers": headers, "asgi": {"version": "3.0"}, "scheme": "http", "root_path": ""}
    sent, came = 0, asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not sent:
            await came.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal sent
        sent += len(message.get("body", b""))
        if sent:
            came.set()
        await asyncio.sleep(0.05)

    await make_app(web.site, web.doors)(scope, receive, send)
    return sent
