"""Photos on stdout: a table for a person, paths for a program, JSON for either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import click

from gallery.cli.options import all_of, nul_option
from gallery.cli.output import Item, console, counted, plain_table, print_json, print_paths, to_terminal
from gallery.cli.path_cells import Folder, print_total
from gallery.emotions import COLOURS
from gallery.records import FaceRecord, PhotoRecord, shown_score

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from gallery.query.query import Query
    from gallery.settings import Settings
    from gallery.store.photo_rows import Files
    from gallery.store.store import Store

T = TypeVar("T", bound=Item)

_FACES_SHOWN = 4
"""A photo with more faces gets a count per emotion, or its row would fill the screen."""


listing_options = all_of(
    click.option("--json", "as_json", is_flag=True, help=r"Print an array; a byte that is no UTF-8 appears as \udcXX."),
    nul_option,
)


@dataclass(frozen=True, slots=True)
class Listing:
    """How photos are listed; `note` tells of those that have no path to list."""

    as_json: bool
    nul: bool
    note: Callable[[str], None]

    @property
    def is_of_paths(self) -> bool:
        """A program gets a path for each photo, and nothing else."""
        return not self.as_json and (self.nul or not to_terminal())

    def print_paths(self, photos: Sequence[PhotoRecord | Files]) -> None:
        """The path of each photo; where another photo has taken the last one, a program would do to that what it does.

        So such a path isn't among them, but in a note.
        """
        print_paths((photo.paths[0] for photo in photos if not photo.replaced), nul=self.nul)
        for photo in photos:
            if photo.replaced:
                self.note(photo.told)


def print_found(store: Store, query: Query, settings: Settings, how: Listing) -> int:
    """Prints the photos that match; returns how many there are."""
    if not how.is_of_paths:
        photos = store.search(query, settings=settings)
        print_records(photos, how)
        return len(photos)
    # The paths alone come much quicker than whole records.
    files = store.search_files(query, settings=settings)
    how.print_paths(files)
    return len(files)


def print_records(photos: Sequence[PhotoRecord], how: Listing) -> None:
    """Prints photos in the way that suits the reader of stdout."""
    if how.as_json:
        print_json([photo.as_json() for photo in photos])
    elif how.is_of_paths:
        how.print_paths(photos)
    else:
        _draw(photos)


@dataclass(frozen=True, slots=True)
class GroupTables(Generic[T]):
    """How groups of photos are drawn: a table for each, which gets its number from 1 on; which files are in it."""

    draw: Callable[[int, T, Folder], Table]
    files: Callable[[T], Iterable[str]]
    totals: Callable[[Sequence[T]], Iterable[str]]


def print_groups(
    groups: Sequence[T], *, as_json: bool, nul: bool, tables: GroupTables[T], paths: Iterable[str]
) -> None:
    """Prints groups of photos: JSON, tables, or the paths for a program."""
    if as_json:
        print_json([group.as_json() for group in groups])
    elif not to_terminal() or nul:
        print_paths(paths, nul=nul)
    elif groups:
        folder = Folder.of(path for group in groups for path in tables.files(group))
        folder.print()
        for number, group in enumerate(groups, start=1):
            console().print(tables.draw(number, group, folder))
        print_total(*tables.totals(groups))


def _draw(photos: Sequence[PhotoRecord]) -> None:
    if not photos:
        return
    folder = Folder.of(photo.path for photo in photos)
    table = plain_table("photo", "faces")
    table.add_column("taken", no_wrap=True)
    for photo in photos:
        name = folder.photo_cell(photo, style="dim" if photo.missing else "")
        taken = photo.capture.taken_at
        table.add_row(name, faces_text(photo.faces), taken.strftime("%Y-%m-%d %H:%M") if taken else "")
    folder.print()
    console().print(table)
    print_total(counted(len(photos), "photo"))


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
