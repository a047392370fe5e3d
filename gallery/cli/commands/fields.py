"""`gallery fields`: the search language on one page."""

from __future__ import annotations

from collections.abc import Sequence

import click

from gallery.cli.options import loudness_options
from gallery.cli.output import console, plain_table, print_json, to_terminal
from gallery.query.explained import language_examples


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
    rows = list(language_examples())
    if as_json:
        print_json([{"example": example, "meaning": meaning} for example, meaning in rows])
    elif to_terminal():
        _draw(rows)
    else:
        for example, meaning in rows:
            click.echo(f"{example}\t{meaning}")


def _draw(rows: Sequence[tuple[str, str]]) -> None:
    table = plain_table("write", "to find photos of which this holds")
    table.columns[0].no_wrap = True
    for row in rows:
        table.add_row(*row)
    console().print(table)
