"""Photos on stdout: a table for a person, paths for a program, JSON for either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from gallery.cli.options import all_of, nul_option
from gallery.cli.output import Item, console, plain_table, print_json, print_paths, printable, to_terminal
from gallery.emotions import COLOURS
from gallery.records import FaceRecord, PhotoRecord, shown_score

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from gallery.query.query import Query
    from gallery.settings import Settings
    from gallery.store.store import Store

T = TypeVar("T", bound=Item)

_FACES_SHOWN = 4
"""A photo with more faces gets a count per emotion, or its row would fill the screen."""


listing_options = all_of(
    click.option("--json", "as_json", is_flag=True, help=r"Print an array; a byte that is no UTF-8 appears as \udcXX."),
    nul_option,
)


def print_found(store: Store, query: Query, settings: Settings, *, as_json: bool, nul: bool) -> int:
    """Prints the photos that match; returns how many there are."""
    if as_json or (to_terminal() and not nul):
        photos = store.search(query, settings=settings)
        print_records(photos, as_json=as_json, nul=nul)
        return len(photos)
    # The paths alone come much quicker than whole records.
    paths = store.search_paths(query, settings=settings)
    print_paths(paths, nul=nul)
    return len(paths)


def print_records(photos: Sequence[PhotoRecord], *, as_json: bool, nul: bool) -> None:
    """Prints photos in the way that suits the reader of stdout."""
    if as_json:
        print_json([photo.as_json() for photo in photos])
    elif to_terminal() and not nul:
        _draw(photos)
    else:
        print_paths((photo.path for photo in photos), nul=nul)


def print_groups(
    groups: Sequence[T], *, as_json: bool, nul: bool, table: Callable[[int, T], Table], paths: Iterable[str]
) -> None:
    """Prints groups of photos: JSON, a table for each, which gets its number from 1 on, or the paths for a program."""
    if as_json:
        print_json([group.as_json() for group in groups])
    elif to_terminal() and not nul:
        for number, group in enumerate(groups, start=1):
            console().print(table(number, group))
    else:
        print_paths(paths, nul=nul)


def _draw(photos: Sequence[PhotoRecord]) -> None:
    from rich.text import Text

    if not photos:
        return
    table = plain_table()
    table.add_column("photo", overflow="fold")
    table.add_column("faces")
    table.add_column("taken", no_wrap=True)
    for photo in photos:
        name = Text(printable(photo.path), style="dim" if photo.missing else "")
        taken = photo.capture.taken_at
        table.add_row(name, faces_text(photo.faces), taken.strftime("%Y-%m-%d %H:%M") if taken else "")
    console().print(table)


def faces_text(faces: Sequence[FaceRecord]) -> Text:
    """`happy 0.93, sad 0.61`; `happy ×9, neutral ×3` where there are many; `no face`."""
    from rich.text import Text

    if not faces:
        return Text("no face", style="dim")
    if len(faces) <= _FACES_SHOWN:
        parts = [Text(f"{face.emotion} {score_text(face.score)}", style=COLOURS[face.emotion]) for face in faces]
    else:
        counts = Counter(face.emotion for face in faces).most_common()
        parts = [Text(f"{emotion} ×{count}", style=COLOURS[emotion]) for emotion, count in counts]
    return Text(", ").join(parts)


def score_text(score: float) -> str:
    """Two digits, rounded down as in the JSON: 0.799 must not look like a 0.80 that `--min-score 0.8` doesn't find."""
    return f"{shown_score(score):.2f}"
