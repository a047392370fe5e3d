"""Saved queries: kept under a name, found by it, part of others, and taken back by undo."""

from __future__ import annotations

import pytest

from gallery.curation.albums import create_album
from gallery.curation.history import undo
from gallery.curation.saved_queries import delete_query, list_queries, read_query, rename_query, save_query
from gallery.errors import UsageError
from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.make import added, face, write
from tests.support.plain_library import save

A, B, C = (f"/p/{name}.jpg" for name in "abc")


@pytest.fixture
def store(store: Store) -> Store:
    """`a` is happy, `b` is happy and sad, `c` has no face; the last is the newest."""
    write(
        store,
        added(A, face("happy"), taken_at="2021-01-01"),
        added(B, face("happy", 0.8), face("sad"), taken_at="2022-01-01"),
        added(C, taken_at="2023-01-01"),
    )
    return store


def found(store: Store, text: str) -> list[str]:
    return store.search_paths(Query.parse(text))


def texts(store: Store) -> dict[str, str]:
    return {query.name: query.text for query in list_queries(store)}


def test_a_saved_query_is_part_of_others_whatever_its_case(store: Store) -> None:
    save_query(store, "Smiles", Query.parse("emotion:happy"))
    assert found(store, "query:SMILES") == [B, A]
    assert found(store, "query:smiles -emotion:sad") == [A]
    assert found(store, "-query:smiles") == [C]


def test_flags_are_kept_in_words(store: Store) -> None:
    kept = save_query(store, "flags", Query.of(emotions=["happy"], not_emotions=["sad"], faces="1..", since="2021"))
    assert kept.text == "emotion:happy not emotion:sad faces:1.. date:2021-01-01.."
    assert found(store, "query:flags") == [A]


def test_alternatives_stay_together(store: Store) -> None:
    save_query(store, "either", Query.parse("emotion:sad or faces:0"))
    assert found(store, "query:either date:2022") == [B]


def test_limit_of_a_saved_query_chooses_by_its_own_order(store: Store) -> None:
    save_query(store, "best", Query.parse("emotion:happy sort:score limit:1"))
    assert found(store, "query:best") == [A]
    assert found(store, "-query:best") == [C, B]
    assert found(store, "query:best or faces:0") == [C, A]
    assert store.count(Query.parse("query:best")) == 1


def test_missing_photos_come_with_a_query_that_speaks_of_them(store: Store) -> None:
    save_query(store, "gone", Query.parse("is:missing"))
    store.mark_missing([A])
    assert found(store, "emotion:happy") == [B]
    assert found(store, "is:missing") == found(store, "query:gone") == [A]
    assert found(store, "emotion:happy or is:missing") == [B, A]
    assert found(store, "not is:missing") == [C, B]


