"""`gallery best`: the best shot of each burst, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from gallery.cli.completing import complete_albums
from gallery.cli.filters import parse_filters, query_options_but_album
from gallery.cli.look_progress import read_looks
from gallery.cli.options import shared_options
from gallery.cli.output import counted, message, plain_table
from gallery.cli.path_cells import Folder
from gallery.cli.photo_lists import GroupTables, listing_options, print_groups
from gallery.cli.progress import Progress
from gallery.cli.state import State
from gallery.curation.collecting import Collected, collect_photos
from gallery.errors import UsageError
from gallery.query.query import Query
from gallery.similar.best import RankedBurst, rank_bursts
from gallery.similar.bursts import ALIKE, GAP_SECONDS, find_bursts

if TYPE_CHECKING:
    from rich.table import Table


_LONGEST_GAP_SECONDS: Final = 1_000_000_000


@click.command()
@query_options_but_album
@click.option(
    "--gap",
    type=click.FloatRange(0, _LONGEST_GAP_SECONDS),
    default=GAP_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Shots of a burst are at most so far apart.",
)
@click.option(
    "--alike",
    type=click.IntRange(0, 31),
    default=ALIKE,
    show_default=True,
    metavar="BITS",
    help="In at most so many of 63 bits their looks differ; unrelated photos differ in about 32.",
)
@click.option(
    "--album",
    "into",
    metavar="NAME",
    shell_complete=complete_albums,
    help="Collect the winners in this album, made if need be; `gallery undo` takes that back.",
)
@click.option("-n", "--dry-run", is_flag=True, help="With --album: only tell what would be collected.")
@listing_options
@shared_options
def best(
    state: State,
    /,
    gap: float,
    alike: int,
    into: str | None,
    dry_run: bool,
    as_json: bool,
    nul: bool,
    **filters: Any,
) -> int:
    """Find the best shot of each burst.

    Shots belong to a burst when they were taken in quick succession and look alike. A shot scores what its least happy
    face has for happy (a person's word counts 1 or 0), plus 0.2 times how open the eyes are, plus 0.5 times how sharp
    it is beside the sharpest of the burst. The eyes are a guess from how round their dark parts are, therefore the
    small weight. A shot that lacks a face most others have counts as unhappy. What you said by `gallery pick` counts
    before all of that: picked shots win, and rejected ones never do. No photo is changed or deleted.
    `album:NAME` among the words asks for the photos of an album.

    Brackets of exposures, focus stacks and the parts of panoramas are told from bursts, and kept whole: all their shots
    are winners.

    A terminal gets a table per burst, the best first, with why in words; a pipe the paths of the winners alone. The
    figures are in --json.

    \b
    --json prints an array of bursts, each with "series" (null, "bracket",
    "focus stack" or "panorama") and "shots", the best first, those of a
    series in the order of time:
      path, hash, taken_at, faces, lost_faces,
      least_happy and eyes_open (0 to 1, null without faces),
      sharpness (0 and more, null where it can't be told), score,
      word ("pick", "reject" or null: what you said of it),
      reason (what speaks for it and against it, in words),
      replaced (another photo is at its path now; it isn't listed alone)
    """
    if dry_run and into is None:
        raise UsageError("--dry-run goes with --album; without it nothing is written anyway")
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings) or Query()
        failed = read_looks(state, store, query, settings)
        bursts = find_bursts(store, query, settings, gap_seconds=gap, alike=alike)
        ranked = _followed(state, rank_bursts(store, bursts, settings, query), sum(map(len, bursts)))
        winners = [shot.photo.path for burst in ranked for shot in burst.winners if not shot.photo.replaced]
        print_groups(ranked, as_json=as_json, nul=nul, tables=_TABLES, paths=winners)
        if into is not None and winners:
            collected = collect_photos(store, into, winners, settings, dry_run=dry_run)
            _tell_collected(state, collected, into, dry_run=dry_run)
    problems = [shot.problem for burst in ranked for shot in burst.shots if shot.problem is not None]
    for problem in problems:
        message(f"failed: {problem}")
    if not ranked:
        state.hint("No bursts among these photos; --gap and --alike widen what counts as one.")
    return 1 if failed or problems else 0


def _followed(state: State, bursts: Iterable[RankedBurst], shots: int) -> list[RankedBurst]:
    ranked = []
    with Progress(unit="shots", quiet=state.quiet) as progress:
        progress.plan(shots)
        for burst in bursts:
            ranked.append(burst)
            progress.advance(by=len(burst.shots))
    return ranked


def _tell_collected(state: State, collected: Collected, name: str, *, dry_run: bool) -> None:
    done = f"{counted(collected.count, 'photo')} added to {'the new ' if collected.is_new else ''}album {name!r}"
    state.note(f"dry run, nothing was changed: would be {done}" if dry_run else done)


def _table(number: int, burst: RankedBurst, folder: Folder) -> Table:
    table = plain_table(f"burst {number}" if burst.series is None else f"{burst.series} {number}, kept whole")
    table.add_column("taken", no_wrap=True)
    table.add_column("why", ratio=1)
    for shot, why in zip(burst.shots, burst.reasons, strict=True):
        name = folder.photo_cell(shot.photo, style="bold" if shot in burst.winners else "")
        taken = shot.photo.capture.taken_at
        table.add_row(name, taken.strftime("%Y-%m-%d %H:%M:%S") if taken else "", why)
    table.add_row()
    return table


def _totals(bursts: Sequence[RankedBurst]) -> Iterator[str]:
    kept_whole = sum(burst.series is not None for burst in bursts)
    if kept_whole < len(bursts):
        yield counted(len(bursts) - kept_whole, "burst")
    if kept_whole:
        yield f"{kept_whole} series kept whole"
    yield counted(sum(len(burst.shots) for burst in bursts), "shot")


_TABLES = GroupTables(_table, lambda burst: (shot.photo.path for shot in burst.shots), _totals)
