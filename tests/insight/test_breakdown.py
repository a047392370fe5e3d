"""Breakdowns by emotion, time, folder and camera, and `gallery stats`."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from gallery.emotions import EMOTIONS
from gallery.errors import StoreError
from gallery.insight.breakdown import BY, SHOWN, Breakdown, Group, breakdown
from gallery.query.query import Query
from gallery.records import Capture, NewPhoto
from gallery.settings import Settings
from gallery.store.store import AddPhoto, LinkPath, Store
from tests.support.cli_gallery import Gallery, fill, taken
from tests.support.make import DETECTOR, MODEL, added, digest, face, open_store, photo, stamp, write
from tests.support.terminal import run_in_terminal, unstyled

A, B, C, D = "/p/2023/a.jpg", "/p/2023/b.jpg", "/p/2024/c.jpg", "/p/d.jpg"


@pytest.fixture
def store(store: Store) -> Store:
    """A: happy and sad in June 2023; B: happy in June 2023, a copy in 2024; C: uncertain in August; D: nothing."""
    write(
        store,
        added(A, face("happy", 0.9), face("sad", 0.7), face("fear", 0.9, confidence=0.5), taken_at="2023-06-01"),
        added(B, face("happy", 0.6), taken_at="2023-06-30T23:59:59"),
        LinkPath(stamp("/p/2024/b.jpg"), digest(B)),
        added(C, face("angry", 0.4), taken_at="2024-08-15"),
        added(D, taken_at=None),
    )
    return store


def told(found: Breakdown) -> list[tuple[str | None, int, dict[str, int]]]:
    return [(group.key, group.photos, {e: n for e, n in group.emotions.items() if n}) for group in found.groups]


def test_by_emotion_counts_faces_and_photos(store: Store) -> None:
    found = breakdown(store, "emotion")
    assert (found.photos, found.faces) == (4, 4)
    assert [group.key for group in found.groups] == [*EMOTIONS, "uncertain"]
    counts = {group.key: (group.photos, group.faces) for group in found.groups if group.photos}
    assert counts == {"happy": (2, 2), "sad": (1, 1), "uncertain": (1, 1)}


def test_by_month_and_year_leave_out_those_without_photos(store: Store) -> None:
    june, august = {"happy": 2, "sad": 1}, {"uncertain": 1}
    assert told(breakdown(store, "month")) == [("2023-06", 2, june), ("2024-08", 1, august), (None, 1, {})]
    assert told(breakdown(store, "year")) == [("2023", 2, june), ("2024", 1, august), (None, 1, {})]


def test_by_folder_counts_a_copy_in_each_of_its_folders(store: Store) -> None:
    found = breakdown(store, "folder")
    assert told(found) == [
        ("/p", 1, {}),
        ("/p/2023", 2, {"happy": 2, "sad": 1}),
        ("/p/2024", 2, {"happy": 1, "uncertain": 1}),
    ]
    assert (found.photos, found.faces) == (4, 4)


def test_folder_whose_name_is_no_text_is_itself(tmp_path: Path) -> None:
    odd = os.fsdecode(b"/p/\xe9t\xe9")
    with open_store(tmp_path, added(f"{odd}/a.jpg")) as store:
        assert told(breakdown(store, "folder")) == [(odd, 1, {})]


def test_gone_photo_is_in_the_folder_it_was_in_and_only_where_asked_for(store: Store) -> None:
    store.mark_missing([A, B])
    assert [row[:2] for row in told(breakdown(store, "folder"))] == [("/p", 1), ("/p/2023", 1), ("/p/2024", 2)]
    assert [row[:2] for row in told(breakdown(store, "folder", Query()))] == [("/p", 1), ("/p/2024", 2)]


def test_photo_whose_place_was_taken_is_in_no_folder(store: Store) -> None:
    store.write([AddPhoto(stamp(D), photo("another"))], model=MODEL, detector=DETECTOR)
    assert [row[:2] for row in told(breakdown(store, "folder"))][-1] == (None, 1)


def test_by_camera_most_photos_first(tmp_path: Path) -> None:
    cameras = ["Nikon", "Canon", None, "Canon", None, None]
    changes = [
        AddPhoto(stamp(f"/p/{n}.jpg"), NewPhoto(digest(str(n)), 9, 9, "JPEG", Capture(camera=camera), ()))
        for n, camera in enumerate(cameras)
    ]
    with open_store(tmp_path, *changes) as store:
        assert told(breakdown(store, "camera")) == [("Canon", 2, {}), ("Nikon", 1, {}), (None, 3, {})]


@pytest.mark.parametrize("by", BY)
def test_query_and_settings_decide_what_counts(store: Store, by: str) -> None:
    found = breakdown(store, by, Query.of(emotions=("happy",), limit=1))
    assert (found.photos, found.faces) == (2, 3)
    assert sum(group.emotions.get("sad", 0) for group in found.groups) == 1
    everything = breakdown(store, by, None, Settings(min_score=0.95, min_confidence=0.4))
    assert everything.faces == 5
    assert {e for group in everything.groups for e, n in group.emotions.items() if n} == {"uncertain"}


@pytest.mark.parametrize("by", BY)
def test_nothing_is_in_no_group(tmp_path: Path, by: str) -> None:
    with open_store(tmp_path) as store:
        found = breakdown(store, by)
    assert (found.photos, found.faces) == (0, 0)
    assert sum(group.photos for group in found.groups) == 0


def test_shares_need_25_faces() -> None:
    def group(happy: int, sad: int) -> Group:
        return Group("2023", 9, {**dict.fromkeys(SHOWN, 0), "happy": happy, "sad": sad})

    assert group(20, 4).shares() is None
    shares = group(20, 5).shares()
    assert shares is not None
    assert (shares["happy"], shares["sad"], shares["fear"]) == (0.8, 0.2, 0.0)


def test_time_that_is_none_is_an_error_of_the_database(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "gallery.db") as connection:
        connection.execute("UPDATE content SET taken_at = 'last summer' WHERE taken_at IS NOT NULL")
    for look in (lambda: breakdown(store, "month"), lambda: breakdown(store, "year"), store.stats):
        with pytest.raises(StoreError, match="can't have been taken in the"):
            look()


def crowd(gallery: Gallery) -> None:
    """Twenty happy and five sad faces in January 2020, one face in April, a photo without faces or date."""
    faces = [face(where=None) for _ in range(20)] + [face("sad") for _ in range(5)]
    gallery.add("crowd.jpg", *faces, seed=1, capture=taken("2020-01-05"))
    gallery.add("one.jpg", face("fear"), seed=2, capture=taken("2020-04-01"))
    gallery.add("none.jpg", seed=3)


def test_terminal_gets_bars_sizes_and_gaps(gallery: Gallery) -> None:
    crowd(gallery)
    code, seen = run_in_terminal(gallery, "stats", "--by", "month", NO_COLOR="1")
    assert code == 0
    assert [line.rstrip() for line in unstyled(seen).splitlines()] == [
        "  photos    faces  month",
        f"       1       25  2020-01  {'█' * 30}  happy 80%, sad 20%",
        "                   … 2 months without photos",
        "       1        1  2020-04  too few faces",
        "       1        0  unknown  no faces",
        "       3       26  in all",
        "Shares are given from 25 faces on: of fewer, chance alone moves them by more than 20 points.",
    ]
    code, seen = run_in_terminal(gallery, "stats", "--by", "emotion", NO_COLOR="1")
    assert f"       1       20  happy       77% {'█' * 30}" in unstyled(seen).splitlines()


def test_pipe_gets_a_line_per_group(gallery: Gallery) -> None:
    crowd(gallery)
    done = gallery.run("stats", "--by", "year")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "2020\t2\t26\t0\t0\t1\t20\t5\t0\t0\t0\n\t1\t0\t0\t0\t0\t0\t0\t0\t0\t0\n"
    assert gallery.run("stats", "--by", "emotion").stdout.splitlines()[3:5] == ["happy\t1\t20", "sad\t1\t5"]


def test_json_gives_shares_where_there_are_enough_faces(gallery: Gallery) -> None:
    crowd(gallery)
    zeros = dict.fromkeys(SHOWN, 0)
    found = json.loads(gallery.run("stats", "--by", "month", "--since", "2020-01", "--json").stdout)
    assert found == {
        "by": "month",
        "photos": 2,
        "faces": 26,
        "min_faces_for_shares": 25,
        "groups": [
            {
                "month": "2020-01",
                "photos": 1,
                "faces": 25,
                "emotions": {**zeros, "happy": 20, "sad": 5},
                "shares": {**dict.fromkeys(SHOWN, 0.0), "happy": 0.8, "sad": 0.2},
            },
            {"month": "2020-04", "photos": 1, "faces": 1, "emotions": {**zeros, "fear": 1}, "shares": None},
        ],
    }
    emotions = json.loads(gallery.run("stats", "--by", "emotion", "--json", "--faces", "25").stdout)["groups"]
    assert emotions[3] == {"emotion": "happy", "photos": 1, "faces": 20, "share": 0.8}


def test_overview_of_the_photos_that_a_query_describes(gallery: Gallery) -> None:
    fill(gallery)
    found = json.loads(gallery.run("stats", "--emotion", "sad", "--json").stdout)
    assert (found["photos"], found["faces"], found["emotions"]["happy"]) == (1, 3, 1)
    assert found["years"] == [{"year": 2022, "photos": 1}]
