"""`gallery evaluate`: how good a model is on FER2013."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gallery.cli.network_options import device_option
from gallery.cli.options import loudness_options, pass_state
from gallery.cli.output import console, print_json, to_terminal
from gallery.cli.paths import UserPath
from gallery.cli.state import State
from gallery.cli.training_options import data_option
from gallery.vision.checkpoints import find_model

if TYPE_CHECKING:
    from gallery.training.evaluate import Answers, Evaluation


@click.command()
@click.argument("model", metavar="MODEL")
@data_option
@click.option(
    "--split",
    type=click.Choice(["Training", "PublicTest", "PrivateTest"]),
    default="PublicTest",
    show_default=True,
    help="Which part of the data.",
)
@click.option(
    "--labels",
    type=click.Choice(["fer2013", "ferplus"]),
    default="fer2013",
    show_default=True,
    help="ferplus: faces on which six voters of ten agree; needs fer2013new.csv beside the CSV file.",
)
@click.option("--tta", is_flag=True, help="Average over ten views of each face: shifted and mirrored.")
@click.option(
    "--plots",
    type=UserPath(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Draw confusion, reliability and the hardest faces there, as PNG.",
)
@device_option
@click.option("--json", "as_json", is_flag=True, help="Print one object with all figures.")
@loudness_options
@pass_state
def evaluate(
    state: State,
    /,
    model: str,
    data: Path,
    split: str,
    labels: str,
    tta: bool,
    plots: Path | None,
    device: str | None,
    as_json: bool,
) -> None:
    """Measure a model, shipped or a file, on labelled faces."""
    path, settings = find_model(model), state.settings(device=device)
    state.hint("Reading the faces…")
    from gallery.training.evaluate import evaluate as measure

    answers = measure(path, data, split=split, device=settings.device, labels=labels, tta=tta)
    if plots is not None:
        _draw(answers, plots, state)
    if as_json:
        print_json(answers.evaluation.as_json())
    else:
        _print(answers.evaluation)


def _draw(answers: Answers, folder: Path, state: State) -> None:
    from gallery.training.plots import draw_evaluation

    for path in draw_evaluation(answers.evaluation, answers.faces, answers.probabilities, folder):
        state.note(f"drawn: {path}")


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
