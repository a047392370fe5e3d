"""Many at once, while somebody writes, and with whatever was worked out before."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gallery.search.order import Order
from gallery.store.store import Store
from gallery.web import lanes
from gallery.web.fresh import Fresh
from gallery.web.kept import Kept
from gallery.web.site import Site
from gallery.web.versions import Versions
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import added, face, new_database, open_store, write
from tests.support.served import serving
from tests.support.web import served


def test_reading_waits_for_nobody_and_writing_says_for_whom_it_waited(tmp_path: Path) -> None:
    open_store(tmp_path, added("/photos/a.jpg", face("happy"))).close()
    with Store.open(tmp_path / "gallery.db", busy_timeout_seconds=0.3) as store, served(store) as web:
        [tile] = web.get("/api/tiles")["tiles"]
        with open_store(tmp_path) as other, other.write_connection():
            start = time.monotonic()
            assert web.get("/api/timeline")["total"] == 1
            assert web.get(f"/api/photos/{tile[0]}")["faces"][0]["emotion"] == "happy"
            found = web.send("/api/labels", {"faces": [{"photo": tile[0], "number": 1}], "emotion": "sad"})
            assert time.monotonic() - start < 3
        assert found.status_code == 503
        assert found.json()["error"] == "another program is writing to this database; try again when it is done"
        web.post("/api/labels", {"faces": [{"photo": tile[0], "number": 1}], "emotion": "sad"})


def test_of_many_who_write_none_waits_for_all_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other they would, each as long as somebody else holds the database."""
    monkeypatch.setattr(lanes, "WRITES_WAIT_SECONDS", 0.5)
    open_store(tmp_path, added("/photos/a.jpg", face("happy"))).close()
    with Store.open(tmp_path / "gallery.db", busy_timeout_seconds=0.5) as store, served(store) as web:
        word = {"faces": [{"photo": 1, "number": 1}], "emotion": "sad"}
        with open_store(tmp_path) as other, other.write_connection(), ThreadPoolExecutor(8) as pool:
            start = time.monotonic()
            said = list(pool.map(lambda _: web.send("/api/labels", word), range(8)))
            assert time.monotonic() - start < 3
        assert {one.status_code for one in said} == {503}
        assert all("writing" in one.json()["error"] for one in said)
        web.post("/api/labels", word)


@pytest.mark.slow
def test_a_thousand_requests_at_once_and_clients_that_vanish_do_no_harm(gallery: Gallery) -> None:
    fill(gallery)
    with serving(gallery) as program:
        cookie = program.open()
        parts = urlsplit(program.address)
        request = f"GET /api/timeline HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n\r\n".encode()
        address = (str(parts.hostname), int(parts.port or 0))
        gone = [socket.create_connection(address) for _ in range(200)]
        for one in gone:
            one.send(request)
            one.close()
        stalled = [socket.create_connection(address) for _ in range(100)]
        for one in stalled:
            one.send(request)  # and never reads

        def ask(_: int) -> int:
            return program.get("/api/timeline", cookie).status

        with ThreadPoolExecutor(64) as pool:
            statuses = set(pool.map(ask, range(1000)))
        assert statuses <= {200, 503}
        for one in stalled:
            one.close()
        time.sleep(0.2)
        assert program.get("/api/tiles", cookie).status == 200


def test_what_takes_long_is_made_once_for_all_who_wait() -> None:
    kept: Kept[str, int] = Kept(2)
    made: list[int] = []
    go_on = threading.Event()

    def make() -> int:
        made.append(1)
        go_on.wait(10)
        return 7

    with ThreadPoolExecutor(5) as pool:
        asking = [pool.submit(kept.get, "a", make) for _ in range(5)]
        assert kept.ready("a") is None
        go_on.set()
        assert [one.result() for one in asking] == [7] * 5
    assert made == [1]
    assert kept.ready("a") == 7


