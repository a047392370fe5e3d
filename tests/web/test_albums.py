"""Albums on the page are those of `gallery album`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.curation.albums import album_photos, create_album, create_smart_album, list_albums
from gallery.curation.history import list_actions, undo
from gallery.query.query import Query
from gallery.store.store import Store
from gallery.web.site import Access
from tests.support.make import added, face, write
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
        ({"move": {"photos": [4]}}, 400),
        ({"move": {"photos": [1], "before": 4}}, 400),
        ({"move": {"photos": [1], "before": 1}}, 400),
        ({"sort": "score"}, 400),
        ({"freeze": True}, 400),
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


def test_an_album_is_shown_in_its_own_order_and_photos_are_moved_in_it(web: Web, store: Store) -> None:
    photos = ids(web)
    create_album(store, "Best", [f"/photos/{day}.jpg" for day in (3, 1, 4, 2)])
    own = {"query": "album:best", "order": "album"}
    timeline = web.get("/api/timeline", **own)
    assert [day[:2] for day in timeline["days"]] == [[None, 4]]
    assert timeline["album"] == uid(web, "Best")
    assert web.names(**own) == ["3.jpg", "1.jpg", "4.jpg", "2.jpg"]
    assert web.names("album:Best date:2023-06-02..", order="album") == ["3.jpg", "4.jpg", "2.jpg"]
    between = web.get(f"/api/photos/{photos['1.jpg']}", **own)
    assert (between["previous"], between["next"]) == (photos["3.jpg"], photos["4.jpg"])
    path = f"/api/albums/{uid(web, 'Best')}"
    moved = [photos["2.jpg"], photos["1.jpg"]]
    assert (
        web.post(path, {"move": {"photos": moved, "before": photos["3.jpg"]}})["done"] == "2 photos moved in album Best"
    )
    assert web.names(**own) == ["2.jpg", "1.jpg", "3.jpg", "4.jpg"]
    web.post(path, {"move": {"photos": [photos["1.jpg"]], "before": None}})
    assert inside(store, "Best") == ["2.jpg", "3.jpg", "4.jpg", "1.jpg"]
    web.post("/api/undo", {})
    web.post("/api/undo", {})
    assert inside(store, "Best") == ["3.jpg", "1.jpg", "4.jpg", "2.jpg"]
    web.post(path, {"sort": "oldest"})
    assert inside(store, "Best") == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_own_order_is_by_date_where_no_album_is_named(web: Web, store: Store) -> None:
    create_album(store, "Best", ["/photos/1.jpg", "/photos/2.jpg"])
    create_smart_album(store, "All", Query.parse("emotion:happy sort:oldest"))
    assert web.names("", order="album") == ["4.jpg", "3.jpg", "2.jpg", "1.jpg"]
    assert web.names("album:Best or date:2023-06-03", order="album") == ["3.jpg", "2.jpg", "1.jpg"]
    assert web.names("album:Best sort:newest", order="album") == ["2.jpg", "1.jpg"]
    assert web.names("album:All", order="album") == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
    assert web.get("/api/timeline", query="album:Best or date:2023-06-03")["album"] is None


def test_a_cover_is_chosen_and_given_up(web: Web, store: Store) -> None:
    create_album(store, "Best", ["/photos/1.jpg", "/photos/2.jpg"])
    path = f"/api/albums/{uid(web, 'Best')}"
    web.post(path, {"cover": ids(web)["2.jpg"]})
    assert [one["has_chosen_cover"] for one in web.get("/api/albums")] == [True]
    web.post(path, {"cover": None})
    [album] = web.get("/api/albums")
    assert (album["cover"], album["has_chosen_cover"]) == (store.photo("/photos/1.jpg").hash, False)


def test_a_smart_album_has_a_cover_of_what_it_finds(web: Web, store: Store) -> None:
    create_smart_album(store, "All", Query.parse("date:2023-06-02..2023-06-03"))
    photos, path = ids(web), f"/api/albums/{uid(web, 'All')}"
    web.post(path, {"cover": photos["2.jpg"]})
    assert [one["cover"] for one in web.get("/api/albums")] == [store.photo("/photos/2.jpg").hash]
    assert web.send(path, {"cover": photos["4.jpg"]}).status_code == 400


def test_a_smart_album_keeps_what_it_has(web: Web, store: Store) -> None:
    create_smart_album(store, "All", Query.parse("emotion:happy sort:oldest"))
    told = web.post(f"/api/albums/{uid(web, 'All')}", {"freeze": True})
    assert told["done"] == "album All keeps its 4 photos"
    assert [album.query for album in list_albums(store)] == [None]
    assert inside(store, "All") == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
