"""What helps to ask: facets, completion, chips."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gallery.curation.albums import create_album
from gallery.curation.saved_queries import save_query
from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.make import added, face, write
from tests.support.web import Web, served


@pytest.fixture
def web(store: Store) -> Iterator[Web]:
    write(
        store,
        added("/photos/x/a.jpg", face("happy"), face("sad"), taken_at="2022-05-01T10:00:00"),
        added("/photos/y/b.jpg", face("happy"), taken_at="2023-06-14T12:00:00"),
    )
    create_album(store, "Best of", ["/photos/x/a.jpg"])
    save_query(store, "smiles", Query.parse("emotion:happy"))
    with served(store) as made:
        yield made


def test_facets_narrow_and_lead_on(web: Web) -> None:
    answer = web.get("/api/facets", query="emotion:happy")
    groups = {group["name"]: group["items"] for group in answer["groups"]}
    assert answer["total"] == 2
    assert groups["emotion"] == [
        {"label": "happy", "query": "", "count": 2, "on": True},
        {"label": "sad", "query": "emotion:happy emotion:sad", "count": 1, "on": False},
    ]
    assert [(item["label"], item["count"]) for item in groups["years"]] == [("2023", 1), ("2022", 1)]
    assert groups["albums"][0]["query"] == 'emotion:happy album:"Best of"'
    for items in groups.values():
        for item in items:
            assert web.get("/api/timeline", query=item["query"])["total"] >= item["count"]


def test_facets_of_what_is_no_query_point_at_it(web: Web) -> None:
    found = web.client.get("/api/facets", params={"query": "emotion:hapy"})
    assert (found.status_code, found.json()["caret"]) == (400, 8)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("emotion:ha", ["emotion:happy"]),
        ("album:b", ['album:"Best of"']),
        ("query:", ["query:smiles"]),
        ("format:", ["format:jpeg"]),
        ("camera:", []),
    ],
)
def test_words_are_completed(web: Web, text: str, items: list[str]) -> None:
    found = web.get("/api/complete", text=text, caret=len(text))
    assert [item["text"] for item in found["items"]] == items
    assert (found["from"], found["to"]) == (0, len(text))


def test_places_count_as_browsers_do(web: Web) -> None:
    found = web.get("/api/complete", text="🏖 emo", caret=6)
    assert (found["from"], found["to"]) == (3, 6)
    [beach, chip] = web.get("/api/parse", query="🏖 emotion:happy")["chips"]
    assert (beach["from"], beach["to"], chip["from"], chip["to"]) == (0, 2, 3, 16)


def test_a_query_falls_into_chips(web: Web) -> None:
    found = web.get("/api/parse", query="beach -emotion:sad limit:3")
    assert found["ok"]
    assert [(chip["text"], chip["what"]) for chip in found["chips"]] == [
        ("beach", "path"),
        ("-emotion:sad", "emotion"),
        ("limit:3", "limit"),
    ]


def test_what_is_no_query_says_why_and_where(web: Web) -> None:
    found = web.get("/api/parse", query="emotion:hapy")
    assert (found["ok"], found["caret"], found["chips"]) == (False, 8, [])
    assert "did you mean 'happy'" in found["error"]
