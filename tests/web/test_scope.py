"""A guest sees some photos alone, and finds out nothing of the others by whatever is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.curation.albums import create_album, create_smart_album, remove_from_album
from gallery.curation.history import list_actions
from gallery.curation.saved_queries import save_query
from gallery.emotions import EMOTIONS
from gallery.errors import UsageError
from gallery.query.explained import language_examples
from gallery.query.fields import FIELDS, HAS, IS, SORTS
from gallery.query.query import Query
from gallery.similar.backfill import fill_looks
from gallery.store.store import Store
from gallery.web.app import ADDRESSES
from gallery.web.scope import Scope
from gallery.web.site import Access
from tests.support.cli_gallery import Gallery, taken
from tests.support.make import box, face, open_store
from tests.support.web import ORIGIN, Web, served

SHOWN = ["beach.jpg", "group.jpg"]
SECRET = ("secret", "Hidden", "hush", "Leica", "private", "2019")
"""What tells of the photos that aren't shown."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two photos in the album Summer, and others beside them, of the same moment and elsewhere."""
    gallery = Gallery(tmp_path_factory.mktemp("gallery"))
    summer = [
        gallery.add(
            "private/beach.jpg", face("happy", 0.9), seed=1, capture=taken("2023-06-01T12:00:00", camera="Canon")
        ),
        gallery.add(
            "private/group.jpg", face("sad", 0.8), seed=2, capture=taken("2022-01-01T12:00:00", camera="Canon")
        ),
    ]
    secret = [
        gallery.add(
            "private/secret1.jpg",
            face("angry"),
            seed=1,
            quality=80,
            capture=taken("2023-06-01T12:00:01", camera="Leica"),
        ),
        gallery.add("elsewhere/secret2.jpg", face("fear", where=box(60)), seed=4, capture=taken("2019-01-01T12:00:00")),
        gallery.add("private/secret3.jpg", seed=5),
    ]
    with open_store(gallery.folder) as store:
        list(fill_looks(store))
        create_album(store, "Summer", summer)
        create_album(store, "Hidden", [summer[0], secret[0]])
        create_smart_album(store, "Hidden smiles", Query.parse("emotion:happy"))
        save_query(store, "hush", Query.parse("emotion:happy"))
        yield store


@pytest.fixture(scope="module", params=["album:Summer", "album:summer faces:1.."])
def guest(place: Store, request: pytest.FixtureRequest) -> Iterator[Web]:
    with served(place, access=Access(Scope.of(request.param))) as web:
        yield web


@pytest.fixture(scope="module")
def strict(place: Store) -> Iterator[Web]:
    with served(place, access=Access(Scope.of("album:Summer"))) as web:
        yield web


@pytest.fixture(scope="module")
def owner(place: Store) -> Iterator[Web]:
    with served(place) as web:
        yield web


TERMS = sorted(
    {example for example, _ in language_examples()}
    | {f"{name}:" for name in FIELDS}
    | {f"has:{what}" for what in HAS}
    | {f"is:{what}" for what in IS}
    | {f"sort:{order}" for order in SORTS}
    | {f"{emotion}:0.1.." for emotion in EMOTIONS}
    | {
        "path:secret", "path:private", "secret1", "path:/", "added:-9y..", "album:Hidden", 'album:"Hidden smiles"',
        "query:hush", "is:missing", "-is:missing", "album:Summer", "album:Nowhere", "camera:Leica", "date:2019",
        "emotion:angry", "all:fear", "sort:path", "limit:1",
    }
)  # fmt: skip
TRICKS = ("{}", "-({})", "{} or has:face", "faces:0 or not ({})")


@pytest.mark.parametrize("term", TERMS)
def test_no_term_of_the_language_leads_out(strict: Web, term: str) -> None:
    """Each is answered with photos that are shown, or not at all."""
    for trick in TRICKS:
        query = trick.format(term)
        tiles = strict.client.get("/api/tiles", params={"query": query})
        assert tiles.status_code in (200, 400, 403)
        assert {tile[7] for tile in tiles.json().get("tiles", [])} <= set(SHOWN)
        tells_nothing(tiles.text, query)
    for path in ("timeline", "photos", "facets", "calendar", "moods", "bursts"):
        found = strict.client.get(f"/api/{path}", params={"query": query})
        assert found.status_code == tiles.status_code
        tells_nothing(found.text, query)
        assert found.json().get("total", 0) <= len(SHOWN)
        assert sum(group["faces"] for group in found.json().get("groups", []) if "faces" in group) <= 2
    for path in ("complete", "parse"):
        tells_nothing(strict.client.get(f"/api/{path}", params={"text": query, "query": query}).text, query)
    for number in range(1, 6):
        told = strict.client.get("/api/rank", params={"query": query, "id": number})
        assert told.status_code != 200 or number in {tile[0] for tile in tiles.json()["tiles"]}


def tells_nothing(text: str, query: str) -> None:
    """Of the other photos, but for what was asked itself."""
    said = text.replace(json.dumps(query)[1:-1], "")
    assert not any(word in said for word in SECRET if word not in query), (query, text)


@pytest.mark.parametrize(
    "query", ["path:secret", "path:private", "secret1", "album:Hidden", "query:hush", "album:Nowhere"]
)
def test_whether_a_name_is_there_isnt_told(guest: Web, query: str) -> None:
    """Of a name that is there and one that isn't, the same is said."""
    name = query.rpartition(":")[2]
    status, text = guest.error("/api/tiles", query=query)
    other, said = guest.error("/api/tiles", query=query.replace(name, "Xyzzy"))
    assert (status, text.replace(name, "")) == (other, said.replace("Xyzzy", ""))
    assert status == 403


