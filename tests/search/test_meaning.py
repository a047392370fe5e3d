"""Every kind of term means something: none is listed in the language and forgotten in the search."""

from __future__ import annotations

from gallery.db import schema
from gallery.query import fields, terms
from gallery.query.grammar import parse
from gallery.search import meaning
from gallery.search.meaning import MEANING

REPLACED = {terms.Dated, terms.Saved}
"""Before a search: see `gallery.search.expansion`."""


def test_every_term_has_a_meaning() -> None:
    named = [value for name, value in vars(terms).items() if not name.startswith("_") and name != "Leaf"]
    kinds = {value for value in named if isinstance(value, type) and issubclass(value, terms.Leaf)}
    assert kinds - REPLACED == set(MEANING) | {terms.Has, terms.Is}


def test_every_word_of_has_and_is_has_a_meaning() -> None:
    assert set(meaning.HAS) == set(fields.HAS)
    assert set(meaning.IS) == set(fields.IS)


def test_every_meaning_tells_whether_a_photo_is_one() -> None:
    every = [*MEANING.values(), *meaning.HAS.values(), *meaning.IS.values()]
    assert all((one.holds is None) != (one.listed is None) for one in every)


def test_what_is_stored_is_asked_for_by_the_name_of_its_column() -> None:
    examples = [example for field in fields.FIELDS.values() for example, _ in field.explained]
    asked = [leaf for example in examples for leaf, _ in terms.leaves(parse(example).where)]
    stored = {leaf.field for leaf in asked if isinstance(leaf, terms.Says | terms.Number)}
    assert stored == {"camera", "format", "width", "height"}
    assert stored <= set(schema.content.c.keys())
