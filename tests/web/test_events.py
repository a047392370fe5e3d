"""What a page hears while it is open, and a run of indexing that it begins."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gallery.settings import Settings
from gallery.store.roots import Root, note_roots
from gallery.store.store import Store
from gallery.web.index_job import IndexJob, Progress
from gallery.web.site import Access
from tests.support.make import added, open_store, write
from tests.support.programs import started
from tests.support.web import ORIGIN, Web, served


def until(holds: Callable[[], Any], seconds: float = 60) -> Any:
    """What is given as soon as it is something."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.02)
    return found


@pytest.fixture
def folder(store: Store, tmp_path: Path) -> Path:
    """One that was looked through before, with a photo that hasn't changed since."""
    found = tmp_path / "photos"
    found.mkdir()
    note_roots(store, [Root(str(found))])
    return found


def test_a_known_folder_is_looked_through_and_the_page_hears_how_far(store: Store, folder: Path) -> None:
    (folder / "damaged.jpg").write_bytes(b"no picture")
    with served(store) as web:
        assert web.get("/api/state")["roots"] == [{"folder": str(folder), "reachable": True}]
        assert web.post("/api/index", {"folder": str(folder)})["done"] == f"looking through {folder}"
        progress = until(lambda: (found := web.get("/api/state")["indexing"]) and found["finished"] and found)
    assert progress["error"] is None
    assert (progress["done"], progress["total"], progress["failed"]) == (1, 1, 1)
    assert [failure.path for failure in store.failures()] == [str(folder / "damaged.jpg")]


def test_another_folder_is_refused_whatever_it_is(store: Store, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with served(store) as web:
        for path in (str(other), "/", "", f"{folder}/..", f"{folder}/", "--force", str(folder.parent)):
            assert web.send("/api/index", {"folder": path}).status_code == 404
        folder.rmdir()
        assert web.send("/api/index", {"folder": str(folder)}).status_code == 400
        assert web.site.index_job.progress is None
    with served(store, access=Access(read_only=True)) as reading:
        assert reading.send("/api/index", {"folder": str(folder)}).status_code == 403


def test_while_another_run_goes_on_the_page_is_told_why_not(store: Store, folder: Path) -> None:
    with served(store) as web, store.index_lock():
        web.post("/api/index", {"folder": str(folder)})
        progress = until(lambda: (found := web.site.index_job.progress) and found.finished and found)
    assert "index" in progress.error


def test_a_run_is_one_alone_and_ends_with_all_it_has_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeping = "import time; time.sleep(99)"
    endless = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {sleeping!r}]); {sleeping}"
    runs: list[subprocess.Popen[bytes]] = []

    def begun(_: bytes) -> subprocess.Popen[bytes]:
        runs.append(subprocess.Popen([sys.executable, "-c", endless], stdout=subprocess.PIPE, start_new_session=True))
        return runs[0]

    monkeypatch.setattr("gallery.web.index_job._begun", begun)
    job = IndexJob(str(tmp_path / "gallery.db"), Settings())
    assert job.start("/photos")
    assert not job.start("/photos")
    start = time.monotonic()
    job.stop()
    assert time.monotonic() - start < 2
    progress = until(lambda: job.progress and job.progress.finished and job.progress)
    assert progress == Progress("/photos", finished=True, error="it was stopped; what is done is kept")
    assert runs[0].wait() != 0
    job.stop()


def test_a_run_is_stopped_by_who_began_it_and_what_is_done_stays(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Once the run is told of, it would go on for long; Ctrl-C ends it as it ends `gallery index`.
    program = (
        "import json, sys, time, signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "job = json.load(sys.stdin); told = dict(folder=job['folder'], done=3, total=9, new=3, failed=1, faces=4)\n"
        "try:\n print(json.dumps(told), flush=True); time.sleep(99)\nexcept KeyboardInterrupt: time.sleep(0.4)\n"
    )

    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    waiting: list[subprocess.Popen[bytes]] = []

    def begun(asked: bytes) -> subprocess.Popen[bytes]:
        process = waiting.pop()
        assert process.stdin is not None
        with process.stdin as told:
            told.write(asked)
        return process

    monkeypatch.setattr("gallery.web.index_job._begun", begun)
    with (
        started(command, stdin=pipe, stdout=pipe) as first,
        started(command, stdin=pipe, stdout=pipe) as second,
        served(store) as web,
    ):
        waiting += [second, first]
        stop = {"origin": ORIGIN}
        assert web.client.delete("/api/index", headers=stop).status_code == 404
        web.post("/api/index", {"folder": str(folder)})
        until(lambda: web.get("/api/state")["indexing"]["total"] == 9)
        assert web.client.delete("/api/index", headers=stop).json()["done"] == "stopping; what is done is kept"
        assert web.get("/api/state")["indexing"]["stopping"] is True
        progress = until(lambda: (found := web.get("/api/state")["indexing"]) and found["finished"] and found)
        assert (progress["stopped"], progress["error"], progress["new"]) == (True, None, 3)
        web.post("/api/index", {"folder": str(folder)})
        assert web.get("/api/state")["indexing"]["stopping"] is False
    with served(store, access=Access(read_only=True)) as reading:
        assert reading.client.delete("/api/index", headers=stop).status_code == 403


def heard(web: Web, act: Callable[[], None], count: int) -> list[tuple[str, Any]]:
    """The first news, as many as are counted."""
    import asyncio

    from gallery.web.events import _news

    async def listen() -> list[tuple[str, Any]]:
        found = []
        async for text in _news(web.site):
            name, data = text.strip().split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
            if len(found) == count:
                break
            act()
        return found

    return asyncio.run(listen())


def test_what_another_terminal_changes_is_heard(store: Store, tmp_path: Path) -> None:
    def change() -> None:
        with open_store(tmp_path, added("/photos/a.jpg")):
            pass

    with served(store) as web:
        before = web.site.versions.current()
        [(name, first), (again, second)] = heard(web, change, 2)
        assert (name, again, first) == ("version", "version", before)
        assert second == web.site.versions.current() != before


def test_where_an_order_takes_long_changes_are_told_of_less_often(store: Store, tmp_path: Path) -> None:
    names, times = iter("abc"), []

    def change() -> None:
        times.append(time.monotonic())
        with open_store(tmp_path, added(f"/photos/{next(names)}.jpg")):
            pass

    with served(store) as web:
        web.site.telling.order_seconds = 0.15
        news = heard(web, change, 3)
        assert news[2] == ("version", web.site.versions.current())
        assert time.monotonic() - times[1] > 1.4
        change()
        before = web.client.get("/api/parse").headers["x-gallery-version"]
        assert before == news[2][1]
        [tile, *_] = web.get("/api/tiles")["tiles"]
        # Who says something on the page waits for it.
        said = web.send("/api/picks", {"photos": [tile[0]], "word": "pick"})
        assert said.headers["x-gallery-version"] == web.site.versions.current() != before


def test_no_more_pages_than_can_be_served_are_listened_to(store: Store) -> None:
    write(store, added("/photos/a.jpg"))
    with served(store) as web:
        web.site.listeners = 100
        assert web.error("/api/events")[0] == 503
