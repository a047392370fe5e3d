"""`gallery evaluate`: how good a model is on FER2013."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gallery.checkpoints import find_model
from gallery.cli.output import console, print_json, to_terminal
from gallery.cli.state import State, loudness_options, pass_state
from gallery.settings import DEVICES

if TYPE_CHECKING:
    from gallery.training.evaluate import Evaluation


@click.command()
@click.argument("model", metavar="MODEL")
@click.option(
    "--data", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Kaggle's fer2013.csv."
)
@click.option(
    "--split",
    type=click.Choice(["Training", "PublicTest", "PrivateTest"]),
    default="PublicTest",
    show_default=True,
    help="Which part of the data.",
)
@click.option("--device", type=click.Choice(DEVICES), help="Where to compute; auto by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one object with all figures.")
@loudness_options
@pass_state
def evaluate(state: State, /, model: str, data: Path, split: str, device: str | None, as_json: bool) -> None:
    """Measure a model, shipped or a file, on labelled faces."""
    path, settings = find_model(model), state.settings(device=device)
    state.hint("Reading the faces…")
    from gallery.training.evaluate import evaluate as measure

    figures = measure(path, data, split=split, device=settings.device)
    if as_json:
        print_json(figures.as_json())
    else:
        _print(figures)


def _print(figures: Evaluation) -> None:
    """The overall figures, a line per emotion, and which emotions are taken for which."""
    click.echo(f"{figures.split}: {figures.count} faces")
    click.echo(f"accuracy {figures.accuracy:.4f}  macro F1 {figures.macro_f1:.4f}  ECE {figures.ece:.4f}")
    if not to_terminal():
        for label, each in figures.per_class.items():
            values = "\t".join(f"{name} {value:.4f}" for name, value in each.items() if name != "support")
            click.echo(f"{label}\t{values}\tsupport {each['support']}")
        return
    from rich.table import Table

    table = Table("read as →", *figures.per_class, "precision", "recall", "F1")
    for (label, each), row in zip(figures.per_class.items(), figures.confusion, strict=True):
        table.add_row(label, *map(str, row), *(f"{each[name]:.3f}" for name in ("precision", "recall", "f1")))
    console().print(table)
