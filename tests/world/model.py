"""What must be known and shown: worked out of what lies on the disk at each look, and of what a person said."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.world.disk import Disk
from tests.world.looks import Found, Look, is_below, leads_nowhere, look_through, nearest
from tests.world.pictures import Facts
from tests.world.said import History, Said

Fate = tuple[str, str]
"""A path and what became of it."""

EITHER: Final = "moved or copied"
COPIED_IS_MOVED: Final = "what is copied while a drive is away is told as moved, from the drive"
LATER_TIME: Final = "bytes that lay nowhere for a while and are back, touched, are known by their new time"
FORCED_DATE: Final = "the first bytes of a photo have the date of those that a run with --force found in their place"
EXCEPTIONS: Final = frozenset({COPIED_IS_MOVED, LATER_TIME, FORCED_DATE})
"""Faults that are known, for which the model says what the program does until they are mended."""


@dataclass
class File:
    """`state` is "there", "missing", or why it is no longer wanted: "ignored", "bin", "root", "missing in root"."""

    stamp: tuple[int, int]
    digest: str
    state: str = "there"


@dataclass
class Photo:
    """A picture that the gallery knows; `dates` has for each of its bytes what they said when they were read first."""

    number: int
    faces: tuple[str, ...]
    dates: dict[str, tuple[datetime, str]] = field(default_factory=dict)


class Model:
    """What the gallery knows. Pictures are called by their names in the catalogue."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.files: dict[str, File] = {}
        self.photos: dict[str, Photo] = {}
        self.broken: dict[str, tuple[int, int]] = {}
        """Files that couldn't be read, and how they were then; None: a place that couldn't be looked at."""
        self.away: set[str] = set()
        self.roots: set[str] = set()
        self.mounts: set[str] = set()
        self.answer: str | None = None
        """What the model in use takes all faces for; None: for what they are."""
        self.said, self.history = Said(), History()
        self._numbered = 0

    def picture(self, path: str) -> str:
        """The name of the picture in a known file."""
        return self.facts(self.files[path].digest).picture

    def facts(self, digest: str) -> Facts:
        """Of bytes that are a photo."""
        facts = self.disk.catalogue.of(digest)
        assert facts is not None
        return facts

    def paths(self, picture: str) -> list[str]:
        """Of all known files of the photo."""
        return sorted(path for path in self.files if self.picture(path) == picture)

    def state(self, picture: str) -> str:
        """ "there", "missing", or "unwanted": where no file is there and one isn't wanted."""
        states = {self.files[path].state for path in self.paths(picture)}
        if "there" in states:
            return "there"
        return "unwanted" if states - {"missing"} else "missing"

    def date(self, picture: str) -> tuple[datetime, str]:
        """The first one that a camera wrote into one of its files, else the earliest time that one ever had."""
        photo = self.photos[picture]
        here = {self.files[path].digest for path in self.paths(picture)} or set(photo.dates)
        dated = [date for digest, date in photo.dates.items() if digest in here and date[1] == "exif"]
        by_file = [date for date in photo.dates.values() if date[1] == "file"]
        return min(dated or by_file or photo.dates.values())

    def shown(self, picture: str, face: str) -> str:
        """What a face is shown as, or NOT_A_FACE."""
        return self.said.word(picture, face) or self.answer or face

    def look(self, paths: Sequence[str], *, force: bool = False) -> list[Fate]:
        """The gallery looks through these folders and files: what it tells."""
        return sorted(_Run(self, force).run(paths))

    def names_of_folders(self) -> dict[int, str]:
        """The folders that known files lie in, and all above them, by their inodes."""
        folders = sorted({str(folder) for path in self.files for folder in Path(path).parents})
        there = [folder for folder in folders if Path(folder).is_dir()]
        return {Path(folder).stat().st_ino: folder for folder in reversed(there)}

    def add(self, picture: str, faces: tuple[str, ...]) -> Photo:
        """A photo that wasn't known."""
        self._numbered += 1
        photo = self.photos[picture] = Photo(self._numbered, faces)
        return photo

    def forget(self, picture: str) -> None:
        """What was said of it waits until it is back."""
        for path in self.paths(picture):
            del self.files[path]
        del self.photos[picture]

    def forget_root(self, folder: str) -> None:
        """What lies there alone is no longer wanted."""
        self.roots.remove(folder)
        self.history.steps.append(folder)
        for path, file in self.files.items():
            if is_below(path, [folder]) and not is_below(path, self.roots) and file.state in ("there", "missing"):
                file.state = "root" if file.state == "there" else "missing in root"

    def undo(self) -> None:
        """Takes the last action back."""
        last = self.history.steps.pop()
        if isinstance(last, Said):
            self.said = last
            return
        self.roots.add(last)
        for path, file in self.files.items():
            if is_below(path, [last]) and file.state in ("root", "missing in root"):
                file.state = "there" if file.state == "root" else "missing"


