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
from gallery.cli.training_options import data_options
from gallery.vision.checkpoints import find_model

if TYPE_CHECKING:
    from gallery.training.evaluate import Answers, Evaluation
    from gallery.training.folders import Classes


@click.command()
@click.argument("model", metavar="MODEL")
@data_options
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
    help="By Kaggle's labels, or by the votes of FER+: those faces on which six voters of ten agree. Both by default,"
    " where fer2013new.csv lies beside the CSV file.",
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
    classes: Classes,
    split: str,
    labels: str | None,
    tta: bool,
    plots: Path | None,
    device: str | None,
    as_json: bool,
) -> None:
    """Measure a model, shipped or a file, on labelled faces."""
    path, settings = find_model(model), state.settings(device=device)
    state.hint("Reading the faces…")
    from gallery.training.data import has_votes
    from gallery.training.evaluate import evaluate_by

    asked = (labels,) if labels else ("fer2013", "ferplus") if has_votes(data) else ("fer2013",)
    told = evaluate_by(path, data, asked, split=split, device=settings.device, tta=tta, classes=classes)
    first, votes = told[asked[0]], told["ferplus"].evaluation if len(asked) > 1 else None
    if plots is not None:
        _draw(first, plots, state)
    if as_json:
        print_json({**first.evaluation.as_json(), "votes": votes.as_json() if votes else None})
        return
    _print(first.evaluation)
    if votes:
        click.echo()
        _print(votes, "on which six of FER+'s ten voters agree")


def _draw(answers: Answers, folder: Path, state: State) -> None:
    from gallery.training.plots import draw_evaluation

    for path in draw_evaluation(answers.evaluation, answers.faces, answers.probabilities, folder):
        state.note(f"drawn: {path}")


def _print(figures: Evaluation, which: str = "") -> None:
    """The overall figures, a line per emotion, and which emotions are taken for which."""
    recall = ", ".join(f"{label} {each['recall']:.2f}" for label, each in figures.per_class.items())
    click.echo(f"{figures.split}: {figures.count} faces {which}".rstrip())
    click.echo(f"macro recall {figures.macro_recall:.4f} ({recall})")
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
