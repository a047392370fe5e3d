"""Nobody gets in but the browser in which the address of the terminal was opened; each attack is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from gallery.curation.history import list_actions, undo
from gallery.store.store import Store
from gallery.web.app import ADDRESSES, PICTURES, Address
from gallery.web.guard import MOST_BYTES
from tests.support.make import added, face, open_store
from tests.support.web import HOST, ORIGIN, Web, served

LABEL = {"faces": [{"photo": 1, "number": 1}], "emotion": "sad"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The same for all: hardly anything here changes it."""
    store = open_store(tmp_path_factory.mktemp("gallery"), added("/photos/a.jpg", face("happy")))
    with store, served(store) as made:
        yield made


@pytest.fixture
def web(kept: Web) -> Web:
    """Nothing has been said of any face before, nor by a test that says nothing."""
    while undo(kept.site.store):
        pass
    return kept


@pytest.fixture
def store(web: Web) -> Store:
    return web.site.store


def concrete(path: str) -> str:
    return re.sub(r"\{[a-z]+\}", "1", path)


ENDLESS = "/api/events"
EVERYWHERE = sorted({concrete(one.path) for one in ADDRESSES} | {concrete(path) for path, _ in PICTURES} | {"/"})


@pytest.mark.parametrize("path", EVERYWHERE)
def test_without_the_cookie_there_is_nothing(web: Web, path: str) -> None:
    for method in ("GET", "POST", "DELETE", "HEAD"):
        found = web.stranger.request(method, path, headers={"origin": ORIGIN})
        assert found.status_code == 403
        assert "photos" not in found.text


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8365", "127.0.0.1", "127.0.0.1:80", "localhost:8365.evil.example", ""]
)
def test_another_name_is_refused_with_the_cookie_too(web: Web, path: str, host: str) -> None:
    found = web.client.get(path, headers={"host": host})
    assert found.status_code == 421


def test_the_token_opens_once(web: Web, store: Store) -> None:
    with served(store) as other:
        assert other.stranger.get("/", params={"token": "wrong"}, follow_redirects=False).status_code == 403
    assert web.doors.token is None
    assert web.stranger.get("/?token=", follow_redirects=False).status_code == 403
    assert web.stranger.get("/", params={"token": "None"}, follow_redirects=False).status_code == 403


def test_a_spent_token_does_no_harm_to_who_is_in(store: Store) -> None:
    with served(store) as web:
        assert web.client.get("/?token=spent", follow_redirects=False).headers["location"] == "/"


def test_the_cookie_is_kept_from_scripts_and_other_pages(store: Store) -> None:
    with served(store) as web:
        web.doors.token = "again"  # noqa: S105
        header = web.stranger.get("/?token=again", follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in header
    assert "SameSite=strict" in header


@pytest.mark.parametrize("cookie", ["gallery=", "gallery=x", "other=1", "gallery=\"'", "\x00", "gallery=é"])
def test_a_made_up_cookie_opens_nothing(web: Web, cookie: str) -> None:
    assert web.stranger.get("/api/state", headers={"cookie": cookie.encode()}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"https://{HOST}"},
        {"origin": "http://127.0.0.1"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {},
    ],
)
def test_a_write_from_another_page_changes_nothing(web: Web, store: Store, headers: dict[str, str]) -> None:
    found = web.client.post("/api/labels", json=LABEL, headers=headers)
    assert found.status_code == 403
    assert list_actions(store) == []


@pytest.mark.parametrize("address", [one for one in ADDRESSES if one.method != "GET"], ids=lambda one: one.path)
def test_no_address_that_changes_anything_heeds_another_page(web: Web, address: Address) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {}):
        found = web.client.request(address.method, concrete(address.path), json={}, headers=headers)
        assert (found.status_code, found.json()["error"]) == (403, "this was sent by another page")


@pytest.mark.parametrize("headers", [{"origin": ORIGIN}, {"sec-fetch-site": "same-origin"}])
def test_a_write_from_our_page_counts(web: Web, store: Store, headers: dict[str, str]) -> None:
    assert web.client.post("/api/labels", json=LABEL, headers=headers).status_code == 200
    assert len(list_actions(store)) == 1


