"""Questions to whoever runs the program."""

from __future__ import annotations

import click

from gallery.cli.output import message, printable
from gallery.errors import UsageError


def agreed(question: str, *, default: bool = False, way_out: str = "use --yes") -> bool:
    """Whether the answer is yes. UsageError, with another way, where nobody is there to answer."""
    try:
        return click.confirm(printable(question), default=default, err=True)
    except click.Abort as error:
        # Ctrl-C leads here, too.
        if not isinstance(error.__context__, EOFError):
            raise
    message("")
    raise UsageError(f"nobody is there to answer; {way_out}")
