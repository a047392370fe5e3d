"""The two streams: stdout carries data, stderr everything else.

Names of files come from strangers. For a person they are printed with control characters escaped and without markup;
for a program byte for byte.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_JOINERS = "\u200c\u200d"


def to_terminal() -> bool:
    """Whether a person is reading stdout."""
    return sys.stdout.isatty()


def printable(text: str) -> str:
    r"""`text` with everything that could move the cursor or turn the reading direction escaped: `a\nb`, `\udcff`.

    Joiners stay, for emoji are made with them, and so do unusual spaces.
    """
    return "".join(char if _is_harmless(char) else char.encode("unicode_escape").decode("ascii") for char in text)


def _is_harmless(char: str) -> bool:
    return char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Zs"


def counted(count: int, thing: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def message(text: str) -> None:
    """One line on stderr; the work goes on where nobody reads it any more."""
    # Not click.echo, which keeps its own stderr: a progress bar replaces sys.stderr to move out of the way.
    try:
        sys.stderr.write(f"{printable(text)}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        _throw_away(sys.__stderr__)


def print_paths(paths: Iterable[str], *, nul: bool = False) -> None:
    """The exact bytes of each path, followed by a newline, or by NUL where names may hold newlines.

    A person gets a line for each, with what would act on the terminal escaped.
    """
    if to_terminal():
        for path in paths:
            click.echo(printable(path))
        return
    end = b"\0" if nul else b"\n"
    stream = sys.stdout.buffer
    for path in paths:
        stream.write(os.fsencode(path) + end)
    stream.flush()


def print_text(content: bytes) -> None:
    """The exact bytes of a text in UTF-8; for a person its lines, with what would act on the terminal escaped."""
    if to_terminal():
        for line in content.decode(errors="surrogateescape").removesuffix("\n").split("\n"):
            click.echo(printable(line.removesuffix("\r")))
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def print_json(value: Any) -> None:
    """`value` in ASCII; a byte of a path that is no UTF-8 appears as `\\udcXX`, which Python's os.fsencode undoes."""
    click.echo(json.dumps(value, indent=2))


class Item(Protocol):
    """What a command lists."""

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        ...


T = TypeVar("T", bound=Item)


def print_items(
    items: Sequence[T], *, as_json: bool, draw: Callable[[Sequence[T]], None], line: Callable[[T], str]
) -> None:
    """JSON where it is asked for, else what `draw` makes of them for a person, or a line each for a program."""
    if as_json:
        print_json([item.as_json() for item in items])
    elif not to_terminal():
        for item in items:
            click.echo(line(item))
    elif items:
        draw(items)


def plain_table(*columns: str) -> Table:
    """A table without lines, as all that are drawn here."""
    from rich.table import Table

    return Table(*columns, box=None, pad_edge=False)


def console() -> Console:
    """Draws on stdout, without markup in what it prints."""
    return _console(stderr=False)


def error_console() -> Console:
    """Draws on stderr, without markup in what it prints."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):
        # A terminal that knows ASCII alone gets escapes in place of a crash.
        stream.reconfigure(errors="backslashreplace")

    class PipeConsole(Console):
        def on_broken_pipe(self) -> None:
            """Rich would end the program with exit code 1."""
            if not stderr:
                raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
            _throw_away(sys.__stderr__)

    return PipeConsole(stderr=stderr, markup=False, highlight=False, emoji=False)


def finish_stdout() -> None:
    """Writes what is left; where that can't be done, throws it away, or Python would complain on its way out."""
    try:
        sys.stdout.flush()
    except OSError:
        _throw_away(sys.stdout)


def _throw_away(stream: TextIO | None) -> None:
    """From here on: all that is written to it."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class StderrHandler(logging.Handler):
    """The library's log, a line each."""

    def emit(self, record: logging.LogRecord) -> None:
        message(f"{record.levelname.lower()}: {record.getMessage()}")
