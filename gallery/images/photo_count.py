"""Counts photos where none are looked for."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gallery.images.scan import is_photo


def count_photos(folders: Iterable[str], *, most_folders: int) -> int:
    """How many files in and below the folders have names of photos; at most so many folders are listed for it."""
    count, stack = 0, list(folders)
    while stack and most_folders:
        most_folders -= 1
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                    else:
                        count += is_photo(entry.name)
        except OSError:
            continue  # a bin of somebody else, into which nobody may look
    return count
