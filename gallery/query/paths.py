"""Where photos lie, as people type it: a folder or file, or a part of a path."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gallery.errors import UsageError
from gallery.system.paths import absolute, native


def parse_path(text: str | os.PathLike[str]) -> str:
    """What `Query.path` holds: an absolute path for a place, the text itself for a part of a path.

    A place is what looks like one (`/…`, `~…`, `.`, `..`, `./…`, `../…`) and a folder or file that exists from here.
    Links are not resolved: photos are known by the path under which they were indexed. A search takes the other names
    of a folder for it, too.
    """
    given = native(os.fspath(text))
    if not given.strip():
        raise UsageError(f"--path is {given!r}; allowed: a folder, or a part of the path of a photo")
    if _exists(given):
        return _absolute(given)
    wildcard = re.search(r"[*?]", given)
    if wildcard:
        part = max(re.split(r"[*?]+", given), key=len) or "Italy"
        reason = f"{wildcard[0]} stands for nothing here; give a part of the path, such as {part}"
        raise UsageError(f"--path is {given!r}; {reason}")
    return place(given)


def place(given: str) -> str:
    """The same without a look at the disk: only what looks like a place is one, wherever one is just now."""
    given = native(given)
    expanded = _expanded(given)
    first = expanded.split(os.sep)[0]  # noqa: PTH206 - pathlib drops a leading "."
    if os.path.isabs(expanded) or first in (os.curdir, os.pardir):  # noqa: PTH117
        return _absolute(expanded)
    return given


def _absolute(given: str) -> str:
    try:
        return absolute(_expanded(given))
    except OSError:
        raise UsageError(f"{given}: there is no folder any more where you are; give the whole path") from None


def _expanded(given: str) -> str:
    try:
        return os.path.expanduser(given)  # noqa: PTH111 - pathlib raises for a user that doesn't exist
    except ValueError:  # no user's name can have such characters
        return given


def _exists(given: str) -> bool:
    try:
        return Path(_expanded(given)).exists()
    except (OSError, ValueError):
        return False
