"""The whole order of a result is that of a search, however it is read, and its days are those of its photos."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest
from sqlalchemy import Connection, select

from gallery.db import schema
from gallery.query.query import Query
from gallery.search import order
from gallery.search.matches import matching_ids
from gallery.search.order import whole_order
from gallery.settings import Settings
from tests.support.plain_library import library

QUERIES = (
    "",
    "sort:oldest",
    "sort:score",
    "sort:path limit:7",
    "emotion:happy",
    "emotion:happy or emotion:sad",
    "emotion:happy limit:5",
    "emotion:happy sort:faces",
    "-emotion:happy faces:1..",
    "album:Best or is:missing",
    "path:italy",
    "date:none",
    "emotion:disgust emotion:fear emotion:angry width:1",
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    store, _ = library(tmp_path_factory.mktemp("library"), 80, seed=11)
    with store, store.read() as connection:
        yield connection


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("text", QUERIES)
def test_it_is_the_order_of_the_search(
    asked: Connection, text: str, many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is read in small pieces, and where the sizes of all photos are read at once."""
    monkeypatch.setattr(order, "_AT_ONCE", 5)
    if many:
        monkeypatch.setattr(order, "_MANY", 0)
    query = Query.parse(text)
    found = whole_order(asked, query, Settings())
    expected = matching_ids(asked, query, Settings())
    assert found.numbers.tolist() == expected
    assert [(day.date, day.count) for day in found.days] == days_of(asked, query, expected)
    assert sum(day.aspects for day in found.days) == pytest.approx(
        aspects_of(asked, expected), abs=0.01 * len(expected)
    )
    assert [found.rank(number) for number in expected] == list(range(len(expected)))
    assert found.rank(10**9) is None


def rows_of(asked: Connection, numbers: list[int]) -> list[tuple[str | None, int, int]]:
    content = schema.content.c
    rows = {
        row[0]: row[1:] for row in asked.execute(select(content.id, content.taken_at, content.width, content.height))
    }
    return [(taken_at and taken_at.date().isoformat(), *size) for taken_at, *size in map(rows.__getitem__, numbers)]


def days_of(asked: Connection, query: Query, numbers: list[int]) -> list[tuple[str | None, int]]:
    if query.sort not in (None, "oldest", "newest"):
        return [(None, len(numbers))] if numbers else []
    return [(date, len(list(group))) for date, group in groupby(date for date, _, _ in rows_of(asked, numbers))]


def aspects_of(asked: Connection, numbers: list[int]) -> float:
    return sum(width / height for _, width, height in rows_of(asked, numbers))