def test_pictures_are_for_our_page_alone(web: Web) -> None:
    for path in ("/crops/1", "/originals/1", "/api/tiles"):
        assert web.client.get(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_form_can_send_is_no_write(web: Web, store: Store, kind: str) -> None:
    body = b'{"faces": [{"photo": 1, "number": 1}], "emotion": "sad"}'
    found = web.client.post("/api/labels", content=body, headers={"origin": ORIGIN, "content-type": kind})
    assert found.status_code == 415
    assert list_actions(store) == []


@pytest.mark.parametrize("path", ["/api/labels", "/api/undo"])
def test_reading_changes_nothing(web: Web, store: Store, path: str) -> None:
    assert web.client.get(path).status_code == 405
    assert list_actions(store) == []


def test_a_body_beyond_all_bounds_is_refused_whether_it_says_so_or_not(web: Web) -> None:
    headers = {"origin": ORIGIN, "content-type": "application/json"}
    large = b" " * (MOST_BYTES + 1)
    assert web.client.post("/api/undo", content=large, headers=headers).status_code == 413
    pieces = (b" " * 65536 for _ in range(MOST_BYTES // 65536 + 2))
    assert web.client.post("/api/undo", content=pieces, headers=headers).status_code == 413
    assert (
        web.client.post("/api/undo", content=b"{}", headers={**headers, "content-length": "9" * 30}).status_code == 413
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"[" * 100_000, None),
        (b'{"faces": [], "emotion": "happy"}', "faces"),
        (b'{"faces": [{"photo": 1}], "emotion": "happy"}', "faces[0].number"),
        (b'{"faces": [{"photo": "1", "number": 1}], "emotion": "happy"}', "faces[0].photo"),
        (b'{"faces": [{"photo": ' + b"9" * 400 + b', "number": 1}], "emotion": "happy"}', "faces[0].photo"),
        (b'{"faces": [{"photo": -1, "number": 1}], "emotion": "happy"}', "faces[0].photo"),
        (b'{"faces": [{"photo": NaN, "number": 1}], "emotion": "happy"}', None),
        (b'{"faces": [{"photo": 1, "number": 1}], "emotion": "joyous"}', "emotion"),
        (b'{"faces": [{"photo": 1, "number": 1}], "emotion": "happy", "path": "/etc/passwd"}', "path"),
        (b'\xff\xfe{"faces": 1}', None),
    ],
)
def test_a_body_that_is_wrong_is_refused_and_its_field_named(web: Web, body: bytes, field: str | None) -> None:
    headers = {"origin": ORIGIN, "content-type": "application/json"}
    found = web.client.post("/api/labels", content=body, headers=headers)
    assert found.status_code == 400
    assert found.json()["field"] == field


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"]
)
def test_no_way_leads_out_of_what_is_the_programs_own(web: Web, path: str) -> None:
    found = web.client.get(path)
    assert found.status_code == 404


@pytest.mark.parametrize(
    "number", ["%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%00", "0", "-1", "1e3", "9" * 18, "9" * 30, "1.0", "é"]
)
def test_ids_that_are_none_or_nobodys_find_nothing(web: Web, number: str) -> None:
    for path in ("/api/photos/", "/originals/", "/crops/"):
        assert web.client.get(path + number).status_code in (400, 404)
    assert web.client.get(f"/thumbnails/{number}").status_code == 404


@pytest.mark.parametrize("path", sorted({*EVERYWHERE, "/nothing", "/static/nothing"} - {ENDLESS}))
def test_every_answer_tells_the_browser_to_be_careful(web: Web, path: str) -> None:
    for client in (web.client, web.stranger):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in policy
        assert headers["x-gallery-version"] == web.site.versions.current()
        assert "access-control-allow-origin" not in headers
        assert headers["server"] == "gallery"


def test_what_belongs_to_the_page_is_kept_as_long_as_it_is_so(web: Web) -> None:
    found = web.client.get("/static/main.js")
    assert (found.headers["cache-control"], found.headers["content-type"]) == (
        "no-cache",
        "text/javascript; charset=utf-8",
    )
    again = web.client.get("/static/main.js", headers={"if-none-match": found.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["x-content-type-options"] == "nosniff"
    assert web.client.get("/static/manifest.webmanifest").headers["content-type"] == "application/manifest+json"
    assert web.client.get("/").headers["content-type"].startswith("text/html")


def test_nothing_of_the_gallery_is_kept_by_the_browser_but_pictures(web: Web) -> None:
    assert web.client.get("/api/tiles").headers["cache-control"] == "no-store"
