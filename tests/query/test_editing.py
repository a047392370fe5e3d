"""A query is edited term by term, and what comes out means what it should."""

from __future__ import annotations

import pytest

from gallery.errors import QueryError
from gallery.query import terms
from gallery.query.editing import holding, pieces, with_term, without
from gallery.query.grammar import parse

PIECES = {
    "": [],
    "emotion:happy": [("emotion:happy", "emotion")],
    " beach  Emotion:happy ": [("beach", "path"), ("Emotion:happy", "emotion")],
    '-path:"a (b)" not faces:2 sort:oldest': [
        ('-path:"a (b)"', "path"),
        ("not faces:2", "faces"),
        ("sort:oldest", "sort"),
    ],
    "a and (b or c) -(d e)": [("a", "path"), ("(b or c)", "group"), ("-(d e)", "group")],
    "((a)) happy:0.8..": [("((a))", "group"), ("happy:0.8..", "happy")],
    "a or b limit:3": [("a or b limit:3", "group")],
    "a, b": [("a, b", "group")],
    "not not a": [("not not a", "path")],
}


@pytest.mark.parametrize("text", PIECES)
def test_a_query_falls_into_terms_side_by_side(text: str) -> None:
    assert [(piece.text, piece.kind) for piece in pieces(text)] == PIECES[text]
    assert all(text[piece.start : piece.end] == piece.text for piece in pieces(text))


@pytest.mark.parametrize("text", ["emotion:hapy", "(a", "a or", '"'])
def test_what_is_no_query_has_no_pieces(text: str) -> None:
    with pytest.raises(QueryError):
        pieces(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a b c", ["b c", "a c", "a b"]),
        ("a and b and c", ["b and c", "a and c", "a and b"]),
        ("a and b", ["b", "a"]),
        ("(a or b) c", ["c", "(a or b)"]),
        ("Andalusia and b", ["b", "Andalusia"]),
    ],
)
def test_a_piece_can_be_taken_out(text: str, left: list[str]) -> None:
    assert [without(text, piece) for piece in pieces(text)] == left


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("", "faces:2"),
        ("  ", "faces:2"),
        ("a b", "a b faces:2"),
        ("a or b", "(a or b) faces:2"),
        ("(a or b)", "(a or b) faces:2"),
        ("a sort:oldest or b limit:3", "(a or b) faces:2 sort:oldest limit:3"),
        ("-a", "-a faces:2"),
    ],
)
def test_a_term_can_be_added_that_must_hold_besides(text: str, joined: str) -> None:
    assert with_term(text, "faces:2") == joined
    both = [term for term in (parse(text).where, parse("faces:2").where) if term is not None]
    assert parse(joined).where == terms.joined(terms.And, both)
    assert parse(joined).sort == parse(text).sort


def test_the_piece_that_says_something_is_found_however_it_is_written() -> None:
    happy = terms.HasEmotion(("happy",))
    found = holding("a EMOTION:joy", happy)
    assert found is not None
    assert found.text == "EMOTION:joy"
    assert holding("a -emotion:happy", happy) is None
    assert holding("(", happy) is None
