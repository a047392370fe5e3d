"""`gallery prune`."""

from __future__ import annotations

from typing import Any

import click

from gallery.cli.asking import agreed
from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import shared_options, yes_option
from gallery.cli.output import counted, print_json, print_paths
from gallery.cli.state import State
from gallery.indexing.pruning import Attached, Gone, attached_to, find_gone, forget_gone


@click.command()
@query_options
@click.option("--even-if-unplugged", is_flag=True, help="Also photos whose whole folder is gone or empty; see above.")
@yes_option
@click.option("-n", "--dry-run", is_flag=True, help="Only list what would be forgotten.")
@click.option("--json", "as_json", is_flag=True, help="Print one object in place of paths.")
@shared_options
def prune(state: State, /, even_if_unplugged: bool, yes: bool, dry_run: bool, as_json: bool, **filters: Any) -> None:
    """Forget photos whose files are gone.

    Lists the photos that `gallery index` found missing and that still are, and after asking takes them and their faces
    out of the database; a photo that has other files only loses the paths that are gone. What you said of it, and its
    places in albums, wait: they are back if the photo is ever indexed again. No file is touched.

    Photos whose whole folder is gone, or empty, may be on a drive that isn't connected. They are kept, unless other
    photos are found near by on the same drive.

    A photo in whose place another one is now is told on stderr, for that path is the other one's.

    With --json the object has `photos` (each with `hash`, `paths` and `replaced`: another picture has its place),
    `copies` (paths), `kept` (files that are there again), `unplugged` (folders with a number of files) and `forgotten`.

    \b
    gallery prune --dry-run
    gallery prune path:2019
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings)
        gone = find_gone(store, query, settings, even_if_unplugged=even_if_unplugged)
        if not as_json:
            print_paths([*(photo.paths[0] for photo in gone.photos if not photo.replaced), *gone.copies])
        for photo in (photo for photo in gone.photos if photo.replaced):
            state.note(photo.told)
        _tell_kept(state, gone)
        sure = gone and not dry_run and (yes or _confirmed(gone, attached_to(store, gone.photos)))
        done = forget_gone(store, gone) if sure else None
    if as_json:
        print_json({**(done or gone).as_json(), "forgotten": done is not None})
    state.note(_sentence(gone, done, dry_run=dry_run))


def _tell_kept(state: State, gone: Gone) -> None:
    for folder, count in gone.unplugged.items():
        state.note(f"kept: {counted(count, 'file')} in {folder}, which may be on a drive that isn't connected")
    if gone.unplugged:
        state.note("if nothing is there any more, add --even-if-unplugged")
    if gone.kept:
        state.note(f"kept: {counted(len(gone.kept), 'file')}, there after all; run `gallery index`")


def _confirmed(gone: Gone, lost: Attached) -> bool:
    said = {
        "correction": lost.labels,
        "drawn face": lost.drawn,
        "pick": lost.picks,
        "rejection": lost.rejects,
        "turn": lost.turns,
        "album place": lost.places,
    }
    waiting = [counted(number, thing) for thing, number in said.items() if number]
    listed = " and ".join(filter(None, [", ".join(waiting[:-1]), *waiting[-1:]]))
    waits = f" {listed} will wait for them." if waiting else ""
    return agreed(f"Forget {_what(gone)} with {counted(lost.faces, 'face')}?{waits}")


def _what(gone: Gone) -> str:
    """`3 photos and 1 path of other photos`."""
    photos, copies = counted(len(gone.photos), "photo"), f"{counted(len(gone.copies), 'path')} of other photos"
    return " and ".join(part for part, number in ((photos, gone.photos), (copies, gone.copies)) if number)


def _sentence(gone: Gone, done: Gone | None, *, dry_run: bool) -> str:
    if not gone:
        return "nothing to forget"
    if done is None:
        return f"would forget {_what(gone)}" if dry_run else "nothing forgotten"
    back = len(gone.photos) + len(gone.copies) - len(done.photos) - len(done.copies)
    return f"forgot {_what(done) or 'nothing'}" + (f"; {back} came back meanwhile" if back else "")
