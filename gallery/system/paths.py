"""Paths as people type them, and as the database knows them."""

from __future__ import annotations

import os
from pathlib import Path

AnyPath = str | os.PathLike[str]


def expanded(path: AnyPath) -> Path:
    """The path with the home folder in the place of `~`; as it is where it names a user that doesn't exist."""
    try:
        return Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib raises for a user that doesn't exist
    except ValueError:  # no user's name can have such characters
        return Path(path)


def absolute(path: AnyPath) -> str:
    """The path as the database knows it: `~` is understood, links are not resolved."""
    return os.path.abspath(expanded(path))  # noqa: PTH100 - pathlib's would resolve links
