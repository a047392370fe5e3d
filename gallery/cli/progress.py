"""What long commands show while they work: a bar on a terminal, elsewhere only the lines that are told."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from gallery.cli.output import error_console, message

if TYPE_CHECKING:
    from rich import progress

T = TypeVar("T")


class Progress:
    """A context manager; call `plan` once, `advance` as work is done, `tell` for a line above the bar.

    Beside the bar stands what `describe` says, which is asked when the bar is drawn and not for each of 100,000
    photos, or else the last text given to `advance`.
    """

    def __init__(
        self,
        *,
        unit: str,
        quiet: bool,
        describe: Callable[[], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.unit = unit
        self._text = ""
        self._clock = clock
        self._pace = Pace(clock)
        self._stack = ExitStack()
        self._bar: progress.Progress | None = None
        if sys.stderr.isatty() and not quiet:
            self._bar = _bar(self._speed, self._remaining, describe or (lambda: self._text))
            self._task = self._bar.add_task(unit, total=None)

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._stack.enter_context(self._bar)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def plan(self, total: int, *, unit: str | None = None) -> None:
        """Sets the end of the bar; the work begins, from nothing, of another kind where `unit` is given."""
        self.unit = unit or self.unit
        self._pace = Pace(self._clock)
        if self._bar is not None:
            self._bar.reset(self._task, total=total)

    def measure_from_now(self) -> None:
        """What has been done so far tells nothing of the speed: it waited for something that comes once."""
        self._pace = Pace(self._clock)

    def redraw(self) -> None:
        """Shows at once what is new beside the bar."""
        if self._bar is not None:
            self._bar.refresh()

    def advance(self, text: str = "", *, by: int = 1, worked: bool = True) -> None:
        """Moves on by so many units; those that cost no work don't count for the speed."""
        self._text = text
        self._pace.add(by if worked else 0)
        if self._bar is not None:
            self._bar.advance(self._task, by)

    def reach(self, done: int) -> None:
        """Moves on to so many units since `plan`, all of which cost work."""
        self.advance(by=done - self._pace.done)

    def through(self, units: Sequence[T]) -> Iterator[T]:
        """The units one by one; the bar moves on as they are asked for."""
        self.plan(len(units))
        for unit in units:
            yield unit
            self.advance()

    def tell(self, text: str) -> None:
        """A line that stays; the bar moves out of its way."""
        message(text)

    def _speed(self) -> str:
        rate = self._pace.per_second()
        return "" if rate is None else f"{rate:.1f} {self.unit}/s"

    def _remaining(self, units: float | None) -> str:
        return "" if self._pace.per_second() is None else self._pace.remaining(units)


class Pace:
    """Units per second since the work began. Results come a batch at a time, which misleads Rich's own estimate."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._start, self.done = clock, clock(), 0

    def add(self, units: int) -> None:
        """So much is done; nothing done means that the work only begins now."""
        if units == 0 and self.done == 0:
            self._start = self._clock()
        self.done += units

    def per_second(self) -> float | None:
        """None before anything is done."""
        seconds = self._clock() - self._start
        return self.done / seconds if self.done and seconds > 0 else None

    def remaining(self, units: float | None) -> str:
        """The time for so many units as `0:01:30`; `-:--:--` while it can't be told."""
        rate = self.per_second()
        return "-:--:--" if units is None or rate is None else str(timedelta(seconds=round(units / rate)))


def _bar(
    speed: Callable[[], str], remaining: Callable[[float | None], str], describe: Callable[[], str]
) -> progress.Progress:
    from rich import progress

    columns: tuple[progress.ProgressColumn, ...] = (
        progress.BarColumn(),
        _column(lambda task: "" if task.total is None else f"{task.completed:.0f}/{task.total:.0f}"),
        _column(lambda _: speed()),
        _column(lambda task: remaining(task.remaining)),
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
