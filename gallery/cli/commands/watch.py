"""`gallery watch`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from gallery.api import watch as watch_folders
from gallery.cli.folders import check_folders, folders_to_look_through, open_store_for
from gallery.cli.index_run import IndexRun, Left
from gallery.cli.network_options import (
    background_option,
    follow_links_option,
    pipeline_options,
    searched_at,
    thumbnails_option,
    workers_option,
)
from gallery.cli.options import shared_options
from gallery.cli.output import counted, message, printable, to_terminal
from gallery.cli.paths import UserPath
from gallery.cli.state import State
from gallery.cli.taken_up import TakenUp
from gallery.indexing.indexer import PhotoResult, Status
from gallery.indexing.watching import POLL_SECONDS
from gallery.settings import Settings
from gallery.system.machine import yield_to_others


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=UserPath())
@click.option(
    "--poll",
    is_flag=True,
    help=f"Compare the folders every {POLL_SECONDS:.0f} seconds: for network drives, which tell of no changes.",
)
@follow_links_option
@pipeline_options
@workers_option
@thumbnails_option
@background_option
@click.option("--json", "as_json", is_flag=True, help="Print an object on a line of its own for each change.")
@shared_options
def watch(state: State, /, paths: tuple[str, ...], poll: bool, background: bool, as_json: bool, **flags: Any) -> None:
    """Keep up with folders as photos come and go.

    Without a folder, with all that `gallery roots` lists when it begins.

    First does what `gallery index` does, then the same again whenever something changes in the folders, until Ctrl-C.
    Photos that are still being copied are left until they are whole. Nothing is marked as missing while the drive of a
    folder, or one in it, is unplugged. A folder that was looked through before and isn't there is taken up when it
    comes. What you change meanwhile, be it a setting, the model or an ignore file, counts from the next look on.

    Each change is a line: what became of the photo, its path, and the number of faces found just now. With --json it is
    an object with `status`, `path`, `faces`, `reason`, `is_photo`, which is false for a folder that can't be looked
    into, and `waiting` and `staying`: of a photo that came into the place of another, showing the same shot, what you
    said of faces that weren't found again, and places in albums that stay with the other one, for it has a file. This,
    and what can't be read, is told on stderr.
    """
    if background:
        yield_to_others()
    options = {name: flags.pop(name) for name in ("follow_links", "thumbnails")}
    given = searched_at(**flags)
    settings = state.settings(**given)

    def read(flags_too: bool) -> Settings:
        return state.settings(**given if flags_too else {**given, "model": None})

    with open_store_for(state, settings, paths) as store:
        folders = folders_to_look_through(store, paths)
        check_folders(store, folders)
        run = IndexRun(state, settings, **options)
        taken_up = TakenUp(store, run.tools, read, run.load, state.note)
        looks = watch_folders(
            folders, store=store, poll=poll, tell=state.note, renew=lambda: run.use(taken_up.now()), **run.arguments
        )
        run.report(_first(looks), as_json=False)
        state.note(f"watching {counted(len(folders), 'folder')}; Ctrl-C stops")
        for results in looks:
            for result in results:
                _print(result, as_json=as_json)


def _first(looks: Iterator[Iterator[PhotoResult]]) -> Iterator[PhotoResult]:
    """The results of the first look, which begins when they are asked for: the bar is there by then."""
    yield from next(looks)


def _print(result: PhotoResult, *, as_json: bool) -> None:
    if result.status is Status.FAILED:
        message(f"failed: {result.path}: {result.reason}")
    for line in Left().add(result).lines():
        message(line)
    if as_json:
        click.echo(json.dumps(asdict(result)))
    elif result.status is not Status.FAILED:
        faces = counted(result.faces, "face") if result.status in (Status.NEW, Status.CHANGED) else ""
        if to_terminal():
            click.echo(f"{result.status:<9} {printable(result.path)}{faces and f'  {faces}'}")
        else:
            click.echo(f"{result.status}\t{printable(result.path)}\t{result.faces}")
