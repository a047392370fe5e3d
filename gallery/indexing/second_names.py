"""Files that the database knows by two paths through folders that are one: the path they were found by remains.

The version before took a folder by its other name, through a link or at a second mount, for another folder. Where the
database has both, a run doesn't notice by the names of the folders that it comes by: it knows them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence

from gallery.indexing.reconcile import is_under, prefix
from gallery.system.same_file import FileIds


def second_names(known: Iterable[str], copies: Iterable[Sequence[str]], found: Collection[str]) -> dict[str, str]:
    """The known paths that lead to files of which others were found in the run, each with the path to go by.

    `copies` are the files of each photo that has several: no other folders are looked at.
    """
    copies = list(copies)
    folders = _Folders(found if copies else ())
    for files in copies:
        for path in files:
            folders.compare(path, files)
    pairs = folders.named_anew
    return {path: name for path in known if (name := _renamed(path, pairs)) is not None} if pairs else {}


class _Folders:
    """Compares folders of the run with those that it didn't come by; `named_anew` are those that go by another name."""

    def __init__(self, found: Collection[str]) -> None:
        self._found = {os.path.dirname(path) for path in found}  # noqa: PTH120
        self._ids = FileIds()
        self._compared: set[tuple[str, str]] = set()
        self.named_anew: dict[str, str] = {}

    def compare(self, path: str, others: Collection[str]) -> None:
        """Looks whether the folder of the file is that of another file of its photo."""
        folder, name = os.path.split(path)
        if folder in self._found:
            return
        for other in others:
            place, other_name = os.path.split(other)
            pair = (folder, place)
            if other_name == name and place in self._found and pair not in self._compared:
                self._compared.add(pair)
                if self._ids.are_same(*pair):
                    self.named_anew.update([self._highest(*pair)])

    def _highest(self, folder: str, place: str) -> tuple[str, str]:
        """The folders as far up as they have the same names and are one, so that all below goes by one name."""
        while True:
            above, name = os.path.split(folder)
            other, other_name = os.path.split(place)
            if name != other_name or above == other or not self._ids.are_same(above, other):
                return folder, place
            folder, place = above, other


def _renamed(path: str, pairs: Mapping[str, str]) -> str | None:
    for folder, place in pairs.items():
        if is_under(path, (prefix(folder),)):
            return prefix(place) + path[len(prefix(folder)) :]
    return None