def test_name_that_is_taken_is_kept_unless_told_otherwise(store: Store) -> None:
    save_query(store, "one", Query.parse("beach"))
    with pytest.raises(UsageError, match="query 'one': exists already; --replace"):
        save_query(store, "ONE", Query.parse("sea"))
    assert texts(store) == {"one": "path:beach"}
    save_query(store, "ONE", Query.parse("sea"), replace=True)
    assert texts(store) == {"ONE": "path:sea"}
    undo(store)
    assert texts(store) == {"one": "path:beach"}
    undo(store)
    assert texts(store) == {}


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 201])
def test_unusable_names_are_refused(store: Store, name: str) -> None:
    with pytest.raises(UsageError, match=r"query .*: a name has"):
        save_query(store, name, Query.parse("beach"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("query:other", "query 'other': doesn't exist; `gallery query list` names those that do"),
        ("album:other", "album 'other': doesn't exist; `gallery album list` names those that do"),
        (
            "beach or not query:Mine",
            "query 'Mine' leads back to itself: query 'Mine' -> query 'Mine'; change one of them",
        ),
    ],
)
def test_query_without_an_answer_is_not_kept(store: Store, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        save_query(store, "mine", Query.parse(text))
    assert str(caught.value).replace("'mine'", "'Mine'") == message
    assert list_queries(store) == []


def test_circle_through_albums_is_named(store: Store) -> None:
    save(store, "album", "A", "emotion:happy query:b")
    save(store, "query", "b", "faces:2.. or album:C")
    save(store, "album", "C", "album:a limit:3")
    with pytest.raises(UsageError) as caught:
        found(store, "beach album:c")
    way = "album 'c' -> album 'a' -> query 'b' -> album 'C'"
    assert str(caught.value) == f"album 'C' leads back to itself: {way}; change one of them"


def test_names_that_grow_beyond_all_bounds_end_in_an_error(store: Store) -> None:
    save(store, "query", "q0", "emotion:happy emotion:sad")
    for number in range(1, 9):
        save(store, "query", f"q{number}", " or ".join([f"query:q{number - 1}"] * 3))
    assert found(store, "query:q3") == [B]
    with pytest.raises(UsageError, match="the query and what it names have too many parts; allowed: 200"):
        found(store, "query:q8")


@pytest.mark.parametrize("text", ["query:{} limit:2 sort:score or emotion:happy", "not (faces:0 or not query:{})"])
def test_names_within_names_end_in_an_error_before_the_database_gives_up(store: Store, text: str) -> None:
    save(store, "query", "n0", "emotion:happy")
    for number in range(1, 30):
        save(store, "query", f"n{number}", text.format(f"n{number - 1}"))
    assert found(store, "query:n4") == [B, A]
    answers = []
    for number in range(5, 30):
        try:
            answers.append(found(store, f"query:n{number}"))
        except UsageError as error:
            assert "nested too deeply; allowed: 24" in str(error)  # noqa: PT017
    assert 0 < len(answers) < 25
    assert all(answer == [B, A] for answer in answers)


def test_kept_text_that_cannot_be_read_is_named(store: Store) -> None:
    save(store, "album", "Old", "colour:red")
    with pytest.raises(UsageError, match=r"album 'old' can't be read: unknown field 'colour'.*; in 'colour:red'"):
        found(store, "album:old")


def test_renamed_query_is_followed_by_those_who_ask_for_it(store: Store) -> None:
    save_query(store, "smiles", Query.parse("emotion:happy"))
    save_query(store, "recent", Query.parse("query:Smiles date:2022.. sort:oldest"))
    save(store, "album", "Happy", "query:smiles")
    assert rename_query(store, "SMILES", "big smiles").name == "big smiles"
    assert texts(store) == {"big smiles": "emotion:happy", "recent": 'query:"big smiles" date:2022.. sort:oldest'}
    assert found(store, "album:happy") == [B, A]
    undo(store)
    assert texts(store)["recent"] == "query:Smiles date:2022.. sort:oldest"
    assert found(store, "album:happy") == [B, A]
    assert rename_query(store, "smiles", "SMILES").name == "SMILES"
    with pytest.raises(UsageError, match="query 'recent': exists already"):
        rename_query(store, "smiles", "Recent")


def test_deleted_query_is_named_by_those_who_asked_for_it(store: Store) -> None:
    save_query(store, "smiles", Query.parse("emotion:happy"))
    save(store, "album", "Happy", "query:smiles")
    assert delete_query(store, "Smiles") == ("smart album 'Happy'",)
    with pytest.raises(UsageError, match="query 'smiles': doesn't exist"):
        found(store, "album:happy")
    undo(store)
    assert found(store, "album:happy") == [B, A]
    for act in (
        lambda: read_query(store, "none"),
        lambda: delete_query(store, "none"),
        lambda: rename_query(store, "none", "x"),
    ):
        with pytest.raises(UsageError, match="query 'none': doesn't exist"):
            act()


def test_manual_and_smart_albums_are_asked_for_alike(store: Store) -> None:
    create_album(store, "By hand", Query.of(path=C))
    save(store, "album", "Smart", "emotion:sad")
    assert found(store, 'album:"by hand"') == [C]
    assert found(store, "album:smart") == store.search_paths(Query.of(album="Smart")) == [B]
    assert found(store, 'album:smart or album:"By Hand"') == [C, B]
