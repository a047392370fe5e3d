"""The program in a terminal, and what a person reads there."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from gallery.cli import cli
from tests.support.cli_gallery import Gallery


def unstyled(seen: str) -> str:
    """Without colours and bold, which NO_COLOR leaves; other escape codes stay, and show."""
    return re.sub(r"\x1b\[[0-9;]*m", "", seen)


def plain(seen: str) -> str:
    """Without any escape codes: those with which a progress bar moves the cursor are gone as well."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)


def run_in_terminal(gallery: Gallery, *args: str | Path, **environ: str) -> tuple[int, str]:
    """Exit code and what a person sees of stdout and stderr together, in a terminal 100 columns wide."""
    import pty

    ours, theirs = pty.openpty()
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.extend(_until_closed(ours)))
    reader.start()
    with os.fdopen(theirs, "w", encoding="utf-8") as screen, pytest.MonkeyPatch.context() as patch:
        for name, value in {"COLUMNS": "100", "TERM": "xterm-256color", **environ}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdout", screen)
        patch.setattr(sys, "stderr", screen)
        with pytest.raises(SystemExit) as end:
            cli.main(["--db", str(gallery.db), *map(str, args)])
    reader.join()
    os.close(ours)
    return int(str(end.value.code)), b"".join(seen).decode().replace("\r\n", "\n")


def _until_closed(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # Linux's word for the end, where others return nothing
            return
        if not chunk:
            return
        yield chunk


def screen(**options: object) -> tuple[Console, io.StringIO]:
    """A console in full colour, and what is written to it."""
    written = io.StringIO()
    settings: dict[str, object] = {"color_system": "truecolor", "_environ": {}, "width": 100} | options
    return Console(file=written, force_terminal=True, highlight=False, markup=False, **settings), written  # type: ignore[arg-type]
