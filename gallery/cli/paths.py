"""Paths as people type them, also where no shell has seen to them: quoted, or behind a `=`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click

from gallery.system.paths import absolute, expanded

PIPE: Final = Path("-")
"""What means stdin or stdout where `UserPath(allow_dash=True)` takes it."""


class UserPath(click.Path):
    """`~` is the home of the user. `-` is the pipe: refused where there is none to read from or write to."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path with its home spelled out."""
        text = os.fspath(value)
        if text == str(PIPE) and not self.allow_dash:
            self.fail("'-' is the pipe, which has no use here; './-' is a file of that name", param, ctx)
        if text != str(PIPE) and Path(text) == PIPE:
            text = absolute(text)  # as a Path, `./-` would be `-`
        return super().convert(os.fspath(expanded(text)), param, ctx)
