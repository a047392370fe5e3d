"""`gallery rescore`: another model's word on every stored face."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import click

from gallery.api import rescore as rescore_faces
from gallery.cli.network_options import load_pipeline, model_options
from gallery.cli.options import shared_options
from gallery.cli.output import counted, print_json
from gallery.cli.progress import Progress
from gallery.cli.rescore_progress import show_rescored
from gallery.cli.state import State
from gallery.indexing.rescoring import Rescored


@click.command()
@model_options
@click.option(
    "--json", "as_json", is_flag=True, help="Print model, number of faces and speed as one object at the end."
)
@shared_options
def rescore(state: State, /, as_json: bool, **flags: Any) -> int:
    """Read every stored face again with another model.

    Without --model it is the one in use. From then on its answers are shown, except where a person has said otherwise;
    nothing is deleted, and no photo is opened. Ctrl-C stops; the same command goes on from there. Exits with 1 where
    stored faces couldn't be read.
    """
    settings = state.settings(**flags)
    with state.open_existing_store(settings) as store:
        _, classifier = load_pipeline(state, settings)
        start = time.monotonic()
        last = _follow(rescore_faces(store, classifier=classifier), state)
        seconds = time.monotonic() - start
    speed = last.read / seconds if seconds > 0 else 0.0
    state.note(_sentence(last, classifier.name) + (f"; {seconds:.1f} s, {speed:.1f} faces/s" if last.total else ""))
    if as_json:
        figures = {
            "faces": last.read,
            "failed": last.failed,
            "seconds": round(seconds, 3),
            "faces_per_second": round(speed, 2),
        }
        print_json({"model": classifier.name, "id": classifier.model_id, **figures})
    return 1 if last.failed else 0


def _follow(states: Iterable[Rescored], state: State) -> Rescored:
    """The last state, also told where Ctrl-C or an error ends the run."""
    last = Rescored(0, 0)
    try:
        with Progress(unit="faces", quiet=state.quiet) as progress:
            for last in states:
                show_rescored(progress, last)
    except BaseException:
        state.note(f"stopped; what is done is kept: {last.done} of {last.total} faces")
        raise
    return last


def _sentence(last: Rescored, name: str) -> str:
    """`3 stored faces read with the model mine, 1 failed`."""
    if not last.total:
        return f"no stored face that the model {name} hasn't read already"
    failed = f", {last.failed} failed" if last.failed else ""
    return f"{counted(last.read, 'stored face')} read with the model {name}{failed}"
