"""`gallery model`: the models that come with the program, and what a checkpoint says of itself."""

from __future__ import annotations

import json
from typing import Any

import click

from gallery.checkpoints import ModelCard, find_model, list_models, read_card
from gallery.cli.output import print_json, printable, to_terminal
from gallery.cli.state import loudness_options


@click.group()
def model() -> None:
    """List and describe the models."""


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
@loudness_options
def list_(as_json: bool) -> None:
    """List the models that come with the program."""
    cards = list_models()
    if as_json:
        print_json([card.as_json() for card in cards])
    elif to_terminal():
        _draw(cards)
    else:
        for card in cards:
            click.echo(printable(card.name))


@model.command()
@click.argument("name", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@loudness_options
def show(name: str, as_json: bool) -> None:
    """Show what a model says of itself: its training, its measured accuracy, its preprocessing.

    NAME is that of a shipped model or the path of a checkpoint; without one, the default model is shown.
    """
    card = read_card(find_model(name)).as_json()
    if as_json:
        print_json(card)
        return
    for key, value in card.items():
        click.echo(f"{key + ':':<15}{printable(_plain(value))}")


def _plain(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items()) or "-"
        case list():
            return " ".join(_plain(inner) for inner in value)
        case float():
            return f"{value:.4g}"
        case str():
            return value
    return json.dumps(value)


def _draw(cards: list[ModelCard]) -> None:
    from rich.table import Table

    from gallery.cli.output import console

    table = Table("name", "architecture", "size", "metrics", box=None, pad_edge=False)
    for card in cards:
        size = f"{card.size_bytes / 1e6:.1f} MB"
        table.add_row(printable(card.name), printable(card.architecture), size, printable(_plain(card.metrics)))
    console().print(table)
