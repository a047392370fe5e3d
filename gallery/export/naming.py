"""Which photo is to get which name, decided for all of them before the first file is made."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gallery.export.safe_names import harmless, shortened
from gallery.export.template import Named, NameTemplate
from gallery.records import PhotoRecord

GONE: Final = "no file of this photo exists any more"
CHANGED: Final = "changed since it was indexed; run `gallery index` on its folder and export again"

_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class NamedPhoto:
    """A photo, those of its files that exist, and its names in the order of preference, relative and with slashes."""

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
        sources = tuple(path for path in map(Path, photo.paths) if may_be_read(path))
        source = str(sources[0]) if sources else photo.path
        folder, slash, name = template.name(Named(photo, source, number, album)).rpartition("/")
        hashed = shortened(name, f"-{photo.hash[:_DIGITS]}")
        yield NamedPhoto(photo, sources, (folder + slash + name, folder + slash + hashed))


def sidecars_of(source: Path) -> list[Path]:
    """The XMP sidecars beside a photo: `beach.jpg.xmp`, `beach.xmp`.

    Links are left alone: whoever made a folder could have them lead to what isn't meant to be handed on.
    """
    beside = (source.with_name(f"{source.name}{end}") for end in (".xmp", ".XMP"))
    instead = (source.with_suffix(end) for end in (".xmp", ".XMP"))
    found: list[Path] = []
    for path in (*beside, *instead):
        # A disk that ignores case shows one file under both names.
        if _is_plain_file(path) and not any(path.samefile(other) for other in found):
            found.append(path)
    return found


def may_be_read(path: Path) -> bool:
    """Whether it is a file; true also where only trying tells, as in a folder that we may not look into."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except PermissionError:
        return True
    except OSError:
        return False


def _is_plain_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def sidecar_names(sidecar: Path, source: Path, name: str) -> tuple[str, ...]:
    """The names a sidecar may get beside the photo that was exported as `name`, in the order of preference.

    Photos that differ only in their suffix want the same `beach.xmp`; `beach.jpg.xmp` belongs to one of them.
    """
    folder, slash, last = name.rpartition("/")
    own = folder + slash + shortened(harmless(f"{last}{sidecar.suffix}"))
    if sidecar.name == f"{source.name}{sidecar.suffix}":
        return (own,)
    return folder + slash + f"{Path(last).stem}{sidecar.suffix}", own
