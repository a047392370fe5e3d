"""Progress of reading stored faces with another model, in `gallery rescore` and before an index run."""

from __future__ import annotations

from gallery.cli.progress import Progress
from gallery.indexing.rescoring import Rescored


def show_rescored(progress: Progress, so_far: Rescored) -> None:
    """Draws the state of a rescoring on a bar."""
    if so_far.done == 0:
        progress.plan(so_far.total, unit="faces")
    progress.reach(so_far.done)
