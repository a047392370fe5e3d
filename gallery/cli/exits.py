"""The one place where errors become a line on stderr and an exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from click.exceptions import Exit, NoArgsIsHelpError

from gallery.cli.output import finish_stdout, message
from gallery.cli.state import State
from gallery.errors import GalleryError, QueryError

INTERRUPTED = 130
FAULT = 70

HELP = """\b
Exit codes:
  0    all well
  1    something failed: a photo couldn't be read, a place not be written to
  2    it was asked for in a way that makes no sense
  70   a fault in gallery itself
  130  interrupted by Ctrl-C
"""


def run(command: Callable[[], object], state: State) -> int:
    """Calls `command` and returns the exit code; no exception gets past, and no traceback is shown unasked."""
    try:
        result = command()
        sys.stdout.flush()
    except Exception as error:
        return _report(error, state)
    return result if isinstance(result, int) else 0


@contextmanager
def quiet_interruptions() -> Iterator[None]:
    """Ends a command without fuss on Ctrl-C, and where the reader of its output has gone, as `head` does."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        finish_stdout()
        raise Exit(0) from None
    except KeyboardInterrupt:
        raise click.Abort from None


def _report(error: Exception, state: State) -> int:
    match error:
        case click.Abort():
            message("interrupted")
            return INTERRUPTED
        case NoArgsIsHelpError():
            for line in error.ctx.get_help().splitlines():
                message(line)
            return error.exit_code
        case click.ClickException():
            # Click puts each choice for a missing argument on a line of its own.
            message("error: " + error.format_message().replace("\n\t", " "))
            _point_to_help(error)
            return error.exit_code
        case GalleryError():
            message(f"error: {error}")
            if isinstance(error, QueryError):
                _point_into_query(error)
            return error.exit_code
    if state.verbose:
        for line in traceback.format_exc().splitlines():
            message(line)
    if isinstance(error, OSError):
        finish_stdout()
        message(f"error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        return 1
    message(f"error: a fault in gallery: {type(error).__name__}: {error}")
    message("Please report it with the command and what it prints when --verbose is added.")
    return FAULT


def _point_to_help(error: click.ClickException) -> None:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        message(f"Try `{error.ctx.command_path} --help`.")


def _point_into_query(error: QueryError) -> None:
    from gallery.cli.caret import caret_lines

    for line in caret_lines(error):
        message(line)
