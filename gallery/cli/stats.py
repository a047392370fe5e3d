"""`gallery stats`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.output import console, print_json, printable
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.emotions import COLOURS
from gallery.store import Stats

if TYPE_CHECKING:
    from rich.text import Text

_BAR_WIDTH = 30
_CAMERAS_SHOWN = 10


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@database_option
@loudness_options
@pass_state
def stats(state: State, as_json: bool) -> None:
    """Count photos, faces and emotions."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        figures, location = store.stats(settings=settings), store.location
    if as_json:
        print_json(_as_json(figures))
        return
    screen = console()
    for line in _lines(figures, location):
        screen.print(line, soft_wrap=True)


def _as_json(figures: Stats) -> dict[str, Any]:
    return {
        "photos": figures.photos,
        "missing": figures.missing,
        "faces": figures.faces,
        "emotions": dict(figures.emotions),
        "years": [{"year": year, "photos": count} for year, count in figures.years.items()],
        "cameras": [{"camera": camera, "photos": count} for camera, count in figures.cameras.items()],
        "models": [
            {"id": model.id, "name": model.name, "current": model.is_current, "predictions": model.predictions}
            for model in figures.models
        ],
        "failures": figures.failures,
        "database_bytes": figures.database_bytes,
    }


def _lines(figures: Stats, location: str) -> Iterator[Text]:
    from rich.text import Text

    yield Text(f"{figures.photos:>8} photos" + (f", {figures.missing} of them missing" if figures.missing else ""))
    yield Text(f"{figures.faces:>8} faces")
    yield from _bars(figures.emotions)
    if figures.failures:
        yield Text(f"{figures.failures:>8} files couldn't be read; see `gallery errors`", style="red")
    yield from _counts("year", {str(year or "unknown"): count for year, count in figures.years.items()})
    cameras = {camera or "unknown": count for camera, count in list(figures.cameras.items())[:_CAMERAS_SHOWN]}
    yield from _counts("camera", cameras)
    current = [model.name for model in figures.models if model.is_current]
    yield Text(f"\nmodel    {printable(', '.join(current) or 'none yet')}")
    size = "" if figures.database_bytes is None else f" ({figures.database_bytes / 1e6:.1f} MB)"
    yield Text(f"database {printable(location)}{size}")


def _bars(emotions: Mapping[str, int]) -> Iterator[Text]:
    from rich.text import Text

    most = max(1, *emotions.values())
    for emotion, count in emotions.items():
        yield Text.assemble(f"{count:>8} {emotion:<10}", ("█" * round(count / most * _BAR_WIDTH), COLOURS[emotion]))


def _counts(title: str, counts: Mapping[str, int]) -> Iterator[Text]:
    from rich.text import Text

    if counts:
        yield Text(f"\n  photos {title}")
    for name, count in counts.items():
        yield Text(f"{count:>8} {printable(name)}")
