"""Where a run looks, and what may be said of the photos that it doesn't come by there."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gallery.errors import ImageError, ScanError
from gallery.images.scan import Beside, is_folder, is_photo, scan
from gallery.indexing.known_names import KnownNames
from gallery.indexing.known_roots import KnownRoots, Manner
from gallery.indexing.reconcile import is_under, prefix
from gallery.records import FileStamp
from gallery.store import roots as root_rows
from gallery.store.store import KnownFile, Store
from gallery.system.drives import is_connected
from gallery.system.paths import absolute


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run looks: going through `files` walks the folders, and fills `problems` and `beside`.

    By then `names` must have learnt what is known. `roots` are the files and folders that are there; `known_roots` all
    folders that the gallery looks through.
    """

    roots: Sequence[str]
    known_roots: KnownRoots
    files: Iterator[FileStamp]
    problems: list[ImageError]
    names: KnownNames
    beside: Beside

    @property
    def roots_by_all_names(self) -> list[str]:
        """Also by those under which the database knows what was found in them."""
        return [*self.roots, *self.names.renamed]

    def note(self, store: Store) -> None:
        """Makes the folders known, and how they are looked through."""
        root_rows.note_roots(store, self.known_roots.to_note, self.known_roots.dropped)

    def note_look(self, store: Store) -> None:
        """Notes that they were looked through, except those that weren't to be seen."""
        unseen = {problem.path for problem in self.problems}
        names = self.known_roots.names
        root_rows.note_look(store, [names.get(root, root) for root in self.roots if root not in unseen])

    def unwanted(self, candidates: Mapping[str, KnownFile]) -> dict[str, str]:
        """Those of the files, none of which was found, that were passed over for a reason new to them, with this."""
        reasons = self.beside.passed_over.places
        found = ((path, self._passed_over_at(path)) for path in candidates)
        why = {path: str(reasons[place]) for path, place in found if place is not None}
        return {path: reason for path, reason in why.items() if candidates[path].unwanted != reason}

    def _passed_over_at(self, path: str) -> str | None:
        """Where; not what a folder above passes over, and what is looked through by itself."""
        place = self.beside.passed_over.place_of(path)
        if place is None:
            return None
        own = tuple(prefix(root) for root in self.known_roots.known if is_under(root, (prefix(place),)))
        return None if is_under(path, own) else place

    def drives_away(self, store: Store, known: Mapping[str, KnownFile], found: Collection[str]) -> frozenset[str]:
        """The places of all drives that aren't connected, whether they were to be looked through or not."""
        return frozenset(self._drives_away(store, known, found)[0])

    def _drives_away(
        self, store: Store, known: Mapping[str, KnownFile], found: Collection[str]
    ) -> tuple[set[str], set[str]]:
        """The drives that aren't connected, and the places of drives that another folder took."""
        before, now = set(root_rows.known_mounts(store)), self.beside.drives
        away = {drive for drive in before | now if not is_connected(drive)}
        # Another folder took its place where something known is found there.
        former = {drive for drive in away - now if not known.keys().isdisjoint(_within(drive, found))}
        return away - former, former

    def find_away(self, store: Store, known: Mapping[str, KnownFile], found: Collection[str]) -> None:
        """Adds to the problems the folders that vanished meanwhile, and drives with photos that aren't connected."""
        gone = [root for root in self.roots if not os.path.lexists(root)]
        self.problems.extend(map(absent, gone))
        before, now = set(root_rows.known_mounts(store)), self.beside.drives
        here = tuple(map(prefix, self.roots_by_all_names))
        away, former = self._drives_away(store, known, found)
        away, former = ({drive for drive in drives if is_under(drive, here)} for drives in (away, former))
        there = [path for path, file in known.items() if file.hash and _may_be_there(file)] if away else []
        for drive in sorted(away - set(gone)):
            if _within(drive, there):
                self.problems.append(absent(drive, "its drive isn't connected"))
        if former or now - before:
            root_rows.note_mounts(store, now - before, former)


def find_places(store: Store, paths: Sequence[str | os.PathLike[str]], manner: Manner | None = None) -> Places:
    """Where these paths are. A known one that isn't there is a problem; ScanError for any other.

    From now on the folders are looked through in this manner, as far as it says anything.
    """
    there, problems = sorted_out(store, paths)
    roots, names, beside = KnownRoots(store), KnownNames(), Beside()
    for path in [path for path, folder in there.items() if folder]:
        roots.take(path, manner or Manner())
    manners = roots.manners()
    files = scan(
        list(there),
        follow_links={path: root.follow_links for path, root in manners.items()},
        on_error=problems.append,
        known_as=names,
        include={path: root.include for path, root in manners.items()},
        beside=beside,
    )
    return Places(list(there), roots, files, problems, names, beside)


def sorted_out(
    store: Store | None, paths: Iterable[str | os.PathLike[str]]
) -> tuple[dict[str, bool], list[ImageError]]:
    """The paths that are there, and whether each is a folder; and what is to be told of known ones that aren't.

    Raises ScanError for one that is neither there nor known, as is any where there is no store yet.
    """
    there: dict[str, bool] = {}
    problems: list[ImageError] = []
    for path in dict.fromkeys(map(absolute, paths)):
        try:
            there[path] = is_folder(path)
        except ScanError as error:
            if store is None or not root_rows.is_known(store, path):
                raise
            problems.append(_problem(path, error.reason) if os.path.lexists(path) else absent(path))
    return there, problems


def _within(folder: str, paths: Collection[str]) -> list[str]:
    above = prefix(folder)
    return [path for path in paths if path.startswith(above)]


def _may_be_there(file: KnownFile) -> bool:
    """Nobody saw that it is gone, whether it is wanted or not."""
    return not file.missing or file.unwanted is not None


def absent(path: str, reason: str = "isn't there") -> ImageError:
    """What is told of a place whose drive may just not be connected."""
    return _problem(path, f"{reason}; its photos stay as they are until it is back")


def _problem(path: str, reason: str) -> ImageError:
    return ImageError(path, reason, transient=True, is_photo=is_photo(os.path.basename(path)))  # noqa: PTH119
