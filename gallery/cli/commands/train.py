"""`gallery train`: learn the emotions from FER2013."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gallery.cli.asking import agreed
from gallery.cli.network_options import device_option
from gallery.cli.options import loudness_options, pass_state
from gallery.cli.output import print_paths
from gallery.cli.paths import UserPath
from gallery.cli.state import State
from gallery.cli.training_options import data_options
from gallery.cli.training_progress import TrainingProgress
from gallery.errors import UsageError

if TYPE_CHECKING:
    from gallery.training.faces import Dataset
    from gallery.training.folders import Classes
    from gallery.training.train import Trainer


@click.command()
@click.option(
    "--model", type=click.Choice(["custom", "resnet18"]), default="custom", show_default=True, help="Network to train."
)
@click.option(
    "--recipe",
    type=click.Choice(["baseline", "best"]),
    default="baseline",
    show_default=True,
    help="The published recipe, or ours.",
)
@data_options
@click.option(
    "--labels",
    type=click.Choice(["fer2013", "ferplus", "both"]),
    help="What to learn; FER+ needs fer2013new.csv beside the CSV file.",
)
@click.option("--balance", type=click.Choice(["none", "weights", "sampler"]), help="What to do about rare emotions.")
@click.option(
    "--pretrained", metavar="none|imagenet|FILE", help="Weights that resnet18 starts from: transfer learning."
)
@click.option("--teacher", metavar="FILE", help="A checkpoint whose answers are learnt as well: distillation.")
@click.option(
    "--download", is_flag=True, help="Get ImageNet's weights (45 MB) where they aren't here; else no network is asked."
)
@click.option(
    "--config", type=UserPath(exists=True, dir_okay=False, path_type=Path), help="TOML file of training settings."
)
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a number of the recipe; repeatable.")
@click.option(
    "--run",
    "folder",
    type=UserPath(file_okay=False, path_type=Path),
    help="Folder for the run: its state, checkpoints, figures and report; runs/MODEL by default.",
)
@click.option("--resume", is_flag=True, help="Go on with the run in that folder.")
@click.option("--force", is_flag=True, help="Begin anew where the folder holds a run already.")
@device_option
@click.option(
    "--devices",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    help="So many GPUs, or processes on the CPU.",
)
@loudness_options
@pass_state
def train(
    state: State,
    /,
    model: str,
    recipe: str,
    data: Path,
    classes: Classes,
    download: bool,
    config: Path | None,
    changes: tuple[str, ...],
    folder: Path | None,
    resume: bool,
    force: bool,
    device: str | None,
    devices: int,
    **flags: str | None,
) -> None:
    """Train a network on FER2013 and write a checkpoint.

    Epochs are saved: stop with Ctrl-C whenever you like, go on with --resume. The macro recall on PublicTest
    chooses the best epoch, PrivateTest is measured once at the end. `gallery model show MODEL` prints the settings of a
    shipped model.

    \b
    gallery train --data fer2013.csv
    gallery train --model resnet18 --recipe best --data fer2013.csv
    gallery train --data fer2013.csv --set epochs=40 --set learning_rate=0.02
    """
    settings = state.settings(device=device)
    folder = folder or Path("runs") / model
    from gallery.training.engine import leads
    from gallery.training.recipes import config_for
    from gallery.training.train import Trainer, forget

    state.quiet = state.quiet or not leads()
    chosen = {name: value for name, value in flags.items() if value is not None}
    recipe_now = config_for(model, recipe, config, {**chosen, **_parse(changes)})
    _make_way(folder, resume=resume, force=force)
    if recipe_now.pretrained == "imagenet":
        _have_imagenet(state, download=download)
    splits, notes = _read(data, recipe_now.labels, classes, state)
    trainer = Trainer(recipe_now, splits, folder, device=settings.device, devices=devices)
    if resume:
        trainer.resume()
    elif force and trainer.leads:
        forget(folder)
    _follow(trainer, state)
    _finish(trainer, notes, state)


def _have_imagenet(state: State, *, download: bool) -> None:
    """Has the weights here that the published recipe begins with: asked for, and never got from a network unasked."""
    from gallery.training.pretrained import download_imagenet, has_imagenet

    if has_imagenet():
        return
    if not download and sys.stdin.isatty():
        download = agreed("ImageNet's weights are not here. Download them from pytorch.org (45 MB)?")
    if download:
        state.hint("Downloading ImageNet's weights…")
        download_imagenet()


def _make_way(folder: Path, *, resume: bool, force: bool) -> None:
    from gallery.training.train import STATE

    if (folder / STATE).exists() and not resume and not force:
        raise UsageError(
            f"{folder} holds a run already: go on with --resume, name another folder with --run, or begin anew"
            " with --force"
        )


def _read(data: Path, labels: str, classes: Classes, state: State) -> tuple[Dataset, Sequence[str]]:
    """The faces by split, and what is to be said of them."""
    from gallery.training.data import duplicates, load_dataset

    state.hint("Reading the faces…")
    splits = load_dataset(data, labels=labels, classes=classes)
    notes = duplicates(splits)
    for note in notes:
        state.note(note)
    return splits, notes


def _parse(changes: Iterable[str]) -> dict[str, str]:
    pairs = [change.partition("=") for change in changes]
    for key, equals, value in pairs:
        if not (key and equals and value):
            raise UsageError(f"--set {key}{equals}{value}: write KEY=VALUE, for instance --set epochs=10")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _follow(trainer: Trainer, state: State) -> None:
    faces = len(trainer.learner.lessons.targets)
    epochs = trainer.config.epochs
    with (
        TrainingProgress(epochs=epochs, done=trainer.done, faces=faces, quiet=state.quiet) as progress,
        closing(trainer.run(on_batch=progress.advance)) as results,  # which saves what is done where Ctrl-C ends it
    ):
        for result in results:
            state.note(
                f"epoch {result.epoch}: loss {result.loss:.3f}, accuracy {result.train_accuracy:.1%} in training, "
                f"{result.accuracy:.1%} on PublicTest, macro recall {result.macro_recall:.1%} "
                f"(best {result.best:.1%}), {result.seconds:.0f} s"
            )
    if trainer.done < epochs:
        state.note(f"stopped early: no better for {trainer.config.patience} epochs")


def _finish(trainer: Trainer, notes: Sequence[str], state: State) -> None:
    from gallery.training.evidence import write_evidence

    finished = trainer.finish(trainer.config.model)
    if not trainer.leads:
        return
    report = write_evidence(trainer.folder, trainer.config, trainer.journal.history(), finished.answers, notes)
    for each in finished.answers:
        figures = each.evaluation
        state.note(f"{figures.split}: macro recall {figures.macro_recall:.2%}, accuracy {figures.accuracy:.2%}")
    state.note(f"report: {report}")
    print_paths([str(finished.path)])
