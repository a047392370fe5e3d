"""What one look through the folders makes of the model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from tests.world.looks import Found, Look, is_below, leads_nowhere, look_through, nearest
from tests.world.model import EITHER, Fate, File, Model, Photo
from tests.world.pictures import Facts
from tests.world.shots import is_provable, numbers_after


@dataclass
class Run:
    """A run of `index`."""

    model: Model
    force: bool
    told: list[Fate] = field(default_factory=list)
    moved_away: set[str] = field(default_factory=set)
    contents: set[str] = field(init=False)
    """Bytes that lie somewhere."""

    def __post_init__(self) -> None:
        self.contents = {file.digest for file in self.model.files.values()}

    def run(self, paths: Sequence[str]) -> list[Fate]:
        """What it tells of each file."""
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
        for root in map(self._by_its_name, roots):
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

    def _by_its_name(self, root: str) -> str:
        """A folder is known by one name, that of its photos."""
        disk = self.model.disk
        return str(disk.photos) if root == str(disk.other) else root

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
        old = self._followed(before, facts) if is_new else None
        photo = self._added(facts, old) if is_new else model.photos[facts.picture]
        self._note_date(photo, found, facts)
        self.told.append((path, self._fate(found, before, facts, old, is_new=is_new)))
        model.files[path] = File(found.stamp, found.digest)

    def _note_date(self, photo: Photo, found: Found, facts: Facts) -> None:
        """Of bytes that lie nowhere any more, and are back, the earliest time counts."""
        date = photo.dates.setdefault(found.digest, _date(facts, found))
        if not self.force and found.digest not in self.contents:
            photo.dates[found.digest] = min(date, _date(facts, found))
        self.contents.add(found.digest)

    def _followed(self, before: File | None, facts: Facts) -> Facts | None:
        """What a photo that wasn't known follows: one that a tag turned another way, or that in its place."""
        model = self.model
        here = None if before is None else model.facts(before.digest)
        ways = [replace(facts, orientation=way) for way in range(1, 9)]
        turned = [way for way in ways if way.picture in model.photos]
        if turned:
            preferred = [way for way in turned if here is not None and way.picture == here.picture]
            return (preferred or turned)[0]
        return here if here is not None and is_provable(here, facts) else None

    def _added(self, facts: Facts, old: Facts | None) -> Photo:
        if old is None:
            return self.model.add(facts, None)
        before = self.model.photos[old.picture].numbers
        self.model.shots.note(old, facts)
        return self.model.add(facts, numbers_after(before, old, facts))

    def _fate(self, found: Found, before: File | None, facts: Facts, old: Facts | None, *, is_new: bool) -> str:
        if before is not None and before.digest == found.digest:
            return "restored" if before.state != "there" else "unchanged"
        if before is not None:
            here = self.model.facts(before.digest).picture
            return "edited" if self.model.shots.are_one(here, facts.picture) else "changed"
        if is_new and old is None:
            return "new"
        return self._moved_or_copied(found.path, facts.picture if old is None else old.picture)

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
        """It doesn't lie on a drive that was seen once and isn't connected."""
        model = self.model
        return not is_below(path, [drive for drive in model.mounts if not model.disk.is_connected(drive)])

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
