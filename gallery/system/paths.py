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


def native(text: str) -> str:
    """The text with the separator that this system writes, where it takes another one as well: Windows takes both."""
    return text.replace(os.altsep, os.sep) if os.altsep else text


def absolute(path: AnyPath) -> str:
    """The path as the database knows it: `~` is understood, links are not resolved.

    A shell says where it is by the way it came there, in `PWD`: `~/Photos` in place of `/mnt/disk/Photos`, which is all
    that the system knows. `..` is taken as the shell's `cd ..` does, unless that leads to something else than the path
    does. Raises OSError where the working folder doesn't exist any more.
    """
    given = os.fspath(expanded(path))
    resolved = os.path.abspath(given)  # noqa: PTH100 - pathlib's keeps ".."
    here = None if os.path.isabs(given) else _as_the_shell_says()  # noqa: PTH117
    if here is None:
        return resolved
    said = os.path.normpath(os.path.join(here, given))  # noqa: PTH118
    return said if os.pardir not in Path(given).parts or _leads_to(said, given) else resolved


def _as_the_shell_says() -> str | None:
    """None where it says nothing else than the system does, or speaks of another folder."""
    said = os.environ.get("PWD", "")
    is_plain = os.path.isabs(said) and os.path.normpath(said) == said  # noqa: PTH117
    return said if is_plain and said != os.getcwd() and _are_same(said, os.curdir) else None  # noqa: PTH109


def _leads_to(said: str, given: str) -> bool:
    """The folder decides where nothing is there."""
    folder, name = os.path.split(given)
    return _are_same(said, given) or (name != os.pardir and _are_same(os.path.dirname(said), folder))  # noqa: PTH120


def _are_same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)  # noqa: PTH121
    except (OSError, ValueError):
        return False
