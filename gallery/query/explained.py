"""The search language on one page: what to write, and what is found by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gallery.query.fields import FIELDS, SCORE, WORD

_RULES: Final = (
    ("emotion:happy faces:2..", "terms side by side: all of them hold"),
    ("album:Best or album:Trip", "one of them holds; a comma followed by a space says the same"),
    ("not emotion:sad", "it doesn't hold"),
    ("-emotion:sad", "the same; in a shell, put -- before the query"),
    ("(path:Italy or path:Spain) date:2024", "parentheses; in a shell, put the query in '...'"),
    ('path:"Summer (2023)"', r"in quotes, spaces and parentheses are text; \" is a quote"),
)
"""How terms are joined."""


def language_examples() -> Iterator[tuple[str, str]]:
    """Examples, and of which photos each holds: how terms are joined, then every field."""
    yield from _RULES
    yield from WORD.explained
    for name, field in FIELDS.items():
        yield from field.explained
        if name == "emotion":
            yield from SCORE.explained
