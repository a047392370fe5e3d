"""What happened to a file since the last run: the rules, apart from the work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath

from gallery.records import FileStamp, NewPhoto
from gallery.store.changes import AddPhoto, Change, FindAgain, LinkPath, Touch
from gallery.store.store import KnownFile
from gallery.system.same_file import leads_nowhere


class Status(StrEnum):
    """What became of a photo in one run."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MOVED = "moved"
    COPIED = "copied"
    MISSING = "missing"
    RESTORED = "restored"
    REREAD = "reread"
    FAILED = "failed"


@dataclass(slots=True)
class Reconciler:
    """Compares files with what the database knew when the run began.

    `paths_of` gives the known paths of a content by its hash, those that exist first.
    """

    known: Mapping[str, KnownFile]
    paths_of: Callable[[str], list[str]]
    force: bool = False
    """Files are read and searched for faces although nothing about them has changed."""
    moved_away: set[str] = field(default_factory=set)
    """Old paths whose photos were found again elsewhere in this run."""
    added: set[str] = field(default_factory=set)
    """Hashes of the contents that were searched in this run; the last ones may not be in the database yet."""

    hashes: frozenset[str] = field(init=False)
    """Of contents that need no searching: those that had a path when the run began, unless forced."""

    def __post_init__(self) -> None:
        indexed = (known.hash for known in self.known.values() if known.hash and not self.force)
        self.hashes = frozenset(indexed)

    def knows(self, digest: str) -> bool:
        """The content needs no searching, or no more; safe to ask from other threads."""
        return digest in self.hashes or digest in self.added

    def is_same(self, file: FileStamp) -> bool:
        """The file hasn't changed since the last run."""
        known = self.known.get(file.path)
        return known is not None and file.unchanged_since(known)

    def failure(self, file: FileStamp) -> str | None:
        """Why the file, as it still is, couldn't be read; None where it is worth a try."""
        known = self.known.get(file.path)
        if self.force or known is None or known.failure is None or known.transient:
            return None
        return known.failure if self.is_same(file) else None

    def needs_no_reading(self, file: FileStamp) -> bool:
        """The same file with a known content; it may have been missing."""
        return not self.force and self.is_same(file) and self.known[file.path].failure is None

    def of_new_content(self, file: FileStamp, photo: NewPhoto) -> tuple[Change, Status]:
        """A content seen for the first time: a new photo, or one that replaced another in place."""
        known = self.known.get(file.path)
        self.added.add(photo.hash)
        return AddPhoto(file, photo), Status.CHANGED if known and known.hash else Status.NEW

    def of_content_read_again(self, file: FileStamp, photo: NewPhoto) -> tuple[Change, Status]:
        """A content that is in the database and was searched for faces anew."""
        change, status = self.of_known_content(file, photo.hash)
        self.added.add(photo.hash)
        return FindAgain(change, photo), Status.REREAD if status is Status.UNCHANGED else status

    def of_known_content(self, file: FileStamp, digest: str) -> tuple[LinkPath | Touch, Status]:
        """A content that is in the database: touched, back again, put in place of another, moved or copied.

        Moved means that one of its paths no longer exists: that path's row goes over to the new one, each at most once.
        """
        known = self.known.get(file.path)
        if known and known.hash == digest:
            return Touch(file), Status.RESTORED if known.missing else Status.UNCHANGED
        if known and known.hash:
            return LinkPath(file, digest), Status.CHANGED
        paths = self.paths_of(digest)
        gone = [path for path in paths if path not in self.moved_away and not os.path.lexists(path)]
        if not gone:
            # No path at all: another picture took its place, and this file is where it went.
            is_copy = paths or digest in self.added
            return LinkPath(file, digest), Status.COPIED if is_copy else Status.MOVED
        origin = min(gone, key=lambda path: PurePath(path).name != PurePath(file.path).name)
        self.moved_away.add(origin)
        return LinkPath(file, digest, moved_from=origin), Status.MOVED

    def missing(self, found: Iterable[str], roots: Iterable[str], unseen: Iterable[str]) -> list[str]:
        """Known photos under `roots` that are gone, also where a link to them is left.

        What lies under the folders in `unseen` can't be told.
        """
        here, blind = tuple(map(_prefix, roots)), tuple(map(_prefix, unseen))
        candidates = self.known.keys() - set(found) - self.moved_away
        return sorted(
            path
            for path in candidates
            if _is_under(path, here)
            and self.known[path].hash
            and not self.known[path].missing
            and (leads_nowhere(path) or not (_is_under(path, blind) or os.path.lexists(path)))
        )

    def stale_failures(self, found: Iterable[str], roots: Iterable[str], unseen: Iterable[str]) -> list[str]:
        """Failures under `roots` of what this run didn't find; what is or lies under one of `unseen` can't be told."""
        here, blind = tuple(map(_prefix, roots)), tuple(map(_prefix, unseen))
        failed = {path for path, known in self.known.items() if known.failure is not None}
        return sorted(path for path in failed - set(found) if _is_under(path, here) and not _is_under(path, blind))


def _prefix(folder: str) -> str:
    return folder.rstrip(os.sep) + os.sep


def _is_under(path: str, prefixes: tuple[str, ...]) -> bool:
    """The path is one of the places themselves or below one."""
    return _prefix(path).startswith(prefixes)
