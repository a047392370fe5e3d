"""`gallery stats`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.breakdowns import emotion_bars, print_groups
from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import shared_options
from gallery.cli.output import console, counted, print_json, printable
from gallery.cli.paths import UserPath
from gallery.cli.state import State
from gallery.errors import UsageError
from gallery.insight.breakdown import BY, breakdown
from gallery.insight.moods import save_moods
from gallery.insight.timeline import timeline
from gallery.store.store import Stats

if TYPE_CHECKING:
    from rich.text import Text

_CAMERAS_SHOWN = 10


@click.command()
@query_options
@click.option("--by", type=click.Choice(BY), help="Break down by this, with the number of photos and faces of each.")
@click.option(
    "--plot",
    "out",
    type=UserPath(path_type=Path),
    metavar="OUT",
    help="Draw a timeline of moods into this file: a .png, or an .html page. By month or year.",
)
@click.option("--force", is_flag=True, help="Let --plot replace an existing file; never an indexed photo.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@shared_options
def stats(state: State, /, by: str | None, out: Path | None, force: bool, as_json: bool, **filters: Any) -> None:
    """Count photos, faces and emotions.

    Of the photos that a query describes, in words (`gallery fields` explains them) or flags, else of all; --sort and
    --limit play no part. Shares are given of 25 faces or more: of fewer, chance alone moves them by more than 20
    points. Months without photos are left out, not counted as zero.

    To a pipe --by prints a line per group: its name, photos, faces, and the faces shown as angry, disgust, fear, happy,
    sad, surprise, neutral and uncertain, with tabs between; --json names them all.

    \b
    gallery stats --by month --since 2020
    gallery stats path:Italy --by camera
    gallery stats --plot moods.html
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings)
        if out is not None:
            if by not in (None, "month", "year"):
                raise UsageError(f"--plot draws a timeline, not groups by {by}; use --by month or --by year")
            save_moods(store, timeline(store, by, query, settings), out, overwrite=force)
            state.note(f"moods drawn into {out}")
        if by is not None:
            groups = breakdown(store, by, query, settings)
            print_json(groups.as_json()) if as_json else print_groups(groups)
        elif out is None or as_json:
            _overview(store.stats(query, settings=settings), store.location, as_json=as_json)


def _overview(figures: Stats, location: str, *, as_json: bool) -> None:
    if as_json:
        print_json(figures.as_json())
        return
    screen = console()
    for line in _lines(figures, location):
        screen.print(line, soft_wrap=True)


def _lines(figures: Stats, location: str) -> Iterator[Text]:
    from rich.text import Text

    yield Text(f"{figures.photos:>8} photos" + (f", {figures.missing} of them missing" if figures.missing else ""))
    yield Text(f"{figures.faces:>8} faces")
    yield from emotion_bars(figures.emotions)
    if figures.failures:
        yield Text(f"{figures.failures:>8} files couldn't be read; see `gallery errors`", style="red")
    yield from _counts("year", {str(year or "unknown"): count for year, count in figures.years.items()})
    cameras = {camera or "unknown": count for camera, count in figures.cameras.items()}
    yield from _counts("camera", dict(list(cameras.items())[:_CAMERAS_SHOWN]))
    if rest := list(cameras.values())[_CAMERAS_SHOWN:]:
        yield Text(f"{sum(rest):>8} with {counted(len(rest), 'other camera')}; `gallery stats --by camera` has all")
    current = [model.name for model in figures.models if model.is_current]
    yield Text(f"\nmodel    {printable(', '.join(current) or 'none yet')}")
    size = "" if figures.database_bytes is None else f" ({figures.database_bytes / 1e6:.1f} MB)"
    yield Text(f"database {printable(location)}{size}")


def _counts(title: str, counts: Mapping[str, int]) -> Iterator[Text]:
    from rich.text import Text

    if counts:
        yield Text(f"\n  photos {title}")
    for name, count in counts.items():
        yield Text(f"{count:>8} {printable(name)}")