def test_counts_and_names_are_those_of_what_is_shown(guest: Web) -> None:
    assert guest.names() == SHOWN
    state = guest.get("/api/state")
    assert (state["photos"], state["faces"], state["roots"], state["guest"]) == (2, 2, [], True)
    groups = {
        group["name"]: {item["label"]: item["count"] for item in group["items"]}
        for group in guest.get("/api/facets")["groups"]
    }
    assert groups["emotion"] == {"happy": 1, "sad": 1}
    assert groups["years"] == {"2023": 1, "2022": 1}
    assert groups["albums"] == {"Summer": 2}
    assert groups["cameras"] == {"Canon": 2}
    assert groups["folders"] == {}
    [album] = guest.get("/api/albums")
    assert (album["name"], album["count"]) == ("Summer", 2)


@pytest.mark.parametrize("text", ["album:", "query:", "camera:", "format:", "path:", "album:H", "camera:L"])
def test_completion_names_nothing_else(guest: Web, text: str) -> None:
    items = [item["text"] for item in guest.get("/api/complete", text=text)["items"]]
    assert set(items) <= {"album:Summer", "camera:Canon"}


def test_no_address_leads_to_another_photo(guest: Web, owner: Web) -> None:
    every = {tile[7]: (tile[0], tile[1]) for tile in owner.get("/api/tiles")["tiles"]}
    assert len(every) == 5
    for name, (number, digest) in every.items():
        faces = [one["id"] for one in owner.get(f"/api/photos/{number}")["faces"]]
        addresses = [
            f"/api/photos/{number}",
            f"/api/rank?id={number}",
            f"/originals/{number}",
            f"/thumbnails/{digest}?size=320",
            *(f"/crops/{one}" for one in faces),
        ]
        for address in addresses:
            found = guest.client.get(address)
            assert found.status_code == (200 if name in SHOWN else 404), address
            nothing = guest.client.get(address.replace(str(number), "987654").replace(digest, "0" * 64))
            if name not in SHOWN and "crops" not in address:
                assert found.text == nothing.text


def test_a_photo_tells_neither_its_folders_nor_other_albums_nor_the_rest_of_its_burst(guest: Web) -> None:
    number = guest.get("/api/tiles")["tiles"][0][0]
    photo = guest.get(f"/api/photos/{number}")
    assert (photo["path"], photo["paths"], photo["place"], photo["burst"]) == ("beach.jpg", ["beach.jpg"], None, None)
    assert [album["name"] for album in photo["albums"]] == ["Summer"]
    assert guest.get("/api/photos")["photos"][0]["paths"] == ["beach.jpg"]
    assert guest.get("/api/bursts")["total"] == 0


def test_what_is_about_all_photos_is_empty(guest: Web) -> None:
    assert guest.get("/api/duplicates")["groups"] == []
    assert guest.get("/api/errors")["errors"] == []
    assert guest.get("/api/review")["faces"] == []
    assert guest.get("/api/on-this-day", date="2026-01-01")["years"][0]["year"] == 2022
    assert [year["year"] for year in guest.get("/api/on-this-day", date="2026-01-01")["years"]] == [2022]


def test_other_albums_cant_be_taken_away(guest: Web, owner: Web) -> None:
    albums = {album["name"]: album["id"] for album in owner.get("/api/albums")}
    assert guest.client.get(f"/api/albums/{albums['Hidden']}/zip").status_code == 404
    assert guest.client.get(f"/api/albums/{albums['Summer']}/zip").status_code == 200


def test_a_guest_changes_nothing(guest: Web, place: Store) -> None:
    before = len(list_actions(place))
    for one in ADDRESSES:
        if one.method != "GET":
            path = one.path.replace("{uid}", "x")
            body = {"faces": [{"photo": 1, "number": 1}], "emotion": "sad"} if "labels" in path else {}
            headers = {"origin": ORIGIN, "content-type": "application/json"}
            found = guest.client.request(one.method, path, content=json.dumps(body), headers=headers)
            assert found.status_code in (400, 403)
    assert guest.send("/api/undo", {}).status_code == 403
    assert guest.get("/api/state")["read_only"] is True
    assert len(list_actions(place)) == before


@pytest.mark.parametrize("text", ["", "  ", "sort:oldest", "limit:5", "album:Summer limit:3"])
def test_what_shows_everything_or_the_first_few_is_no_scope(text: str) -> None:
    with pytest.raises(UsageError):
        Scope.of(text)


def test_what_leaves_the_album_is_gone_for_the_guest(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    paths = [gallery.add(f"{name}.jpg", seed=seed) for seed, name in enumerate("ab")]
    with open_store(gallery.folder) as store:
        create_album(store, "Summer", paths)
        with served(store, access=Access(Scope.of("album:Summer"))) as guest:
            number, digest = next(tile[:2] for tile in guest.get("/api/tiles")["tiles"] if tile[7] == "a.jpg")
            version = guest.get("/api/timeline")["version"]
            assert guest.client.get(f"/thumbnails/{digest}").status_code == 200
            remove_from_album(store, "Summer", [paths[0]])
            for address in (f"/thumbnails/{digest}", f"/originals/{number}", f"/api/photos/{number}"):
                assert guest.client.get(address).status_code == 404
            assert guest.names(version=version) == ["b.jpg"]
