"""What must be known and shown: worked out of what lies on the disk at each look, and of what a person said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.world.disk import Disk
from tests.world.looks import is_below
from tests.world.pictures import Facts
from tests.world.said import History, Restored, Said
from tests.world.shots import Shots

Fate = tuple[str, str]
"""A path and what became of it."""

EITHER: Final = "moved or copied"


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
    numbers: dict[str, int]
    """Of its faces."""
    dates: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    is_date_doubtful: bool = False
    """The photo was forgotten once, with some of the times of its files."""


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
        self.said, self.history, self.shots = Said(), History(), Shots()
        self.forgotten: set[str] = set()
        """Photos that were pruned once."""
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
        """ "there"; without such a file "unwanted" where one isn't wanted, "followed" where another one stands for it.

        Else "missing".
        """
        states = {self.files[path].state for path in self.paths(picture)}
        if "there" in states:
            return "there"
        if states - {"missing"}:
            return "unwanted"
        return "missing" if self.home(picture) == picture else "followed"

    def date(self, picture: str) -> tuple[datetime, str]:
        """The first one that a camera wrote into one of its files, else the earliest time that one ever had."""
        photo = self.photos[picture]
        here = {self.files[path].digest for path in self.paths(picture)} or set(photo.dates)
        dated = [date for digest, date in photo.dates.items() if digest in here and date[1] == "exif"]
        by_file = [date for date in photo.dates.values() if date[1] == "file"]
        return min(dated or by_file or photo.dates.values())

    def word(self, picture: str, face: str) -> str | None:
        """The last one that was said of the face, in this picture or in others of the shot."""
        others = {other.picture for other in self.shots.others(picture) if other.faces is None or face in other.faces}
        said = [word.said for word in self.said.words if word.face == face and word.picture in {picture, *others}]
        return said[-1] if said else None

    def unsay(self, picture: str, face: str) -> None:
        """Forgets all of that."""
        others = {other.picture for other in self.shots.others(picture) if other.faces is None or face in other.faces}
        pictures = {picture, *others}
        self.said.words = [word for word in self.said.words if word.face != face or word.picture not in pictures]

    def shown(self, picture: str, face: str) -> str:
        """What a face is shown as, or NOT_A_FACE."""
        return self.word(picture, face) or self.answer or face

    def home(self, picture: str) -> str | None:
        """The photo that stands for one that was put into an album; None while that waits."""
        pathed = {self.picture(path) for path in self.files}
        there = {self.picture(path) for path, file in self.files.items() if file.state == "there"}
        return self.shots.home(picture, self.photos, pathed, there)

    def names_of_folders(self) -> dict[int, str]:
        """The folders that known files lie in, and all above them, by their inodes."""
        folders = sorted({str(folder) for path in self.files for folder in Path(path).parents})
        there = [folder for folder in folders if Path(folder).is_dir()]
        return {Path(folder).stat().st_ino: folder for folder in reversed(there)}

    def add(self, facts: Facts, numbers: dict[str, int] | None) -> Photo:
        """A photo that wasn't known."""
        self._numbered += 1
        from_left = {face: number for number, face in enumerate(facts.faces, start=1)}
        photo = self.photos[facts.picture] = Photo(self._numbered, from_left if numbers is None else numbers)
        photo.is_date_doubtful = facts.picture in self.forgotten
        return photo

    def forget(self, picture: str) -> None:
        """What was said of it waits until it is back."""
        for path in self.paths(picture):
            del self.files[path]
        del self.photos[picture]
        self.forgotten.add(picture)

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
        if isinstance(last, Restored):
            self.said = last.before
            self.roots -= last.roots
            return
        if isinstance(last, Said):
            self.said = last
            return
        self.roots.add(last)
        for path, file in self.files.items():
            if is_below(path, [last]) and file.state in ("root", "missing in root"):
                file.state = "there" if file.state == "root" else "missing"
