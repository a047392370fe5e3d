"""Flags and terms become the text that is kept, and the text means the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gallery.curation.kept_queries import text_of
from gallery.errors import UsageError
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.make import added, face, open_store

TEXTS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"where": "emotion:joy  and  (beach or date:-3w..)"}, "emotion:happy (path:beach or date:-3w..)"),
    ({"where": "happy:0.8.. or -sad:..0.3"}, "happy:0.8.. or not sad:..0.3"),
    ({"emotions": ["happy", "sad"]}, "emotion:happy,sad"),
    ({"all_emotions": ["happy", "sad"]}, "emotion:happy emotion:sad"),
    ({"not_emotions": ["fear", "sad"]}, "not emotion:fear,sad"),
    ({"emotions": ["happy"], "min_score": 0.8}, "happy:0.8.."),
    ({"emotions": ["happy", "sad"], "min_score": 0.3, "faces": "1"}, "(happy:0.3.. or sad:0.3..) faces:1"),
    ({"all_emotions": ["happy", "sad"], "min_score": 0.8}, "happy:0.8.. sad:0.8.."),
    ({"not_emotions": ["sad"], "min_score": 0.8}, "not emotion:sad"),
    ({"not_emotions": ["sad"], "min_score": 0.3}, "not sad:0.3.."),
    ({"where": "-emotion:sad,fear", "min_score": 0.3}, "not (sad:0.3.. or fear:0.3..)"),
    (
        {"min_score": 0.9},
        "angry:0.9.. or disgust:0.9.. or fear:0.9.. or happy:0.9.. or sad:0.9.. or surprise:0.9.. or neutral:0.9..",
    ),
    (
        {"emotions": ["happy", "sad", "fear"], "min_scores": {"happy": 0.7, "sad": None}},
        "emotion:fear or happy:0.7.. or sad:1.0..",
    ),
    ({"faces": "2.."}, "faces:2.."),
    ({"since": "2023", "until": "2023-06"}, "date:2023-01-01..2023-06-30"),
    ({"since": "2023-06-01T12:30"}, "date:2023-06-01T12:30:00.."),
    ({"until": "2023-06-01T12:30"}, "date:..2023-06-01T12:30:59"),
    ({"since": "2023-06-01", "until": "2023-06-01"}, "date:2023-06-01"),
    ({"since": "2023", "until": "9999"}, "date:2023-01-01.."),
    ({"path": "/p/with space"}, 'path:"/p/with space"'),
    ({"path": "0/a"}, "path:0/a"),
    ({"missing": True}, "is:missing or not is:missing"),
    ({"emotions": ["happy"], "missing": True}, "emotion:happy (is:missing or not is:missing)"),
    ({"where": "is:missing or beach", "limit": 3}, "(is:missing or path:beach) limit:3"),
    ({"sort": "score", "limit": 2}, "sort:score limit:2"),
    ({"emotions": ["happy", "sad"], "min_score": 0.8, "sort": "score"}, "(happy:0.8.. or sad:0.8..) sort:score"),
    ({"where": "sort:path faces:1"}, "faces:1 sort:path"),
]


@pytest.mark.parametrize(("given", "text"), TEXTS)
def test_query_becomes_a_text_that_stays_as_it_is(given: dict[str, Any], text: str) -> None:
    settings = Settings(min_score=0.5)
    assert text_of(Query.of(**given), settings) == text
    assert text_of(Query.parse(text), settings) == text


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Every emotion with scores from 0.2 to 0.95, one or two faces, some photos missing, over three years."""
    emotions = ("happy", "sad", "fear", "angry")
    scores = (0.2, 0.31, 0.5, 0.75, 0.8, 0.95)
    changes = [
        added(
            f"/p/{number % 5}/{'with space/' if number % 4 else ''}{'a' if number % 3 else 'beach'}{number}.jpg",
            *(face(emotions[(number + n) % 4], scores[(number * 5 + n) % 6]) for n in range(number % 3)),
            taken_at=None if number % 11 == 0 else f"202{2 + number % 3}-0{1 + number % 9}-01T12:{number:02}:30",
        )
        for number in range(60)
    ]
    with open_store(tmp_path_factory.mktemp("library"), *changes) as store:
        store.mark_missing([change.file.path for change in changes[::7]])
        yield store


@pytest.mark.parametrize("given", [given for given, _ in TEXTS])
def test_text_finds_what_the_query_found_in_the_same_order(store: Store, given: dict[str, Any]) -> None:
    settings = Settings(min_score=0.5)
    query = Query.of(**given)
    found = [photo.path for photo in store.search(query, settings=settings)]
    kept = Query.parse(text_of(query, settings))
    assert [photo.path for photo in store.search(kept, settings=settings)] == found
    assert store.count(kept, settings=settings) == store.count(query, settings=settings)


@pytest.mark.parametrize("where", ["all:happy", "most:happy or faces:1"])
def test_least_score_that_no_text_can_say_is_refused(where: str) -> None:
    with pytest.raises(UsageError, match=r"a least score can't be kept together with (all|most):happy"):
        text_of(Query.of(where=where, min_score=0.8), Settings())


def test_path_that_no_text_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no UTF-8 can't be kept; name a folder above it"):
        text_of(Query.of(path=tmp_path / os.fsdecode(b"caf\xe9")), Settings())
