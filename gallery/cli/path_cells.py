"""Paths in tables for a person: the folder of all is said once, and what doesn't fit is left out in the middle."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gallery.cli.output import console, printable
from gallery.records import PhotoRecord, was_at

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.measure import Measurement

_LEAST: Final = 16
"""Columns that a path keeps where others want them, too."""
_END: Final = 2 / 3
"""Of what is left of a path: the end, where its name stands."""


@dataclass(frozen=True, slots=True)
class PathCell:
    """A path on one line, as wide as its column allows."""

    text: str
    style: str = ""

    def __rich_measure__(self, screen: Console, options: ConsoleOptions) -> Measurement:
        """What the table asks before it shares out its width."""
        from rich.cells import cell_len
        from rich.measure import Measurement

        width = cell_len(self.text)
        return Measurement(min(width, _LEAST), width).with_maximum(options.max_width)

    def __rich_console__(self, screen: Console, options: ConsoleOptions) -> RenderResult:
        """The path, shortened to the width of its column."""
        from rich.text import Text

        yield Text(shortened(self.text, options.max_width), style=self.style, no_wrap=True)


@dataclass(frozen=True, slots=True)
class Folder:
    """What paths that are listed together have in common; empty for nothing worth leaving out of each."""

    path: str

    @classmethod
    def of(cls, paths: Iterable[str]) -> Folder:
        """The folder that all files lie in or below."""
        folders = {os.path.dirname(path) for path in paths}  # noqa: PTH120 - a Path for each of 50,000 is slow
        if not folders or not all(map(os.path.isabs, folders)):
            return cls("")
        common = os.path.commonpath(folders)
        return cls("" if common == os.path.dirname(common) else common)  # noqa: PTH120

    def cell(self, path: str, *, before: str = "", style: str = "") -> PathCell:
        """The path within this folder."""
        return PathCell(before + printable(self._within(path)), style)

    def photo_cell(self, photo: PhotoRecord, *, after: str = "", style: str = "") -> PathCell:
        """The path of a photo; where another photo has taken it by now, that is said."""
        within = self._within(photo.path)
        return PathCell(printable(was_at(within) if photo.replaced else within) + after, style)

    def _within(self, path: str) -> str:
        return path.removeprefix(self.path + os.sep) if self.path else path

    def print(self) -> None:
        """The line above the tables, which must be whole: it is what one goes by."""
        from rich.text import Text

        if self.path:
            console().print(Text(f"in {printable(self.path)}", style="dim"), soft_wrap=True)


def print_total(*counts: str) -> None:
    """The line below the tables: `12 photos`, `3 bursts, 9 shots`."""
    from rich.text import Text

    console().print(Text(", ".join(counts), style="dim"))


def shortened(text: str, width: int) -> str:
    """The text in so many columns of the terminal: its beginning and its end, and a … for what is between them.

    | input         | result     |
    |---------------|------------|
    | abcdefghij 10 | abcdefghij |
    | abcdefghij 7  | ab…ghij    |
    | abcdefghij 2  | …j         |
    | abcdefghij 1  | …          |
    | 海海海海 8    | 海海海海   |
    | 海海海海 7    | 海…海海    |
    | 海海海海 5    | 海…海      |
    """
    from rich.cells import cell_len

    if cell_len(text) <= width:
        return text
    end = _fitting(reversed(text), round((width - 1) * _END))[::-1]
    start = _fitting(text, width - 1 - cell_len(end))
    return f"{start}…{end}"


def _fitting(characters: Iterable[str], width: int) -> str:
    """The first of the characters, as many as fit."""
    from rich.cells import cell_len

    fitting = ""
    for character in characters:
        if cell_len(fitting) + cell_len(character) > width:
            break
        fitting += character
    return fitting
