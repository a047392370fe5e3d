"""`gallery index`: the main job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import click

from gallery.cli.commands.rescore import show
from gallery.cli.network_options import load_pipeline, pipeline_options, searched_at
from gallery.cli.output import counted, print_json
from gallery.cli.progress import Progress
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.indexing.indexer import IndexOptions, PhotoResult, Status, Summary
from gallery.indexing.indexer import index as index_photos
from gallery.indexing.rescoring import Rescored
from gallery.query.query import Query


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True))
@click.option("--follow-links", is_flag=True, help="Also look into folders that are symbolic links.")
@click.option("--retry-failed", is_flag=True, help="Try files again that couldn't be read before.")
@click.option("--force", is_flag=True, help="Look at unchanged photos again, too; what you said of their faces stays.")
@pipeline_options
@click.option("--batch-size", type=int, metavar="N", help="Photos per transaction; 16 by default.")
@click.option(
    "--workers", type=int, metavar="N", help="Processes that look for faces; by default as many as suit the machine."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one object at the end; see above.")
@database_option
@loudness_options
@pass_state
def index(
    state: State,
    /,
    paths: tuple[str, ...],
    follow_links: bool,
    retry_failed: bool,
    force: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Look through folders and remember every face.

    Photos that haven't changed since the last time are passed over. Ctrl-C stops; the same command goes on from there.
    Exits with 1 where photos couldn't be read; `gallery errors` lists them.

    With --force every photo is opened and searched for faces anew, for example with --thorough. What you said of the
    faces stays, and so do albums; what other models said of them goes.

    \b
    --json prints an object: the number of photos that are new, unchanged,
      changed, moved, copied, missing, restored, reread (unchanged, and
      searched anew by --force) and failed; faces found in this run;
      seconds; photos_per_second
    """
    settings = state.settings(**searched_at(**flags))
    summary = Summary()
    progress = Progress(unit="photos", quiet=state.quiet, describe=lambda: describe_run(progress, summary))
    with state.open_store(settings) as store:
        first_time = store.count(Query(missing=True)) == 0
        detector, classifier = load_pipeline(state, settings)
        options = IndexOptions(
            follow_links=follow_links,
            retry_failed=retry_failed,
            force=force,
            on_plan=lambda total: progress.plan(total, unit="photos"),
            on_rescore=rescore_follower(progress, state, classifier.name),
        )
        results = index_photos(
            paths, store=store, detector=detector, classifier=classifier, settings=settings, options=options
        )
        report_run(results, summary, progress, state, as_json=as_json)
    if first_time and summary.new:
        state.hint("Next: `gallery search --emotion happy`, or `gallery stats`.")
    if summary.failed:
        state.hint("`gallery errors` lists what couldn't be read.")
    return 1 if summary.failed else 0


def describe_run(progress: Progress, summary: Summary) -> str:
    """What stands beside the bar."""
    if progress.unit == "faces":
        return "reading the stored faces with the new model"
    return _parts(summary.as_json(0)) or "looking"


def rescore_follower(progress: Progress, state: State, model: str) -> Callable[[Rescored], None]:
    """Shows a model that is new to the database reading the stored faces: minutes, where there are 100,000."""

    def follow(so_far: Rescored) -> None:
        show(progress, so_far)
        if so_far.done == so_far.total:
            state.note(f"{counted(so_far.read, 'stored face')} read with the model {model}")

    return follow


def report_run(
    results: Iterable[PhotoResult], summary: Summary, progress: Progress, state: State, *, as_json: bool
) -> None:
    """Follows the run and sums it up, also where Ctrl-C or an error ends it."""
    start = time.monotonic()
    try:
        with progress:
            _follow(results, summary, progress)
    except BaseException:
        state.note(f"stopped; what is done is kept: {_sentence(summary.as_json(time.monotonic() - start))}")
        raise
    counts = summary.as_json(time.monotonic() - start)
    state.note(_sentence(counts))
    if as_json:
        print_json(counts)


def _follow(results: Iterable[PhotoResult], summary: Summary, progress: Progress) -> None:
    """Counts the results as they come and tells of failures at once."""
    for result in results:
        summary.add(result)
        if result.status is not Status.MISSING:
            progress.advance(worked=result.status is not Status.UNCHANGED)
        if result.status is Status.FAILED:
            progress.tell(f"failed: {result.path}: {result.reason}")


def _sentence(counts: dict[str, Any]) -> str:
    """`3 photos: 2 new, 1 failed; 4 faces; 1.5 s, 2.0 photos/s`."""
    parts = _parts(counts)
    if not parts:
        return "0 photos"
    seen = sum(counts[status] for status in Status if status is not Status.MISSING)
    speed = f"{counts['seconds']:.1f} s, {counts['photos_per_second']:.1f} photos/s"
    return f"{counted(seen, 'photo')}: {parts}; {counted(counts['faces'], 'face')}; {speed}"


def _parts(counts: dict[str, Any]) -> str:
    return ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
