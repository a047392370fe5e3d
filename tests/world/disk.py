"""Folders with two drives, and what other programs and people do to the files in them."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from PIL import Image

from tests.support import edits
from tests.world.pictures import BLOCK, Catalogue, Facts, compressed, digest_of, faces_in, opened

IGNORE_FILE: Final = ".galleryignore"
BIN: Final = "#recycle"
FOLDERS: Final = ("2023", "trip", "trip/day 1", "private", BIN, ".hidden")
"""Below the photos; the drives have some of them, too."""
NAMES: Final = tuple(f"{letter}.jpg" for letter in "abcdefghij")


@dataclass(frozen=True)
class Kept:
    """A file in a back-up."""

    path: str
    content: bytes
    mtime_ns: int


class Disk:
    """`photos` with the drive `nas` in it, the drive `usb` elsewhere, and `other`, a link to the photos.

    Of a drive that isn't connected, `nas` leaves an empty folder, `usb` nothing. Each writing gives a file a time that
    no file had before, so size and time tell contents apart.
    """

    def __init__(self, base: Path) -> None:
        base = base / "disk"
        self.photos, self.usb = base / "home" / "Photos", base / "media" / "USB"
        self.nas, self.other = self.photos / "nas", base / "Other name"
        self.catalogue = Catalogue()
        self.connected = {str(self.usb): True, str(self.nas): True}
        self.backup: list[Kept] = []
        self._aside = base / "unplugged"
        self._clock = itertools.count(1_500_000_000)
        for folder in (*(self.photos / name for name in FOLDERS), self.usb / "old", self.nas / "2023", self._aside):
            folder.mkdir(parents=True)
        self.other.symlink_to(self.photos)

    @property
    def drives(self) -> list[str]:
        """The places of the drives."""
        return sorted(self.connected)

    def is_connected(self, place: str) -> bool:
        """What the program asks the system of any folder: a drive is there."""
        return self.connected.get(str(place), False)

    def drives_below(self, folders: Iterator[str]) -> frozenset[str]:
        """Likewise."""
        within = tuple(f"{os.path.realpath(folder)}/" for folder in folders)
        return frozenset(place for place in self.drives if self.connected[place] and f"{place}/".startswith(within))

    def unplug(self, place: str) -> None:
        """What is on the drive can't be seen until it is connected again."""
        Path(place).rename(self._aside / Path(place).name)
        if place == str(self.nas):
            self.nas.mkdir()
        self.connected[place] = False

    def plug(self, place: str) -> None:
        """It is as it was."""
        if place == str(self.nas):
            self.nas.rmdir()
        (self._aside / Path(place).name).rename(place)
        self.connected[place] = True

    def folders(self) -> list[Path]:
        """All that can be seen, also hidden ones and bins; no place of a drive that isn't there."""
        roots = [self.photos, *([self.usb] if self.connected[str(self.usb)] else [])]
        found = [Path(place) for root in roots for place, _, _ in os.walk(root)]
        return sorted(folder for folder in found if self.connected.get(str(folder), True))

    def files(self) -> list[Path]:
        """All photos that can be seen, links too, without those that lead nowhere."""
        return [path for path in self.photo_names() if path.exists()]

    def photo_names(self) -> list[Path]:
        """The same with all links."""
        return sorted(path for folder in self.folders() for path in folder.iterdir() if path.suffix == ".jpg")

    def facts(self, path: Path) -> Facts | None:
        """What is in the file; None where that is no photo."""
        return self.catalogue.of(digest_of(path.read_bytes()))

    def inode(self, path: str, stamp: tuple[int, int]) -> int | None:
        """What tells the file from others; None where it isn't there, or has another size or time by now."""
        try:
            info = Path(path).stat()
        except OSError:
            return None
        return info.st_ino if (info.st_size, info.st_mtime_ns) == stamp else None

    def write(self, path: Path, content: bytes, *, in_place: bool = True) -> None:
        """In place, so that all links to the file have it, or as a new file that takes its place."""
        if not in_place and os.path.lexists(path):
            path.unlink()
        path.write_bytes(content)
        self.touch(path)

    def touch(self, path: Path) -> None:
        """Only the time changes."""
        now = next(self._clock) * 1_000_000_000
        os.utime(path, ns=(now, now))

    def remove(self, path: Path) -> None:
        """Whatever it is."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()

    def edited(self, path: Path, how: str, value: int) -> tuple[bytes, Facts] | None:
        """What another program makes of the file without touching the picture; None where it can't read it."""
        facts = self.facts(path)
        if facts is None:
            return None
        copy = self._aside / "edited.jpg"
        copy.write_bytes(path.read_bytes())
        new = facts
        match how:
            case "star":
                edits.give_star(copy, value % 5 + 1)
            case "date":
                date = f"200{value % 10}:0{value % 9 + 1}:02 10:00:0{value % 7}"
                edits.write_exif(copy, date, orientation=facts.orientation)
                new = _dated(facts, date)
            case "strip":
                edits.strip(copy)
                new = _dated(facts, None)
                if facts.orientation != 1:
                    edits.write_exif(copy, orientation=facts.orientation)
        content = copy.read_bytes()
        self.catalogue.note(content, new)
        return content, new

    def made_of(self, path: Path, how: str, value: int) -> bytes | None:
        """What another program makes of the picture; None where it can't be, or nothing would be left to know it by."""
        facts = self.facts(path)
        if facts is None:
            return None
        if how == "tag":
            return self._turned_by_tag(path, facts, value % 8 + 1)
        before, frame = opened(path.read_bytes()), facts.frame
        if how == "turn":
            after = before.transpose(list(Image.Transpose)[value % 7])
        elif how == "compress":
            after = before
        else:
            after = before.crop(_part(before, value))
            frame = f"{frame} {value} of {digest_of(path.read_bytes())}"
            if not faces_in(after) or min(after.size) < 112:
                return None
        content = compressed(after, quality=(85, 88, 90)[value % 3])
        self.catalogue.note_made(content, facts, frame)
        return content

    def _turned_by_tag(self, path: Path, facts: Facts, orientation: int) -> bytes:
        copy = self._aside / "edited.jpg"
        copy.write_bytes(path.read_bytes())
        date = None if facts.date is None else facts.date.strftime("%Y:%m:%d %H:%M:%S")
        edits.write_exif(copy, date, orientation=orientation)
        content = copy.read_bytes()
        faces = faces_in(opened(content))
        self.catalogue.note(content, replace(facts, orientation=orientation, faces=faces))
        return content

    def keep(self, path: Path) -> None:
        """A file goes into the back-up, beside the earlier ones."""
        self.backup.append(Kept(str(path), path.read_bytes(), path.stat().st_mtime_ns))

    def put_back(self, kept: Kept) -> bool:
        """The file is as it was, time and all; false where its folder isn't there."""
        path = Path(kept.path)
        if not path.parent.is_dir() or not self.connected.get(str(path.parent), True) or path.is_dir():
            return False
        if os.path.lexists(path):
            path.unlink()
        path.write_bytes(kept.content)
        os.utime(path, ns=(kept.mtime_ns, kept.mtime_ns))
        return True


def _part(picture: Image.Image, value: int) -> tuple[int, int, int, int]:
    """Without a border of one or two blocks on one side."""
    width, height = picture.size
    cut = (value // 4 % 2 + 1) * BLOCK
    return ((cut, 0, width, height), (0, cut, width, height), (0, 0, width - cut, height), (0, 0, width, height - cut))[
        value % 4
    ]


def _dated(facts: Facts, date: str | None) -> Facts:
    return replace(facts, date=None if date is None else datetime.strptime(date, "%Y:%m:%d %H:%M:%S"))
