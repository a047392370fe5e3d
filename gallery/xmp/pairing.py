"""Whose sidecar a file is.

`beach.jpg.xmp` belongs to `beach.jpg`. Where there is none, `beach.xmp` does, if it isn't another picture's: Adobe's
programs note in it the suffix of the picture that it belongs to; else it is that of the only picture called `beach`.
Beside `beach.jpg` and `beach.raf` it is the raw file's, and `beach.jpg` gets a sidecar of its own.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gallery.errors import SidecarError
from gallery.images.scan import SUFFIXES
from gallery.xmp.packet import Packet
from gallery.xmp.properties import SIDECAR_FOR
from gallery.xmp.sidecar_file import read_sidecar

# fmt: off
_RAW: Final = (
    "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq", "kdc", "mef", "mos", "mrw",
    "nef", "nrw", "orf", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
)
# fmt: on
_PICTURES: Final = SUFFIXES | frozenset(f".{suffix}" for suffix in _RAW)
_ENDS: Final = (".xmp", ".XMP")


@dataclass(frozen=True, slots=True)
class Beside:
    """The sidecar of a photo, which need not exist, and other files that were or may be taken for one."""

    chosen: Path
    others: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Folder:
    """The names in a folder, and those of the pictures by their stems."""

    names: frozenset[str]
    pictures: Mapping[str, Sequence[str]]


class Places:
    """Lists each folder once."""

    def __init__(self) -> None:
        self._folders: dict[Path, _Folder] = {}

    def beside(self, photo: Path) -> Beside:
        """The sidecar of this photo. Raises SidecarError where its folder can't be listed."""
        folder = self._folder(photo.parent)
        whole = [photo.with_name(photo.name + end) for end in _ENDS if photo.name + end in folder.names]
        stem = [photo.with_name(photo.stem + end) for end in _ENDS if photo.stem + end in folder.names]
        found = list(dict.fromkeys(whole + stem))
        new = photo.with_name(photo.name + _ENDS[0])
        chosen = next((one for one in found if one in whole or _belongs(one, photo, folder)), new)
        return Beside(chosen, tuple(one for one in found if one != chosen))

    def _folder(self, path: Path) -> _Folder:
        if path not in self._folders:
            try:
                self._folders[path] = _listed(path)
            except OSError as error:
                raise SidecarError(path, f"folder can't be listed ({error.strerror or error})") from None
        return self._folders[path]


def _listed(path: Path) -> _Folder:
    names = os.listdir(path)  # noqa: PTH208 - a Path for each of 50,000 names takes a second
    pictures = defaultdict(list)
    for name in names:
        stem, suffix = os.path.splitext(name)  # noqa: PTH122
        if suffix.lower() in _PICTURES:
            pictures[stem].append(name)
    return _Folder(frozenset(names), pictures)


def _belongs(sidecar: Path, photo: Path, folder: _Folder) -> bool:
    said = _said_suffix(sidecar)
    if said:
        return said.lower() == photo.suffix[1:].lower()
    # `a.jpg.xmp` beside `a.jpg` and `a.jpg.png` is that of `a.jpg`.
    return photo.stem not in folder.names and set(folder.pictures.get(photo.stem, ())) <= {photo.name}


def _said_suffix(sidecar: Path) -> str:
    """What the sidecar itself says, where it does and can be read."""
    try:
        packet = Packet(read_sidecar(sidecar) or b"", str(sidecar))
    except SidecarError:
        return ""
    texts = [block.get(SIDECAR_FOR) or block.findtext(SIDECAR_FOR) for block in packet.descriptions]
    return next((text.strip() for text in texts if text), "")
