"""Albums on the page are those of `gallery album`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.curation.albums import album_photos, create_album, create_smart_album, list_albums
from gallery.curation.history import list_actions, undo
from gallery.query.query import Query
from gallery.store.store import Store
from gallery.web.site import Access
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import added, face, open_store, write
from tests.support.web import ORIGIN, Web, served


@pytest.fixture
def web(store: Store) -> Iterator[Web]:
    write(store, *(added(f"/photos/{day}.jpg", face("happy"), taken_at=f"2023-06-0{day}") for day in range(1, 5)))
    with served(store) as made:
        yield made


def ids(web: Web) -> dict[str, int]:
    return {tile[7]: tile[0] for tile in web.get("/api/tiles")["tiles"]}


def inside(store: Store, name: str) -> list[str]:
    return [Path(photo.path).name for photo in album_photos(store, name)]


def uid(web: Web, name: str) -> str:
    return str(next(album["id"] for album in web.get("/api/albums") if album["name"] == name))


def test_albums_are_listed_with_cover_and_count(web: Web, store: Store) -> None:
    create_album(store, "Best", ["/photos/2.jpg", "/photos/3.jpg"], note="a\nb")
    create_smart_album(store, "All", Query.parse("emotion:happy sort:oldest"))
    create_album(store, "Empty")
    best, every, empty = (
        next(one for one in web.get("/api/albums") if one["name"] == name) for name in ("Best", "All", "Empty")
    )
    assert (best["count"], best["query"], best["note"]) == (2, None, "a\nb")
    assert best["cover"] == store.photo("/photos/2.jpg").hash
    assert (every["count"], every["query"]) == (4, "emotion:happy sort:oldest")
    assert every["cover"] == store.photo("/photos/1.jpg").hash
    assert (empty["count"], empty["cover"]) == (0, None)


def test_an_album_is_made_of_photos_or_of_a_query(web: Web, store: Store) -> None:
    photos = ids(web)
    answer = web.post("/api/albums", {"name": "Two", "photos": [photos["1.jpg"], photos["3.jpg"]]})
    assert answer["done"] == "album Two: 2 photos"
    assert uid(web, "Two") == answer["id"]
    assert inside(store, "Two") == ["3.jpg", "1.jpg"]
    web.post("/api/albums", {"name": "June", "query": "date:2023-06-02.."})
    assert inside(store, "June") == ["4.jpg", "3.jpg", "2.jpg"]
    web.post("/api/albums", {"name": "Smiles", "query": "emotion:happy", "smart": True})
    assert next(album.query for album in list_albums(store) if album.name == "Smiles") == "emotion:happy"
    web.post("/api/undo", {})
    assert {album.name for album in list_albums(store)} == {"Two", "June"}


def test_an_album_is_changed_step_by_step_and_each_is_taken_back(web: Web, store: Store) -> None:
    photos = ids(web)
    create_album(store, "Best", ["/photos/1.jpg", "/photos/2.jpg", "/photos/3.jpg"])
    path = f"/api/albums/{uid(web, 'Best')}"
    web.post(path, {"add": [photos["4.jpg"], photos["1.jpg"]]})
    assert inside(store, "Best") == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
    web.post(path, {"order": [photos["4.jpg"], photos["2.jpg"]]})
    assert inside(store, "Best") == ["4.jpg", "2.jpg", "1.jpg", "3.jpg"]
    web.post(path, {"remove": [photos["2.jpg"]]})
    assert inside(store, "Best") == ["4.jpg", "1.jpg", "3.jpg"]
    web.post(path, {"cover": photos["3.jpg"]})
    assert next(one["cover"] for one in web.get("/api/albums")) == store.photo("/photos/3.jpg").hash
    assert web.post(path, {"name": "Better", "note": "why"})["done"] == (
        "album Best is called Better; note of album Better changed"
    )
    assert len(list_actions(store)) == 7
    for _ in range(5):
        web.post("/api/undo", {})
    assert inside(store, "Best") == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
    web.post(path, {"remove": {"query": "date:2023-06-01..2023-06-02"}})
    assert inside(store, "Best") == ["3.jpg", "4.jpg"]


def test_a_smart_album_asks_for_something_else(web: Web, store: Store) -> None:
    create_smart_album(store, "All", Query.parse("emotion:happy"))
    path = f"/api/albums/{uid(web, 'All')}"
    web.post(path, {"query": "date:2023-06-01"})
    assert inside(store, "All") == ["1.jpg"]
    assert web.send(path, {"add": [1]}).status_code == 400
    assert web.send(path, {"query": "album:All"}).status_code == 400


def test_an_album_is_deleted_and_comes_back(web: Web, store: Store) -> None:
    create_album(store, "Best", ["/photos/1.jpg"])
    found = web.client.delete(f"/api/albums/{uid(web, 'Best')}", headers={"origin": ORIGIN})
    assert found.json()["done"] == "album Best deleted"
    assert web.get("/api/albums") == []
    undo(store)
    assert inside(store, "Best") == ["1.jpg"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"name": ""}, 400),
        ({"name": "other"}, 400),
        ({"name": "a\nb"}, 400),
        ({"order": [10**9]}, 400),
        ({"cover": 10**9}, 404),
        ({"cover": 4}, 400),
        ({"add": {"path": "/etc"}}, 400),
        ({"note": "x" * 20_000}, 400),
    ],
)
def test_what_makes_no_sense_changes_nothing(web: Web, store: Store, body: dict[str, object], status: int) -> None:
    create_album(store, "Best", ["/photos/1.jpg"])
    create_album(store, "Other")
    assert web.send(f"/api/albums/{uid(web, 'Best')}", body).status_code == status
    assert len(list_actions(store)) == 2
    assert web.send("/api/albums/unheard-of", {"name": "x"}).status_code == 404
    assert web.send("/api/albums", {"name": "best", "photos": []}).status_code == 400
    assert web.send("/api/albums", {"name": "x"}).status_code == 400
    assert web.send("/api/albums", {"name": "x", "smart": True}).status_code == 400


def test_where_only_looking_is_allowed_albums_stay(web: Web, store: Store) -> None:
    create_album(store, "Best", ["/photos/1.jpg"])
    with served(store, access=Access(read_only=True)) as reading:
        path = f"/api/albums/{uid(reading, 'Best')}"
        assert reading.send(path, {"name": "x"}).status_code == 403
        assert reading.send("/api/albums", {"name": "x", "photos": []}).status_code == 403
        assert reading.client.delete(path, headers={"origin": ORIGIN}).status_code == 403
        assert web.client.delete(path).status_code == 403  # from another page
    assert len(list_actions(store)) == 1


def test_an_album_is_taken_away_as_an_archive(gallery: Gallery) -> None:
    paths = fill(gallery)
    with open_store(gallery.folder) as store, served(store) as web:
        create_album(store, "My: best", [paths["beach"], paths["group"]])
        found = web.client.get(f"/api/albums/{uid(web, 'My: best')}/zip")
        assert found.headers["content-type"] == "application/zip"
        assert "My_%20best.zip" in found.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
            assert archive.namelist() == ["beach.jpg", "group.jpg"]
            assert archive.read("beach.jpg") == Path(paths["beach"]).read_bytes()
        assert list(web.site.scratch().iterdir()) == []
        for path in paths.values():
            Path(path).unlink()
        assert web.error(f"/api/albums/{uid(web, 'My: best')}/zip")[0] == 400
        assert list(web.site.scratch().iterdir()) == []
        scratch = web.site.scratch()
    assert not scratch.exists()
