"""The system's own program for a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Final

PATIENCE_SECONDS: Final = 5.0
"""How long an opener has to say that it failed: some end at once, others are the viewer themselves, and stay."""


class NoViewerError(Exception):
    """Why the file couldn't be shown, and what to do."""


def open_in_viewer(path: str) -> None:
    """Shows the file at this absolute path in the program that the system opens such files with; doesn't wait for it.

    No shell sees the path. Raises NoViewerError where there is no such program, or it failed.
    """
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606 - that is what is wanted
        except OSError as error:
            raise NoViewerError(f"can't be opened ({error.strerror or error}); open it by hand") from None
        return
    name = "open" if sys.platform == "darwin" else "xdg-open"
    opener = shutil.which(name)
    if opener is None:
        hint = "install it (package xdg-utils), or open it by hand"
        raise NoViewerError(f"there is no {name} on this system to open it with; {hint}")
    code = _started(opener, path)
    if code:
        raise NoViewerError(f"no program opened it ({name} ended with {code}); is there a screen? Or open it by hand")


def _started(opener: str, path: str) -> int | None:
    """The exit code; None where it is still running."""
    quiet = subprocess.DEVNULL
    # A session of its own: Ctrl-C here, or a terminal that closes, ends no viewer.
    process = subprocess.Popen(  # noqa: S603 - the system's own opener, with one path and no shell
        [opener, path], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        return process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        return None
