"""The search language: what is understood, and where it says that something isn't."""

from __future__ import annotations

import os
import re
import string
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.errors import QueryError, UsageError
from gallery.query import terms
from gallery.query.fields import FIELDS, SCORE, WORD
from gallery.query.grammar import parse
from gallery.query.parser import DEEPEST, MOST_TERMS
from gallery.query.query import Query
from gallery.query.times import span
from gallery.query.tokens import LONGEST
from tests.support.documented import documented

TABLE = documented(parse)


@pytest.mark.parametrize(("text", "result"), TABLE)
def test_queries_are_read_as_the_table_says(text: str, result: str) -> None:
    expected = re.fullmatch(r"at (\d+): (.*)", result)
    if expected is None:
        assert str(parse(text)) == ("" if result == "everything" else result)
        return
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert (caught.value.position, caught.value.text) == (int(expected[1]), text)
    assert caught.value.reason.startswith(expected[2])


def test_the_table_is_long_and_speaks_of_every_field() -> None:
    assert len(TABLE) >= 120
    for field in FIELDS:
        assert any(text.startswith(f"{field}:") for text, _ in TABLE)
        assert any(text.startswith(f"{field}:") and result.startswith("at ") for text, result in TABLE)


@pytest.mark.parametrize("text", [text for text, result in TABLE if not result.startswith("at ")])
def test_text_of_what_was_understood_means_the_same_again(text: str) -> None:
    understood = parse(text)
    assert parse(str(understood)) == understood


@pytest.mark.parametrize("field", [*FIELDS.values(), SCORE, WORD])
def test_examples_are_queries(field: object) -> None:
    for example, _ in field.explained:  # type: ignore[attr-defined]
        assert parse(example) != parse("")


@pytest.mark.parametrize(("text", "result"), documented(span))
def test_days_are_counted_back_as_the_table_says(text: str, result: str) -> None:
    now = datetime(2024, 3, 31, 12)
    if result == "UsageError":
        with pytest.raises(UsageError, match=text):
            span(text, now)
    else:
        assert span(text, now) == tuple(datetime.fromisoformat(part) for part in result.split(" to "))


def test_terms_are_plain_values() -> None:
    query = Query.parse("emotion:happy,sad -faces:2.. (date:-3w.. or has:gps) sort:score limit:3")
    assert (query.sort, query.limit) == ("score", 3)
    assert query.where == terms.And(
        (
            terms.HasEmotion(("happy", "sad")),
            terms.Not(terms.Faces(2, None)),
            terms.Or((terms.Dated("date", "-3w", None), terms.Has("gps"))),
        )
    )


def test_places_are_worked_out_when_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.chdir("/")
    assert str(parse("path:~/beach ./2023 ..")) == "path:/home/someone/beach path:/2023 path:/"
    # Whether it exists doesn't matter: a query that is kept means the same from every folder.
    assert str(parse("path:usr")) == "path:usr"


def test_flags_and_words_hold_together() -> None:
    query = Query.of(emotions=["happy"], faces="2..", where="-emotion:sad beach")
    assert str(query.where) == "emotion:happy faces:2.. not emotion:sad path:beach"
    for flags, words in (({"sort": "path"}, "sort:score"), ({"limit": 3}, "limit:4")):
        with pytest.raises(UsageError, match="exclude each other"):
            Query.of(**flags, where=words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("x" * (LONGEST + 1), LONGEST),
        ("a " * (MOST_TERMS + 1), 2 * MOST_TERMS),
        ("(" * LONGEST, DEEPEST),
        ("-(" * (LONGEST // 2), 2 * DEEPEST + 1),
        ("beach \ud83d", 6),
        ("not " * 100, 4 * 99),
    ],
    ids=["long", "many", "deep", "deeply negated", "half a character", "not not not"],
)
def test_what_grows_without_end_is_refused_at_its_place(text: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position


def test_a_long_query_is_read() -> None:
    assert str(parse("-" * 5001 + "a")) == "not path:a"
    assert len(list(terms.leaves(parse("a " * MOST_TERMS).where))) == MOST_TERMS


def test_bytes_of_names_that_are_no_utf8_survive() -> None:
    name = os.fsdecode(b"caf\xe9")
    assert parse(f"path:{name}").where == terms.Path(name)
    assert parse(str(parse(name))).where == terms.Path(name)


PIECES = [
    *(f"{name}:" for name in (*FIELDS, "happy", "hapy", "C")),
    *(
        "emotion:happy",
        "happy",
        "sad",
        "0.8..",
        "..",
        "2",
        "2023-06",
        "-3w",
        "none",
        "gps",
        "missing",
        "score",
        "~",
        "/x",
    ),
    *(
        "and",
        "or",
        "not",
        "-",
        "(",
        ")",
        '"',
        "\\",
        ",",
        ":",
        " ",
        " ",
        " ",
        "\t",
        "\x00",
        "\x1b",
        "é",
        "漢",
        "\udce9",
        "𝕏",
    ),
]


@pytest.mark.slow
@settings(max_examples=4000, derandomize=True, deadline=None, database=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(string.printable, max_size=3), max_size=14))
def test_any_text_is_understood_or_refused_at_a_place(pieces: list[str]) -> None:
    text = "".join(pieces)
    understood = refused = None
    try:
        understood = parse(text)
    except QueryError as error:
        refused = error
    if understood is not None:
        assert parse(str(understood)) == understood
    else:
        assert refused is not None
        assert 0 <= refused.position <= len(text)


@settings(max_examples=1000, derandomize=True, deadline=None, database=None)
@given(st.text(max_size=40))
def test_any_value_in_quotes_is_text(value: str) -> None:
    if value.strip() and all(not "\ud800" <= char <= "\udfff" for char in value):
        assert parse(f"album:{terms.quoted(value)}").where == terms.InAlbum(value)
        assert parse(f"camera:{terms.quoted(value)}").where == terms.Says("camera", value)
