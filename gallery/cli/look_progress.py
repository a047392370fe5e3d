"""Progress of reading the looks of photos that were indexed before there were any."""

from __future__ import annotations

from gallery.cli.output import counted
from gallery.cli.progress import Progress
from gallery.cli.state import State
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.similar.backfill import fill_looks
from gallery.store.store import Store


def read_looks(state: State, store: Store, query: Query, settings: Settings) -> int:
    """Reads what photos look like where that isn't known, telling of each that can't be read; how many those are."""
    failed = total = 0
    with Progress(unit="photos", quiet=state.quiet) as progress:
        for looked in fill_looks(store, query, settings):
            if looked.done == 0:
                progress.plan(looked.total)
            progress.reach(looked.done)
            total, failed = looked.total, failed + len(looked.failed)
            for problem in looked.failed:
                progress.tell(f"failed: {problem}")
    if total:
        state.note(f"{counted(total, 'photo')} looked at for the first time" + (f", {failed} failed" if failed else ""))
    return failed
