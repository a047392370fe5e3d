"""Moods, bursts, duplicates, errors, this day; and the photos as `search --json` tells them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from gallery.emotions import EMOTIONS
from gallery.insight.mood_days import mood_days
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.similar.backfill import fill_looks
from gallery.store.store import Fail, Store
from tests.support.cli_gallery import Gallery, fill, taken
from tests.support.make import added, box, face, open_store, stamp, write
from tests.support.web import Web, served

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")


def test_photos_are_those_of_search(gallery: Gallery) -> None:
    fill(gallery)
    with open_store(gallery.folder) as store, served(store) as web:
        for query in ("", "emotion:happy", "path:beach", "sort:oldest limit:2"):
            answer = web.get("/api/photos", query=query)
            photos = [{name: value for name, value in photo.items() if name != "id"} for photo in answer["photos"]]
            assert photos == [photo.as_json() for photo in store.search(Query.parse(query))]
        assert len(web.get("/api/photos", offset=1, limit=1)["photos"]) == 1
        assert web.get("/api/photos", offset=9)["photos"] == []


@pytest.fixture
def moods(store: Store) -> Iterator[Web]:
    """30 happy faces and 10 sad ones in June, a sad one in August, an unsure one in September."""
    june = [face("happy", where=box(100 * n)) for n in range(30)] + [
        face("sad", where=box(100 * n, 500)) for n in range(10)
    ]
    write(
        store,
        added("/photos/june.jpg", *june, taken_at="2023-06-14T12:00:00"),
        added("/photos/august.jpg", face("sad"), taken_at="2023-08-01T12:00:00"),
        added("/photos/september.jpg", face("sad", 0.3), taken_at="2023-09-01T12:00:00"),
        added("/photos/nobody.jpg", taken_at="2023-10-01T12:00:00"),
        added("/photos/undated.jpg", face("happy"), taken_at=None),
    )
    with served(store) as made:
        yield made


def test_a_day_is_what_most_of_its_faces_show(moods: Web) -> None:
    assert moods.get("/api/calendar")["days"] == [
        ["2023-06-14", HAPPY, 40],
        ["2023-08-01", SAD, 1],
        ["2023-09-01", None, 1],
    ]
    assert moods.get("/api/calendar", query="emotion:sad date:2023-08..")["days"] == [["2023-08-01", SAD, 1]]


@pytest.mark.parametrize(
    "query", ["", "emotion:sad", "date:2023-08..", "-faces:1", "sort:oldest", "sort:faces", "limit:1", "sad:0.2.."]
)
def test_days_are_counted_as_by_the_command_line(moods: Web, query: str) -> None:
    with moods.site.reading() as connection:
        found = mood_days(connection, Query.parse(query), Settings())
    assert len(found) > 0
    days = [[day.key, None if day.foremost is None else EMOTIONS.index(day.foremost), day.faces] for day in found]
    assert moods.get("/api/calendar", query=query)["days"] == days


def test_a_month_has_shares_of_its_own_or_with_its_neighbours(moods: Web) -> None:
    june, august, september = moods.get("/api/moods")["groups"]
    assert (june["key"], june["faces"], june["pooled"]) == ("2023-06", 40, 1)
    assert (june["shares"][HAPPY], june["shares"][SAD]) == (0.75, 0.25)
    # One happy and eleven sad with June and September.
    assert (august["pooled"], august["shares"][SAD]) == (3, round(11 / 42, 4))
    assert september["pooled"] == 3
    assert moods.get("/api/moods", by="year")["groups"][0]["counts"][HAPPY] == 30
    assert moods.get("/api/moods", query="date:2023-08..")["groups"][0]["shares"] is None
    assert moods.error("/api/moods", by="day")[0] == 400


def test_the_best_of_a_burst_is_told_with_its_reason(gallery: Gallery) -> None:
    for second, score in enumerate((0.6, 0.9, 0.7)):
        gallery.add(
            f"{second}.jpg",
            face("happy", score, where=box(50 + second)),
            seed=1,
            quality=90 - second,
            capture=taken(f"2023-06-01T12:00:0{second}"),
        )
    gallery.add("alone.jpg", face("sad"), seed=2, capture=taken("2022-01-01T00:00:00"))
    with open_store(gallery.folder) as store:
        list(fill_looks(store))
        with served(store) as web:
            answer = web.get("/api/bursts")
            assert answer["total"] == 1
            shots = answer["bursts"][0]["photos"]
            assert [shot["best"] for shot in shots] == [False, True, False]
            assert shots[1]["reason"].startswith("looks happy, happier than in the others")
            assert (shots[0]["width"], shots[0]["height"], shots[0]["word"]) == (320, 240, None)
            assert shots[0]["box"] == [50, 20, 90, 60]

            web.post("/api/picks", {"photos": [shots[0]["id"]], "word": "pick"})
            web.site.forget("shots", *(str(shot["id"]) for shot in shots))
            shots = web.get("/api/bursts")["bursts"][0]["photos"]
            assert [shot["best"] for shot in shots] == [True, False, False]
            assert shots[0]["reason"].startswith("picked by you")
            assert web.get("/api/bursts", query="path:alone")["total"] == 0
            assert web.get("/api/bursts", offset=1)["bursts"] == []


def test_shots_of_a_burst_are_zoomed_to_the_same_face(gallery: Gallery) -> None:
    """The largest of the best shot: in the others it is that of the same person, were another one larger there."""
    ana, ben = box(50, 60, 60), box(200, 60, 50)
    for second, (happy, her, him) in enumerate(
        [(0.3, ana, box(196, 56, 80)), (0.9, ana, ben), (0.4, box(56, 64), ben)]
    ):
        gallery.add(
            f"{second}.jpg",
            face("happy", happy, where=her),
            face("happy", happy, where=him),
            seed=1,
            quality=90 - second,
            capture=taken(f"2023-06-01T12:00:0{second}"),
        )
    with open_store(gallery.folder) as store:
        list(fill_looks(store))
        with served(store) as web:
            shots = web.get("/api/bursts")["bursts"][0]["photos"]
    assert [shot["best"] for shot in shots] == [False, True, False]
    assert [shot["box"] for shot in shots] == [[50, 60, 110, 120], [50, 60, 110, 120], [56, 64, 96, 104]]


def test_what_is_there_twice_is_listed(gallery: Gallery) -> None:
    first, second = gallery.add("a.jpg", seed=1), gallery.add("b.jpg", seed=1)
    gallery.add("c.jpg", seed=2)
    with open_store(gallery.folder) as store, served(store) as web:
        answer = web.get("/api/duplicates")
    assert answer["total"] == 1
    [group] = answer["groups"]
    assert (group["kind"], group["photos"][0]["paths"]) == ("same", [first, second])
    assert isinstance(group["photos"][0]["id"], int)


def test_what_couldnt_be_read_is_listed_with_the_reason(store: Store) -> None:
    write(store, added("/photos/a.jpg"))
    write(
        store,
        Fail(stamp("/photos/a.jpg", 5), "damaged", transient=False),
        Fail(stamp("/photos/b.jpg"), "gone", transient=True),
    )
    with served(store) as web:
        answer = web.get("/api/errors")
        [tile] = web.get("/api/tiles")["tiles"]
    assert [(one["name"], one["reason"]) for one in answer["errors"]] == [("a.jpg", "damaged"), ("b.jpg", "gone")]
    assert [one["photo"] for one in answer["errors"]] == [tile[0], None]
    assert tile[8] == 4


def test_this_day_in_other_years(store: Store) -> None:
    write(
        store,
        added("/photos/a.jpg", taken_at="2024-02-29T10:00:00"),
        added("/photos/b.jpg", taken_at="2020-02-29T10:00:00"),
        added("/photos/c.jpg", taken_at="2023-02-28T10:00:00"),
        added("/photos/d.jpg", taken_at="2028-02-29T10:00:00"),
    )
    with served(store) as web:
        answer = web.get("/api/on-this-day", date="2028-02-29")
        assert [year["year"] for year in answer["years"]] == [2024, 2020]
        assert web.names(answer["years"][0]["query"]) == ["a.jpg"]
        assert web.get("/api/on-this-day", date="1900-01-01")["years"] == []
        assert web.error("/api/on-this-day", date="tomorrow")[0] == 400
        assert web.get("/api/on-this-day")["date"] == datetime.now().date().isoformat()


def test_the_gallery_is_told_as_a_whole(gallery: Gallery) -> None:
    fill(gallery)
    with open_store(gallery.folder) as store, served(store) as web:
        state = web.get("/api/state")
        assert (state["photos"], state["faces"], state["read_only"]) == (3, 4, False)
        assert [one["name"] for one in state["emotions"]] == list(EMOTIONS)
        store.mark_missing([photo.path for photo in store.search(Query.parse("path:beach"))])
        assert web.get("/api/state")["photos"] == 2


def test_an_empty_gallery_has_an_answer_to_everything(store: Store) -> None:
    with served(store) as web:
        nothing = {"version": web.site.versions.current(), "total": 0, "days": [], "album": None}
        assert web.get("/api/timeline") == nothing
        assert web.get("/api/tiles")["tiles"] == []
        for path in ("state", "facets", "review", "albums", "moods", "calendar", "bursts", "duplicates", "errors"):
            web.get(f"/api/{path}")
        assert web.get("/api/on-this-day")["years"] == []
