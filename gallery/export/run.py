"""One run of an export into a folder: which file gets which name, and what becomes of what has it already."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gallery.errors import ImageError
from gallery.export import making
from gallery.export.destination import BlockedError, Destination
from gallery.export.files import How, explained, stop_if_hopeless
from gallery.export.making import ChangedError, Source
from gallery.export.manifest import Entry, Owner
from gallery.export.naming import NamedPhoto, missing
from gallery.export.results import ExportAction, ExportResult, Kind
from gallery.export.safe_names import name_key
from gallery.export.sidecars import Sidecars, sidecar_names
from gallery.images.decode import hash_file


@dataclass(slots=True)
class Run:
    """What is shared by all photos of one export.

    `standing` are the names that stand for something in this export, `unplaced` the hashes of photos that have none.
    """

    destination: Destination
    how: How
    owner: Owner
    update: bool
    wanted: Collection[str]
    reserved: dict[str, str]
    standing: set[str] = field(default_factory=set)
    unplaced: set[str] = field(default_factory=set)
    sidecars: Sidecars = field(default_factory=Sidecars)

    @classmethod
    def of(cls, destination: Destination, items: Sequence[NamedPhoto], *, how: How, owner: Owner, update: bool) -> Run:
        """A name that one of the photos had in an earlier export is kept for it, wherever it comes in the order now."""
        held: dict[str, str] = {}
        for item in items:
            entries = ((name, destination.manifest.entries.get(name)) for name in item.names)
            name = next((name for name, entry in entries if entry and entry.hash == item.photo.hash), None)
            if name is not None:
                held.setdefault(name_key(name), item.photo.hash)
        return cls(destination, how, owner, update, {item.photo.hash for item in items}, held)

    def export(self, item: NamedPhoto) -> Iterator[ExportResult]:
        """The photo, then its sidecars."""
        result, source, name = missing(item.photo), None, ""
        for source in item.sources:
            digest = item.photo.hash_of(str(source))
            result, name = self._file(Source(source, digest, item.photo.hash, self.how, self.owner), item.names)
            if result.action is not ExportAction.FAILED:
                break
        yield result
        if source is None or not name:
            self.unplaced.add(item.photo.hash)
            return
        for sidecar in self.sidecars.of(source):
            yield self._sidecar(sidecar, item.photo.hash, sidecar_names(sidecar, source, name))

    def _sidecar(self, path: Path, photo: str, names: Sequence[str]) -> ExportResult:
        try:
            source = Source(path, hash_file(path), photo, "copy", self.owner)
        except ImageError as error:
            return ExportResult(str(path), None, ExportAction.FAILED, error.reason, Kind.SIDECAR)
        # One it had before comes first.
        entries = self.destination.manifest.entries
        own = [name for name in names if name in entries and entries[name].photo == photo]
        result, _ = self._file(source, tuple(dict.fromkeys([*own, *names])))
        if result.action is ExportAction.FAILED:
            self.standing.update(map(name_key, names))
        return replace(result, kind=Kind.SIDECAR)

    def _file(self, source: Source, names: Sequence[str]) -> tuple[ExportResult, str]:
        """The result and the name the file has; an empty one where it has none."""
        try:
            return self._placed(source, [self.destination.spelled(name) for name in names])
        except (ChangedError, BlockedError, ImageError, OSError) as error:
            reason = self._reason(error, source.how)
        return ExportResult(str(source.path), None, ExportAction.FAILED, reason), ""

    def _placed(self, source: Source, names: Sequence[str]) -> tuple[ExportResult, str]:
        for name in names:
            if self._holds(name, source):
                return self._done(source, name, ExportAction.THERE)
        for name in names:
            action = self._put(name, source)
            if action is not None:
                return self._done(source, name, action)
        return self._refused(source, names), ""

    def _reason(self, error: Exception, how: How) -> str:
        """Why one file can't be exported. Raises ExportError where no other could be either."""
        match error:
            case ImageError():
                return error.reason
            case OSError():
                if not self.destination.dry_run:
                    stop_if_hopeless(error, self.destination.path)
                return explained(error, how)
        return str(error)

    def _done(self, source: Source, name: str, action: ExportAction) -> tuple[ExportResult, str]:
        self.standing.add(name_key(name))
        self.destination.take(name)
        return ExportResult(str(source.path), str(self.destination.file(name)), action), name

    def _refused(self, source: Source, names: Sequence[str]) -> ExportResult:
        if source.is_sidecar and not self.update:
            earlier = next((name for name in names if self._is_earlier_of(source.photo, name)), None)
            if earlier is not None:
                self.standing.add(name_key(earlier))
                reason = "has changed since it was exported; --update brings it up to date"
                return ExportResult(str(source.path), str(self.destination.file(earlier)), ExportAction.KEPT, reason)
        called = " and ".join(names)
        there = f"different files called {called} are" if len(names) > 1 else f"a different file called {called} is"
        return ExportResult(str(source.path), None, ExportAction.FAILED, f"{there} there already")

    def _holds(self, name: str, source: Source) -> bool:
        """Whether the file stands for the source already."""
        path, entry = self.destination.file(name), self.destination.manifest.entries.get(name)
        is_quick = self.update and entry is not None and entry.hash == source.hash and entry.looks_same(path)
        if not is_quick and not making.stands_for(path, source):
            return False
        if entry is not None and not self.destination.dry_run:
            fresh = self._fresh(entry, entry if is_quick else making.entry_of(path, source))
            if fresh != entry:
                self.destination.manifest.note(name, fresh)
        return True

    def _fresh(self, entry: Entry, found: Entry) -> Entry:
        """What is to be noted of a file that stands for a photo of this run, where another run may have made it."""
        if entry.belongs_to(self.owner):
            return replace(found, owners=entry.owners or found.owners)
        # Without owners it is another's by its name alone, which a second one would take from it.
        return entry.shared_with(self.owner) if entry.owners else entry

    def _put(self, name: str, source: Source) -> ExportAction | None:
        """Makes the file, whole or not at all; None where another has the name and keeps it."""
        key = name_key(name)
        if key in self.standing or self.reserved.get(key, source.photo) != source.photo:
            return None
        is_new = not self.destination.is_taken(name)
        if not is_new and not self._may_replace(name, source):
            return None
        if (self.destination.dry_run or source.how != "copy") and hash_file(source.path) != source.hash:
            raise ChangedError
        if self.destination.dry_run:
            return _action(source.how, is_new=is_new)
        with contextlib.suppress(FileExistsError):
            (making.make if is_new else making.replace)(self.destination, name, source)
            return _action(source.how, is_new=is_new)
        self.destination.take(name)
        return None

    def _is_earlier_of(self, photo: str, name: str) -> bool:
        """Whether an earlier export of the same made this file of the photo, and nobody changed it since."""
        entry = self.destination.manifest.entries.get(name)
        if entry is None or not entry.belongs_to(self.owner) or entry.photo != photo:
            return False
        return entry.is_same(self.destination.file(name))

    def _may_replace(self, name: str, source: Source) -> bool:
        path, entry = self.destination.file(name), self.destination.manifest.entries.get(name)
        if entry is None or not entry.is_of_nobody_else(self.owner):
            return False
        if _is_empty(path):
            # The name was claimed, then the export was killed: see `reveal`.
            return True
        foreign = source.is_sidecar and entry.photo != source.photo and entry.photo in self.wanted
        return self.update and not foreign and entry.is_same(path)


def _action(how: How, *, is_new: bool) -> ExportAction:
    if not is_new:
        return ExportAction.UPDATED
    return ExportAction.COPIED if how == "copy" else ExportAction.LINKED


def _is_empty(path: Path) -> bool:
    try:
        there = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(there.st_mode) and there.st_size == 0
