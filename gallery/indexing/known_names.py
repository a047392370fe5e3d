"""By which path the database knows a folder that a run comes upon by another: through a link, at another mount."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from gallery.records import FileStamp
from gallery.system.same_file import FileId, FileIds, folders_of


class KnownNames:
    """Gives the folders of a run the names that the database has for them, so that nothing is in it twice.

    Costs a look into a set for each folder. Only where the path of one is new are all known ones looked at, once.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._ids = FileIds()
        self._found_as: dict[str, str] = {}

    def learn(self, paths: Iterable[str]) -> None:
        """Notes the folders that known files lie in, and all above them."""
        self._known |= folders_of(paths)

    def __call__(self, folder: str, info: os.stat_result) -> str:
        """The path that the folder is known by; of one that isn't known, its own."""
        if folder in self._known or not self._known:
            return folder
        found = self._ids.of_stat(folder, info)
        known = None if found is None else self._by_id.get(found)
        # Drives come and go: what was there when we looked may be another by now.
        if known is None or self._ids.of(known) != found:
            return folder
        self._found_as[known] = folder
        return known

    @property
    def renamed(self) -> list[str]:
        """The known paths of the folders that were found by another."""
        return list(self._found_as)

    def as_found(self, file: FileStamp) -> FileStamp:
        """The file by the path that the run came upon it by."""
        above = file.path
        while self._found_as and above != os.path.dirname(above):  # noqa: PTH120
            above = os.path.dirname(above)  # noqa: PTH120
            if above in self._found_as:
                return replace(file, path=self._found_as[above] + file.path[len(above) :])
        return file

    @cached_property
    def _by_id(self) -> dict[FileId, str]:
        return self._ids.by_id(self._known)