@dataclass
class _Run:
    model: Model
    force: bool
    told: list[Fate] = field(default_factory=list)
    moved_away: set[str] = field(default_factory=set)
    contents: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.contents = {file.digest for file in self.model.files.values()}

    def run(self, paths: Sequence[str]) -> list[Fate]:
        known = set(self.model.files)
        absent = [path for path in paths if not os.path.lexists(path)]
        roots = [path for path in paths if path not in absent]
        look = self._look(roots)
        problems = set(absent) | set(look.dead) | self._drives_away(roots)
        to_read = [found for found in look.found if not self._needs_no_reading(found)]
        for found in to_read:
            self._read(found)
        self._finish(look, [*roots, *self._renamed(roots)], problems, known - {f.path for f in look.found})
        return self.told

    def _look(self, roots: Sequence[str]) -> Look:
        model = self.model
        for root in roots:
            above = nearest(root, model.roots)
            if Path(root).is_dir() and (above is None or not self._reaches(above, root)):
                model.roots.add(root)
        named = {str(folder) for path in model.files for folder in Path(path).parents}
        by_inode = model.names_of_folders()
        look = look_through(roots, lambda folder: folder if folder in named else self._known(folder, by_inode))
        model.mounts |= {drive for drive in look.folders if model.disk.is_connected(drive)}
        return look

    @staticmethod
    def _known(folder: str, by_inode: dict[int, str]) -> str:
        return by_inode.get(Path(folder).stat().st_ino, folder)

    @staticmethod
    def _reaches(above: str, folder: str) -> bool:
        return folder in look_through([above], lambda one: one).folders if Path(above).is_dir() else False

    def _renamed(self, roots: Sequence[str]) -> list[str]:
        """The other folder that the link among the roots stands for."""
        disk = self.model.disk
        return [str(disk.photos)] if any(is_below(root, [str(disk.other)]) for root in roots) else []

    def _drives_away(self, roots: Sequence[str]) -> set[str]:
        model = self.model
        away = {drive for drive in model.mounts if not model.disk.is_connected(drive)}
        here = [*roots, *self._renamed(roots)]
        return {drive for drive in away if is_below(drive, here) and self._has_photos(drive)}

    def _has_photos(self, drive: str) -> bool:
        """Some that nobody saw to be gone."""
        files = self.model.files.items()
        return any(is_below(path, [drive]) for path, file in files if file.state != "missing")

    def _needs_no_reading(self, found: Found) -> bool:
        model = self.model
        if model.broken.get(found.path) == found.stamp and not self.force:
            self.told.append((found.path, "failed"))
            return True
        file = model.files.get(found.path)
        if file is None or file.stamp != found.stamp or found.path in model.broken or self.force:
            return False
        self.told.append((found.path, "unchanged" if file.state == "there" else "restored"))
        file.state = "there"
        return True

    def _read(self, found: Found) -> None:
        model, path = self.model, found.path
        facts = model.disk.catalogue.of(found.digest)
        if facts is None:
            model.broken[path] = found.stamp
            self.told.append((path, "failed"))
            return
        model.broken.pop(path, None)
        before, is_new = model.files.get(path), facts.picture not in model.photos
        photo = model.add(facts.picture, facts.faces) if is_new else model.photos[facts.picture]
        if LATER_TIME in EXCEPTIONS and not self.force and found.digest not in self.contents:
            photo.dates.pop(found.digest, None)
        if FORCED_DATE in EXCEPTIONS and self.force and facts.date and found.digest not in photo.dates:
            photo.dates |= dict.fromkeys(photo.dates if len(photo.dates) == 1 else (), _date(facts, found))
        self.contents.add(found.digest)
        photo.dates.setdefault(found.digest, _date(facts, found))
        self.told.append((path, self._fate(found, before, facts, is_new=is_new)))
        model.files[path] = File(found.stamp, found.digest)

    def _fate(self, found: Found, before: File | None, facts: Facts, *, is_new: bool) -> str:
        if before is not None and before.digest == found.digest:
            return "restored" if before.state != "there" else "unchanged"
        if before is not None:
            return "edited" if self.model.facts(before.digest).picture == facts.picture else "changed"
        if is_new:
            return "new"
        return self._moved_or_copied(found.path, facts.picture)

    def _moved_or_copied(self, path: str, picture: str) -> str:
        """Moved: a file of it is gone, the path of which is this from now on; first one of the same name."""
        model = self.model
        paths = sorted(model.paths(picture), key=lambda one: (model.files[one].state != "there", one))
        gone = [one for one in paths if not os.path.lexists(one) and self._can_be_told(one)]
        if gone:
            origin = min(gone, key=lambda one: Path(one).name != Path(path).name)
            self.moved_away.add(origin)
            del model.files[origin]
            return "moved"
        # Told as either, by whether what took its place was read in one batch with it.
        return "copied" if paths else EITHER

    def _can_be_told(self, path: str) -> bool:
        """It doesn't lie on a drive that isn't connected."""
        if COPIED_IS_MOVED in EXCEPTIONS:
            return True
        return not is_below(path, [d for d in self.model.disk.drives if not self.model.disk.is_connected(d)])

    def _finish(self, look: Look, roots: Sequence[str], problems: set[str], unfound: set[str]) -> None:
        model, blind = self.model, sorted(problems)
        over = {path for path in model.away if is_below(path, roots) and not is_below(path, blind)}
        model.away = (model.away - over - {found.path for found in look.found}) | problems
        for path in problems:
            self.told.append((path, "failed"))
        for path in sorted(unfound - self.moved_away):
            file, dead = model.files[path], leads_nowhere(path)
            if not is_below(path, roots) or (is_below(path, blind) and not dead):
                continue
            if os.path.lexists(path) and not dead:
                self._pass_over(path, file, look)
            elif file.state != "missing":
                file.state = "missing"
                self.told.append((path, "missing"))
        for path in [one for one in model.broken if is_below(one, roots) and not is_below(one, blind)]:
            if path not in {found.path for found in look.found}:
                del model.broken[path]

    def _pass_over(self, path: str, file: File, look: Look) -> None:
        place, reason = look.reason(path) or (None, "")
        if place is None or is_below(path, [root for root in self.model.roots if is_below(root, [place])]):
            return
        if file.state != reason:
            file.state = reason
            self.told.append((path, "unwanted"))


def _date(facts: Facts, found: Found) -> tuple[datetime, str]:
    if facts.date is not None:
        return facts.date, "exif"
    return datetime.fromtimestamp(found.stamp[1] // 1_000_000_000), "file"
