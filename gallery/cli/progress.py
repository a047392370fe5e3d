"""What long commands show while they work: a bar on a terminal, elsewhere only the lines that are told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from gallery.cli.output import error_console, message

if TYPE_CHECKING:
    from rich import progress


class Progress:
    """A context manager; call `plan` once, `advance` as work is done, `tell` for a line above the bar.

    Beside the bar stands what `describe` says, which is asked when the bar is drawn and not for each of 100,000
    photos, or else the last text given to `advance`.
    """

    def __init__(self, *, unit: str, quiet: bool, describe: Callable[[], str] | None = None) -> None:
        self._text = ""
        self._stack = ExitStack()
        self._bar: progress.Progress | None = None
        if sys.stderr.isatty() and not quiet:
            self._bar = _bar(unit, describe or (lambda: self._text))
            self._task = self._bar.add_task(unit, total=None)

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._stack.enter_context(self._bar)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def plan(self, total: int) -> None:
        """Sets the end of the bar."""
        if self._bar is not None:
            self._bar.update(self._task, total=total)

    def advance(self, text: str = "", *, by: int = 1) -> None:
        """Moves on by so many units."""
        self._text = text
        if self._bar is not None:
            self._bar.advance(self._task, by)

    def tell(self, text: str) -> None:
        """A line that stays; the bar moves out of its way."""
        message(text)


def _bar(unit: str, describe: Callable[[], str]) -> progress.Progress:
    from rich import progress

    columns: tuple[progress.ProgressColumn, ...] = (
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        _column(lambda task: "" if task.speed is None else f"{task.speed:.1f} {unit}/s"),
        progress.TimeRemainingColumn(),
        _column(lambda _: describe()),
    )
    return progress.Progress(*columns, console=error_console(), transient=True)


def _column(render_task: Callable[[progress.Task], str]) -> progress.ProgressColumn:
    from rich import progress
    from rich.text import Text

    class Column(progress.ProgressColumn):
        def render(self, task: progress.Task) -> Text:
            return Text(render_task(task))

    return Column()
