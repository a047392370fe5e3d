"""Which photos and folders people want left out: the patterns of `.galleryignore` files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from gallery.errors import ImageError
from gallery.images.ignore_patterns import IgnorePatterns

IGNORE_FILE = ".galleryignore"

MAX_IGNORE_BYTES = 1_000_000

OnError = Callable[[ImageError], None]


@dataclass(frozen=True, slots=True)
class Rules:
    """The patterns of one ignore file; they speak of paths below `folder`, which ends in a separator."""

    folder: str
    patterns: IgnorePatterns

    def verdict(self, path: str) -> bool | None:
        """True: skip it; False: keep it, whatever a folder above says; None: nothing said. Folders end in "/"."""
        relative = path.removeprefix(self.folder).replace(os.sep, "/")
        return self.patterns.verdict(relative)


def rules_in(entries: Iterable[os.DirEntry[str]], above: tuple[Rules, ...], on_error: OnError) -> tuple[Rules, ...]:
    """The rules in force in a folder with these entries: those of the folders above, then its own."""
    found = next((entry for entry in entries if entry.name == IGNORE_FILE), None)
    if found is None:
        return above
    try:
        patterns = _read(found)
    except (OSError, ValueError) as error:
        reason = f"ignore patterns can't be used ({why(error)})"
        on_error(ImageError(found.path, reason, transient=True, is_photo=False))
        return above
    return (*above, Rules(found.path.removesuffix(IGNORE_FILE), patterns))


def _read(entry: os.DirEntry[str]) -> IgnorePatterns:
    if not entry.is_file():
        raise OSError("no regular file")
    with Path(entry.path).open("rb") as file:
        content = file.read(MAX_IGNORE_BYTES + 1)
    if len(content) > MAX_IGNORE_BYTES:
        raise ValueError(f"more than {MAX_IGNORE_BYTES} bytes")
    return IgnorePatterns(os.fsdecode(content.removeprefix(b"\xef\xbb\xbf")).splitlines())


def is_ignored(path: str, rules: tuple[Rules, ...]) -> bool:
    """Whether the last rule that speaks of the path says to skip it; folders end in "/"."""
    verdicts = (each.verdict(path) for each in reversed(rules))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def why(error: Exception) -> str:
    """The reason in words."""
    return (isinstance(error, OSError) and error.strerror) or str(error)
