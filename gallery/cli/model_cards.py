"""What models say of themselves, in tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gallery.cli.output import console, plain_table, printable
from gallery.vision.checkpoints import ModelCard

_MEASURES: Final = {"accuracy": "accuracy", "macro_f1": "macro F1", "ece": "ECE"}
"""Of the metrics that `gallery train` notes of each part of its data, with their titles."""


def draw_models(cards: Sequence[ModelCard], used: Path | None) -> None:
    """A table with a row for each part of the data on which a model was measured; a star marks the one in use."""
    table = plain_table("name", "", "network", "size", "measured on")
    for title in _MEASURES.values():
        table.add_column(title, justify="right")
    for card in cards:
        star = "*" if card.path == used else ""
        about = [printable(card.name), star, printable(card.architecture), f"{card.size_bytes / 1e6:.1f} MB"]
        for split, measured in _tables(card.metrics).items() or [("", {})]:
            figures = [printable(_plain(measured[key])) if key in measured else "" for key in _MEASURES]
            table.add_row(*about, printable(split), *figures)
            about = [""] * len(about)
    console().print(table)


def card_lines(card: Mapping[str, Any]) -> Iterator[str]:
    """A line for each thing that the card says; what it says in many words is a table below its name."""
    for name, value in card.items():
        if isinstance(value, dict) and value:
            yield f"{name}:"
            yield from (f"  {line}" for line in _table_lines(value))
        else:
            yield f"{name + ':':<15}{_plain(value)}"


def _table_lines(values: Mapping[str, Any]) -> Iterator[str]:
    """Rows with a title of their own where all values are tables, else a row for each value."""
    tables = _tables(values)
    if len(tables) < len(values):
        yield from _aligned([[key, _plain(value)] for key, value in values.items()])
        return
    titles = list(dict.fromkeys(title for table in tables.values() for title in table))
    rows = [[key, *(_plain(table.get(title, "")) for title in titles)] for key, table in tables.items()]
    yield from _aligned([["", *titles], *rows])


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _tables(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {key: value for key, value in values.items() if isinstance(value, dict)}


def _plain(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items()) or "-"
        case list():
            return " ".join(_plain(inner) for inner in value) or "-"
        case float():
            return f"{value:.4g}"
        case str():
            return value
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
    return json.dumps(value)
