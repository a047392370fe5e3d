"""What happened to a file since the last run: the rules, apart from the work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import PurePath

from gallery.images.effort import worth_another_try
from gallery.indexing.identity import Identity
from gallery.records import FileStamp, NewPhoto, Picture
from gallery.store.changes import AddPhoto, Change, FindAgain, Follows, LinkPath, NewVersion, Touch
from gallery.store.pictures import Pictures
from gallery.store.store import KnownFile
from gallery.system.same_file import leads_nowhere


class Status(StrEnum):
    """What became of a photo in one run."""

    NEW = "new"
    UNCHANGED = "unchanged"
    EDITED = "edited"
    CHANGED = "changed"
    MOVED = "moved"
    COPIED = "copied"
    MISSING = "missing"
    RESTORED = "restored"
    REREAD = "reread"
    FAILED = "failed"
    UNWANTED = "unwanted"

    @property
    def is_looked_at(self) -> bool:
        """The file was come by; else it is told only that it wasn't."""
        return self not in (Status.MISSING, Status.UNWANTED)


@dataclass(frozen=True, slots=True)
class Unfound:
    """Known photos that a run didn't come by: those that are `there` all the same, and those newly `gone`."""

    there: Mapping[str, KnownFile]
    gone: Sequence[str]


@dataclass
class Reconciler:
    """Compares files with what the database knew when the run began.

    `paths_of` gives the known paths of a photo by the hash of its bytes, those that exist first; `pictures` what photos
    are known by.
    """

    known: Mapping[str, KnownFile]
    paths_of: Callable[[str], list[str]]
    pictures: Callable[[], Pictures]
    force: bool = False
    """Files are read and searched for faces although nothing about them has changed."""
    max_seconds: float = 0.0
    """How long a photo may take now; one that took too long for a lower limit is worth another try."""
    moved_away: set[str] = field(default_factory=set)
    """Old paths whose photos were found again elsewhere in this run."""
    away: frozenset[str] = frozenset()
    """Places of drives that aren't connected: what lies there isn't gone."""
    added: set[str] = field(default_factory=set)
    """Hashes of the contents that were searched in this run; the last ones may not be in the database yet."""

    @cached_property
    def identity(self) -> Identity:
        """Knows as searched the contents that had a path when the run began, unless forced.

        Asked for only where there is something to read: of 100,000 unchanged photos nobody needs the pictures.
        """
        indexed = {known.hash for known in self.known.values() if known.hash}
        return Identity.of(self.pictures(), indexed, force=self.force)

    def is_same(self, file: FileStamp) -> bool:
        """The file hasn't changed since the last run."""
        known = self.known.get(file.path)
        return known is not None and file.unchanged_since(known)

    def failure(self, file: FileStamp) -> str | None:
        """Why the file, as it still is, couldn't be read; None where it is worth a try."""
        known = self.known.get(file.path)
        if self.force or known is None or known.failure is None or known.transient:
            return None
        if worth_another_try(known.failure, self.max_seconds):
            return None
        return known.failure if self.is_same(file) else None

    def needs_no_reading(self, file: FileStamp) -> bool:
        """The same file with a known content; it may have been missing."""
        return not self.force and self.is_same(file) and self.known[file.path].failure is None

    def of_new_content(self, file: FileStamp, photo: NewPhoto) -> tuple[Change, Status]:
        """A photo seen for the first time, or one that replaced another in place."""
        known = self.known.get(file.path)
        self._add(photo)
        return AddPhoto(file, photo), Status.CHANGED if known and known.hash else Status.NEW

    def of_successor(self, file: FileStamp, photo: NewPhoto, follows: Follows) -> tuple[Change, Status]:
        """A photo seen for the first time that shows the same shot as a known one."""
        placed, status = self._placed(file, photo.hash, follows.succession.old)
        self._add(photo)
        return AddPhoto(file, photo, replace(follows, moved_from=placed.moved_from)), status

    def of_new_version(self, file: FileStamp, digest: str, version: NewVersion) -> tuple[LinkPath, Status]:
        """Bytes seen for the first time that are a known photo: edited, or also moved or copied."""
        change, status = self._placed(file, digest, version.of)
        self.identity.add_version(digest, version)
        return replace(change, version=version), status

    def of_content_read_again(
        self, file: FileStamp, photo: NewPhoto, version: NewVersion | None = None
    ) -> tuple[Change, Status]:
        """A photo that is in the database and was searched for faces anew, perhaps in new bytes."""
        if version is None:
            change, status = self.of_known_content(file, photo.hash)
        else:
            change, status = self.of_new_version(file, photo.hash, version)
        self._add(photo)
        return FindAgain(change, photo), Status.REREAD if status is Status.UNCHANGED else status

    def of_known_content(
        self, file: FileStamp, digest: str, picture: Picture | None = None
    ) -> tuple[LinkPath | Touch, Status]:
        """A content that is in the database: touched, back again, put in place of another, moved or copied.

        `picture` is told where the database doesn't know it.
        """
        known = self.known.get(file.path)
        if known and known.hash == digest:
            return Touch(file, picture), Status.RESTORED if known.missing else Status.UNCHANGED
        change, status = self._placed(file, digest, self.identity.name(digest))
        return replace(change, picture=picture), status

    def _placed(self, file: FileStamp, digest: str, photo: str) -> tuple[LinkPath, Status]:
        """A known photo whose bytes weren't at this path before.

        Moved means that one of its paths no longer exists: that path's row goes over to the new one, each at most once.
        """
        known = self.known.get(file.path)
        if known and known.hash:
            is_it = known.photo == photo or self.identity.are_one_shot(known.photo, photo)
            return LinkPath(file, digest), Status.EDITED if is_it else Status.CHANGED
        paths = self.paths_of(photo)
        gone = [path for path in paths if path not in self.moved_away and self._is_gone(path)]
        if not gone:
            # No path at all: another picture took its place, and this file is where it went.
            is_copy = paths or photo in self.added
            return LinkPath(file, digest), Status.COPIED if is_copy else Status.MOVED
        origin = min(gone, key=lambda path: PurePath(path).name != PurePath(file.path).name)
        self.moved_away.add(origin)
        return LinkPath(file, digest, moved_from=origin), Status.MOVED

    def _is_gone(self, path: str) -> bool:
        return not os.path.lexists(path) and not is_under(path, tuple(map(prefix, self.away)))

    def _add(self, photo: NewPhoto) -> None:
        self.added.add(photo.hash)
        self.identity.add(photo)

    def not_found(self, found: Iterable[str], roots: Iterable[str], unseen: Iterable[str]) -> Unfound:
        """Known photos under `roots` that weren't found; those to which a link alone is left are gone.

        What lies under the folders in `unseen` can't be told.
        """
        here, blind = tuple(map(prefix, roots)), tuple(map(prefix, unseen))
        candidates = self.known.keys() - set(found) - self.moved_away
        photos = {path: self.known[path] for path in sorted(candidates) if is_under(path, here)}
        photos = {path: known for path, known in photos.items() if known.hash}
        dead = {path for path in photos if leads_nowhere(path)}
        told = [path for path in photos if path in dead or not is_under(path, blind)]
        there = {path: photos[path] for path in told if path not in dead and os.path.lexists(path)}
        gone = [path for path in told if path not in there]
        return Unfound(there, [path for path in gone if photos[path].unwanted or not photos[path].missing])

    def stale_failures(self, found: Iterable[str], roots: Iterable[str], unseen: Iterable[str]) -> list[str]:
        """Failures under `roots` of what this run didn't find; what is or lies under one of `unseen` can't be told."""
        here, blind = tuple(map(prefix, roots)), tuple(map(prefix, unseen))
        failed = {path for path, known in self.known.items() if known.failure is not None}
        return sorted(path for path in failed - set(found) if is_under(path, here) and not is_under(path, blind))


def prefix(folder: str) -> str:
    """What the path of all that lies in the folder begins with."""
    return folder.rstrip(os.sep) + os.sep


def is_under(path: str, prefixes: tuple[str, ...]) -> bool:
    """The path is one of the places with these prefixes, or below one."""
    return prefix(path).startswith(prefixes)
