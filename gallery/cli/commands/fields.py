"""`gallery fields`: the search language on one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import click

from gallery.cli.output import console, print_json, to_terminal
from gallery.cli.state import loudness_options
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


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects: example, meaning.")
@loudness_options
def fields(as_json: bool) -> None:
    """Explain the search language.

    A face counts when it is sure enough to be one (setting min_confidence), or you said what it shows, unless you
    rejected it. It is shown as its emotion from the setting min_score on, else as uncertain. Case matters in places
    alone, and nowhere how accents are encoded. Flags and words may be mixed.

    Of a photo with copies, a query that speaks of paths means the files for which it holds: the first of them is shown,
    listed and exported, and sidecars are written beside them alone.
    """
    rows = list(_rows())
    if as_json:
        print_json([{"example": example, "meaning": meaning} for example, meaning in rows])
    elif to_terminal():
        _draw(rows)
    else:
        for example, meaning in rows:
            click.echo(f"{example}\t{meaning}")


def _rows() -> Iterator[tuple[str, str]]:
    yield from _RULES
    yield from WORD.explained
    for name, field in FIELDS.items():
        yield from field.explained
        if name == "emotion":
            yield from SCORE.explained


def _draw(rows: Sequence[tuple[str, str]]) -> None:
    from rich.table import Table

    table = Table("write", "to find photos of which this holds", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for row in rows:
        table.add_row(*row)
    console().print(table)
