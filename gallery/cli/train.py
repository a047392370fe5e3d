"""`gallery train`: learn the emotions from FER2013."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gallery.cli.progress import Progress
from gallery.cli.state import State, loudness_options, pass_state
from gallery.errors import UsageError
from gallery.settings import DEVICES

if TYPE_CHECKING:
    from gallery.training.train import Trainer


@click.command()
@click.option("--model", type=click.Choice(["custom"]), default="custom", show_default=True, help="Network to train.")
@click.option(
    "--data", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Kaggle's fer2013.csv."
)
@click.option(
    "--run",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs/custom"),
    show_default=True,
    help="Folder for the state of the run and its checkpoints.",
)
@click.option("--resume", is_flag=True, help="Go on with the run in that folder.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a number of the recipe; repeatable.")
@click.option("--device", type=click.Choice(DEVICES), help="Where to compute; auto by default.")
@loudness_options
@pass_state
def train(
    state: State,
    /,
    model: str,
    data: Path,
    folder: Path,
    resume: bool,
    changes: tuple[str, ...],
    device: str | None,
) -> None:
    """Train a network on FER2013 and write a checkpoint.

    Every epoch is saved: stop with Ctrl-C whenever you like, go on with --resume. PublicTest chooses the best epoch,
    PrivateTest is measured once at the end. The recipe is printed by `gallery model show MODEL`.
    """
    settings = state.settings(device=device)
    from gallery.training.config import TrainConfig
    from gallery.training.data import load_fer2013
    from gallery.training.train import STATE, Trainer

    config = TrainConfig.of({"model": model, **_parse(changes)})
    if not resume and (folder / STATE).exists():
        raise UsageError(f"{folder} holds a run already: go on with --resume, or name another folder with --run")
    state.hint("Reading the faces…")
    trainer = Trainer(config, load_fer2013(data), folder, device=settings.device)
    if resume:
        trainer.resume()
    with Progress(unit="faces", quiet=state.quiet) as progress:
        progress.plan(len(trainer.data["Training"]) * (config.epochs - trainer.done))
        _follow(trainer, progress, state)
    click.echo(trainer.finish(config.model))


def _parse(changes: Iterable[str]) -> dict[str, str]:
    pairs = [change.partition("=") for change in changes]
    for key, equals, value in pairs:
        if not (key and equals and value):
            raise UsageError(f"--set {key}{equals}{value}: write KEY=VALUE, for instance --set epochs=10")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _follow(trainer: Trainer, progress: Progress, state: State) -> None:
    def on_batch(epoch: int, faces: int, loss: float) -> None:
        progress.advance(f"epoch {epoch}, loss {loss:.3f}", by=faces)

    for result in trainer.run(on_batch=on_batch):
        state.note(
            f"epoch {result.epoch}: loss {result.loss:.3f}, accuracy {result.train_accuracy:.1%} in training, "
            f"{result.accuracy:.1%} on PublicTest (best {result.best_accuracy:.1%}), {result.seconds:.0f} s"
        )