def test_the_longest_unasked_goes_first_by_number_and_by_size() -> None:
    kept: Kept[str, list[int]] = Kept(3, size=len, most_size=10)
    for name in "abc":
        kept.get(name, lambda: [0] * 2)
    kept.get("a", list)
    kept.get("d", lambda: [0] * 2)
    assert [name for name in "abcd" if kept.ready(name) is not None] == ["a", "c", "d"]
    kept.get("e", lambda: [0] * 99)
    assert [name for name in "abcde" if kept.ready(name) is not None] == ["e"]


def test_what_failed_is_tried_again() -> None:
    kept: Kept[str, int] = Kept(2)

    def fail() -> int:
        raise ValueError("not now")

    with pytest.raises(ValueError, match="not now"):
        kept.get("a", fail)
    assert kept.get("a", lambda: 3) == 3


def counting(seconds: float) -> tuple[Callable[[], int], list[int]]:
    made: list[int] = []

    def make() -> int:
        time.sleep(seconds)
        made.append(1)
        return len(made)

    return make, made


def test_what_hardly_changes_is_old_for_a_while_where_it_takes_long() -> None:
    make, made = counting(0.05)
    value = Fresh(make)
    assert [value.get("1"), value.get("1"), value.get("2")] == [1, 1, 1]
    time.sleep(0.6)
    assert value.get("2") == 2
    assert len(made) == 2


def test_while_it_is_made_anew_the_old_one_is_told() -> None:
    go_on, made = threading.Event(), [1, 2]

    def make() -> int:
        if len(made) == 1:
            go_on.wait(10)
        return made.pop(0)

    value = Fresh(make)
    assert value.get("1") == 1
    start = time.monotonic()
    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(value.get, ["2"] * 5)) == [1] * 5
    assert time.monotonic() - start < 2
    go_on.set()
    assert value.get("2") == 2
    assert made == []


def test_what_could_not_be_made_anew_is_said_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.web.fresh._TIMES", 0)  # however long it took to make, it is too old
    monkeypatch.setattr("gallery.web.fresh._PATIENCE_SECONDS", 20)
    outcomes = [1, ValueError("not now"), 3]

    def make() -> int:
        outcome = outcomes.pop(0)
        if isinstance(outcome, ValueError):
            raise outcome
        return outcome

    value = Fresh(make)
    assert value.get("1") == 1
    with pytest.raises(ValueError, match="not now"):
        value.get("2")
    assert value.get("2") == 3


def test_who_waits_for_an_order_keeps_nobody_waiting_who_needs_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, made = threading.Event(), Site._made

    def slowly(*asked: Any) -> Order:
        go_on.wait(20)
        return made(*asked)

    monkeypatch.setattr(Site, "_made", slowly)
    with (
        open_store(tmp_path, added("/photos/a.jpg", face("happy"))) as store,
        served(store) as web,
        ThreadPoolExecutor(8) as pool,
    ):
        waiting = [pool.submit(web.get, "/api/tiles", offset=9000, query=query) for query in ("", "faces:1")]
        waiting += [pool.submit(web.get, path) for path in ("/api/timeline", "/api/facets")]
        waiting.append(pool.submit(web.get, "/api/rank", id=1))
        quick = [pool.submit(web.get, path) for path in ("/api/tiles", "/api/parse", "/api/photos")]
        try:
            assert [len(one.result(5)) for one in quick] == [3, 4, 3]
            assert not any(one.done() for one in waiting)
        finally:
            go_on.set()
        assert [one.result(5) is not None for one in waiting] == [True] * 5


def test_only_what_others_write_is_another_version(tmp_path: Path) -> None:
    file = new_database(tmp_path / "gallery.db")
    with Store.open(file) as store:
        versions = Versions(file)
        first = versions.current()
        assert versions.current() == first
        write(store, added("/photos/a.jpg"))
        second = versions.current()
        assert second != first
        assert versions.current() == second
        versions.changed()
        assert versions.current() == second
        versions.close()
    nowhere = Versions(None)
    before = nowhere.current()
    nowhere.changed()
    assert nowhere.current() != before
