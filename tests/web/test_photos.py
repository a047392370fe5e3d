"""The timeline, its tiles, and one photo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select

from gallery.curation.albums import create_album
from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.faces import Box
from gallery.query.query import Query
from gallery.records import Capture
from gallery.search.matches import matching_ids
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.store.versions import content_with
from gallery.web import photos
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import added, face, open_store, write
from tests.support.plain_library import library
from tests.support.web import Web, served


@pytest.fixture
def web(store: Store) -> Iterator[Web]:
    """Five photos: two of one day, one of another, two of which nobody knows when they were taken."""
    write(
        store,
        added("/photos/old.jpg", face("sad"), taken_at="2022-05-01T10:00:00"),
        added("/photos/noon.jpg", face("happy"), face("happy", 0.8), face("fear", 0.3), taken_at="2023-06-14T12:00:00"),
        added("/photos/night.jpg", taken_at="2023-06-14T23:00:00"),
        added("/photos/undated.jpg", taken_at=None),
        added("/photos/scan.jpg", taken_at=None),
    )
    with served(store) as made:
        yield made


def test_the_timeline_goes_by_days_newest_first_the_undated_last(web: Web) -> None:
    found = web.get("/api/timeline")
    # 640 x 480 each.
    assert found["days"] == [["2023-06-14", 2, 2.666, 0], ["2022-05-01", 1, 1.333, 0], [None, 2, 2.666, 0]]
    assert found["total"] == 5
    assert found["version"] == web.site.versions.current()


def test_oldest_first_turns_it_round_but_for_the_undated(web: Web) -> None:
    days = web.get("/api/timeline", order="oldest")["days"]
    assert [date for date, *_ in days] == ["2022-05-01", "2023-06-14", None]


def test_the_querys_own_order_wins_and_has_no_days_where_it_isnt_by_date(web: Web) -> None:
    assert web.get("/api/timeline", query="sort:oldest")["days"][0][0] == "2022-05-01"
    assert web.get("/api/timeline", query="sort:faces")["days"] == [[None, 5, 6.665, 0]]
    assert web.names("sort:faces")[0] == "noon.jpg"
    assert web.names("has:face", order="faces") == ["noon.jpg", "old.jpg"]


def test_a_date_that_is_the_files_is_told_as_guessed(gallery: Gallery) -> None:
    gallery.add("a.jpg", seed=1, capture=Capture(datetime(2023, 1, 1, 8), taken_source="exif"))
    gallery.add("b.jpg", seed=2, capture=Capture(datetime(2023, 1, 1, 9), taken_source="file"))
    gallery.add("c.jpg", seed=3, capture=Capture(datetime(2023, 1, 2, 9), taken_source="exif"))
    with open_store(gallery.folder) as store, served(store) as web:
        days = web.get("/api/timeline")["days"]
    assert [(date, guessed) for date, _, _, guessed in days] == [("2023-01-02", 0), ("2023-01-01", 1)]


def test_tiles_tell_what_a_wall_shows(web: Web, store: Store) -> None:
    answer = web.get("/api/tiles", limit=2)
    _, noon = answer["tiles"]
    number, digest, aspect, color, emotions, faces, taken_at, name, flags = noon
    assert (aspect, color, faces, taken_at, name, flags) == (1.333, None, 3, "2023-06-14T12:00:00", "noon.jpg", 0)
    # The third face is too unsure to be shown as anything.
    assert emotions == [[EMOTIONS.index("happy"), 2]]
    assert digest == store.photo("/photos/noon.jpg").hash
    assert web.get(f"/api/photos/{number}")["path"] == "/photos/noon.jpg"
    assert answer["offset"] == 0


@pytest.mark.parametrize("known", [False, True])
def test_any_piece_of_a_result_can_be_had_before_and_after_its_order_is_known(web: Web, known: bool) -> None:
    if known:
        web.get("/api/timeline")
    # Two without a date: the one that came later has the higher number, and comes first.
    whole = ["night.jpg", "noon.jpg", "old.jpg", "scan.jpg", "undated.jpg"]
    assert web.names() == whole
    for offset in range(7):
        assert web.names(offset=offset)[:2] == whole[offset : offset + 2]
    assert web.names("limit:2", offset=1) == ["noon.jpg"]
    assert web.names("limit:2", offset=2) == []
    assert web.get("/api/tiles", limit=0)["tiles"] == []


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": "501"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"offset": "x"}, "offset"),
        ({"offset": "9" * 100}, "offset"),
        ({"order": "random"}, "order"),
        ({"query": "emotion:hapy"}, "query"),
    ],
)
def test_what_makes_no_sense_is_named(web: Web, parameters: dict[str, str], field: str) -> None:
    found = web.client.get("/api/tiles", params=parameters)
    assert found.status_code == 400
    assert found.json()["field"] == field


def test_the_caret_counts_as_browsers_do(web: Web) -> None:
    # An emoji is one character, and two units in a browser.
    assert web.client.get("/api/tiles", params={"query": "🏖 emotion:hapy"}).json()["caret"] == 11
    assert web.client.get("/api/timeline", params={"query": "a" * 20_000}).json()["caret"] == 10_000


def test_an_unknown_album_is_said(web: Web) -> None:
    status, text = web.error("/api/timeline", query="album:Nowhere")
    assert status == 400
    assert "Nowhere" in text


def test_pieces_come_from_the_order_of_the_version_asked_for(web: Web, store: Store) -> None:
    version = web.get("/api/timeline")["version"]
    write(store, added("/photos/new.jpg", taken_at="2024-01-01T00:00:00"))
    assert web.get("/api/state")["version"] != version

    assert web.names(version=version)[:2] == ["night.jpg", "noon.jpg"]
    assert web.names()[:2] == ["new.jpg", "night.jpg"]
    assert web.names(version="unheard-of")[0] == "new.jpg"


def test_what_another_program_writes_changes_the_version(web: Web, tmp_path: Path) -> None:
    before = web.get("/api/state")["version"]
    assert web.get("/api/state")["version"] == before
    with Store.open(tmp_path / "gallery.db") as other:
        write(other, added("/photos/other.jpg"))
    assert web.get("/api/state")["version"] != before


def test_a_photo_is_what_show_tells_and_more(gallery: Gallery) -> None:
    paths = fill(gallery)
    with open_store(gallery.folder) as store, served(store) as web:
        create_album(store, "Best", [paths["beach"]])
        number = web.get("/api/tiles", query="path:beach")["tiles"][0][0]
        found = web.get(f"/api/photos/{number}", query="has:face")
        shown = store.photo(paths["beach"]).as_json()
    assert {name: found[name] for name in shown if name != "faces"} == {
        name: value for name, value in shown.items() if name != "faces"
    }
    [one] = found["faces"]
    assert one | shown["faces"][0] == one
    assert one["why"].startswith("shown as happy: the highest score is 0.93")
    assert one["rejected"] is False
    assert found["camera"] == "Canon EOS"
    assert found["place"] == [48.85838, 2.29448]
    assert [album["name"] for album in found["albums"]] == ["Best"]
    assert (found["rank"], found["previous"]) == (0, None)
    assert web_id_of(found["next"], gallery) == paths["group"]


def web_id_of(number: int, gallery: Gallery) -> str:
    with open_store(gallery.folder) as store, store.read() as connection:
        [found] = [record for record in store.search(Query()) if numbered(connection, record.hash) == number]
    return found.path


def numbered(connection: Connection, digest: str) -> int:
    return content_with(connection, digest) or 0


def test_a_photo_that_the_query_doesnt_find_has_no_rank(web: Web) -> None:
    number = web.get("/api/tiles", query="path:old")["tiles"][0][0]
    found = web.get(f"/api/photos/{number}", query="emotion:happy")
    assert (found["rank"], found["previous"], found["next"]) == (None, None, None)
    assert web.error("/api/rank", query="emotion:happy", id=number)[0] == 404
    assert web.get("/api/rank", id=number)["rank"] == 2


def test_the_shots_of_a_burst_are_told(store: Store) -> None:
    shots = [added(f"/photos/{second}.jpg", taken_at=f"2023-06-01T12:00:0{second}") for second in range(3)]
    later = added("/photos/later.jpg", taken_at="2023-06-01T12:01:00")
    alike = [replace(one, photo=replace(one.photo, look=0b1111)) for one in [*shots, later]]
    write(store, *alike)
    with served(store) as web:
        numbers = {tile[7]: tile[0] for tile in web.get("/api/tiles")["tiles"]}
        burst = web.get(f"/api/photos/{numbers['1.jpg']}")["burst"]["photos"]
        assert [shot["id"] for shot in burst] == [numbers["0.jpg"], numbers["1.jpg"], numbers["2.jpg"]]
        assert [shot["best"] for shot in burst] == [True, False, False]
        assert web.get(f"/api/photos/{numbers['later.jpg']}")["burst"] is None


def test_a_photo_that_went_meanwhile_leaves_its_place(web: Web, store: Store) -> None:
    version = web.get("/api/timeline")["version"]
    digest = store.photo("/photos/noon.jpg").hash
    with store.write_connection() as connection:
        gone = select(schema.content.c.id).where(schema.content.c.hash == digest).scalar_subquery()
        connection.execute(delete(schema.path).where(schema.path.c.content_id == gone))
        connection.execute(delete(schema.content).where(schema.content.c.hash == digest))
    tiles = web.get("/api/tiles", version=version)["tiles"]
    assert [tile[7] for tile in tiles[:3]] == ["night.jpg", "", "old.jpg"]
    assert tiles[1][8] == photos.GONE


def test_names_that_are_no_utf8_come_as_escapes(gallery: Gallery) -> None:
    gallery.add(os.fsdecode(b"caf\xe9.jpg"), face("happy", where=Box(0, 0, 50, 50)), seed=1)
    with open_store(gallery.folder) as store, served(store) as web:
        [name] = web.names()
        assert name == os.fsdecode(b"caf\xe9.jpg")
        number = web.get("/api/tiles")["tiles"][0][0]
        assert web.get(f"/api/photos/{number}")["path"].endswith(name)


def test_a_random_library_is_told_as_searches_find_it(tmp_path: Path) -> None:
    store, _ = library(tmp_path, 60, seed=3)
    queries = ("", "emotion:happy", "album:Best", "path:italy or faces:3..", "is:missing", "-emotion:happy sort:path")
    with store, served(store) as web:
        for query in queries:
            with store.read() as connection:
                expected = matching_ids(connection, Query.parse(query), Settings())
            assert [tile[0] for tile in web.get("/api/tiles", query=query, limit=500)["tiles"]] == expected
            answer = web.get("/api/timeline", query=query)
            assert answer["total"] == len(expected) == sum(count for _, count, *_ in answer["days"])
            again = [tile[0] for tile in web.get("/api/tiles", query=query, limit=500)["tiles"]]
            assert again == expected
