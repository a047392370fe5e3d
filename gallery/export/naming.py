"""Which photo is to get which name, decided for all of them before the first file is made."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gallery.export.results import ExportAction, ExportResult
from gallery.export.safe_names import shortened
from gallery.export.template import Named, NameTemplate
from gallery.records import PhotoRecord
from gallery.system.same_file import each_file_once

_GONE: Final = "no file of this photo exists any more"
CHANGED: Final = "changed since it was indexed; run `gallery index` on its folder and export again"

_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A photo, those of its files that exist, each by one path, and its names in the order of preference.

    Names are relative and have slashes.
    """

    photo: PhotoRecord
    sources: tuple[Path, ...]
    names: tuple[str, str]


def name_photos(photos: Sequence[PhotoRecord], template: NameTemplate, album: str) -> list[NamedPhoto]:
    """Two names for each photo: as the template says, and with the start of the hash added, which is as good as unique.

    `beach.jpg`, `beach-1a2b3c4d.jpg`.
    """
    return list(_named(photos, template, album))


def _named(photos: Sequence[PhotoRecord], template: NameTemplate, album: str) -> Iterator[NamedPhoto]:
    for number, photo in enumerate(photos, start=1):
        readable = [] if photo.replaced else [path for path in photo.paths if may_be_read(Path(path))]
        source = readable[0] if readable else photo.path
        # The file rather than a link to it, which people take away more lightly.
        sources = [file for file, _ in each_file_once(readable)] if len(readable) > 1 else readable
        folder, slash, name = template.name(Named(photo, source, number, album)).rpartition("/")
        hashed = shortened(name, f"-{photo.hash[:_DIGITS]}")
        yield NamedPhoto(photo, tuple(map(Path, sources)), (folder + slash + name, folder + slash + hashed))


def missing(photo: PhotoRecord) -> ExportResult:
    """What is told of a photo of which no file is found."""
    reason = photo.told if photo.replaced else _GONE
    return ExportResult(photo.path, None, ExportAction.MISSING, reason, replaced=photo.replaced)


def may_be_read(path: Path) -> bool:
    """Whether it is a file; true also where only trying tells, as in a folder that we may not look into."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except PermissionError:
        return True
    except OSError:
        return False
