"""`gallery watch`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import click

from gallery.cli.commands.index import describe_run, report_run, rescore_follower
from gallery.cli.network_options import load_pipeline, pipeline_options, searched_at
from gallery.cli.output import counted, message, printable, to_terminal
from gallery.cli.progress import Progress
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.indexing.indexer import IndexOptions, PhotoResult, Status, Summary
from gallery.indexing.indexer import index as index_photos
from gallery.indexing.watching import POLL_SECONDS, file_events
from gallery.indexing.watching import watch as watch_folders
from gallery.records import FileStamp


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, file_okay=False))
@click.option(
    "--poll",
    is_flag=True,
    help=f"Compare the folders every {POLL_SECONDS:.0f} seconds: for network drives, which tell of no changes.",
)
@click.option("--follow-links", is_flag=True, help="Also look into folders that are symbolic links.")
@pipeline_options
@click.option(
    "--workers", type=int, metavar="N", help="Processes that look for faces; by default as many as suit the machine."
)
@click.option("--json", "as_json", is_flag=True, help="Print an object on a line of its own for each change.")
@database_option
@loudness_options
@pass_state
def watch(state: State, /, paths: tuple[str, ...], poll: bool, as_json: bool, **flags: Any) -> None:
    """Keep up with folders as photos come and go.

    First does what `gallery index` does, then the same again whenever something changes in the folders, until Ctrl-C.
    Photos that are still being copied are left until they are whole. Nothing is marked as missing while a folder's
    drive is unplugged.

    Each change is a line: what became of the photo, its path, and the number of faces found just now. With --json it is
    an object with `status`, `path`, `faces` and `reason`. What can't be read is told on stderr.
    """
    follow_links = flags.pop("follow_links")
    settings = state.settings(**searched_at(**flags))
    summary = Summary()
    progress = Progress(unit="photos", quiet=state.quiet, describe=lambda: describe_run(progress, summary))
    with state.open_store(settings) as store:
        detector, classifier = load_pipeline(state, settings)
        options = IndexOptions(
            follow_links=follow_links,
            on_plan=lambda total: progress.plan(total, unit="photos"),
            on_rescore=rescore_follower(progress, state, classifier.name),
        )
        index = partial(index_photos, store=store, detector=detector, classifier=classifier, settings=settings)

        def look(roots: Sequence[str], *, skip: Callable[[FileStamp], bool]) -> Iterator[PhotoResult]:
            return index(roots, options=replace(options, skip=skip))

        events = file_events(store.location, poll_seconds=POLL_SECONDS if poll else None)
        looks = watch_folders(paths, look, events=events, tell=state.note)
        report_run(_first(looks), summary, progress, state, as_json=False)
        state.note(f"watching {counted(len(paths), 'folder')}; Ctrl-C stops")
        for results in looks:
            for result in results:
                _print(result, as_json=as_json)


def _first(looks: Iterator[Iterator[PhotoResult]]) -> Iterator[PhotoResult]:
    """The results of the first look, which begins when they are asked for: the bar is there by then."""
    yield from next(looks)


def _print(result: PhotoResult, *, as_json: bool) -> None:
    if result.status is Status.FAILED:
        message(f"failed: {result.path}: {result.reason}")
    if as_json:
        click.echo(json.dumps(asdict(result)))
    elif result.status is not Status.FAILED:
        faces = counted(result.faces, "face") if result.status in (Status.NEW, Status.CHANGED) else ""
        if to_terminal():
            click.echo(f"{result.status:<9} {printable(result.path)}{faces and f'  {faces}'}")
        else:
            click.echo(f"{result.status}\t{printable(result.path)}\t{result.faces}")
