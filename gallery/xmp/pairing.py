"""Whose sidecar a file is.

`beach.jpg.xmp` belongs to `beach.jpg`. `beach.xmp` does, if it isn't another picture's: Adobe's programs note in it the
suffix of the picture that it belongs to; else it is that of the only picture called `beach`. Beside `beach.jpg` and
`beach.raf` it is the raw file's; beside `beach.jpg` and `beach.heic` nothing says whose it is. We write into what is
surely the photo's, a new file if need be; what may be the photo's is handed on with it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gallery.errors import SidecarError
from gallery.kinds import PHOTOS, RAW
from gallery.system.same_file import each_file_once
from gallery.xmp.packet import Packet
from gallery.xmp.properties import SIDECAR_FOR
from gallery.xmp.sidecar_file import read_sidecar

_PICTURES: Final = PHOTOS | RAW
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
        found = _candidates(photo, folder)
        new = photo.with_name(photo.name + _ENDS[0])
        chosen = next((one for one in found if _owners(one, photo, folder) == {photo.name}), new)
        return Beside(chosen, tuple(one for one in found if one != chosen))

    def handed_on_with(self, photo: Path) -> list[Path]:
        """The sidecars of this photo, with those that may be. Raises SidecarError where its folder can't be listed."""
        folder = self._folder(photo.parent)
        return [one for one in _candidates(photo, folder) if photo.name in _owners(one, photo, folder)]

    def each_file(self, paths: Sequence[str], meant: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """Of each file that is meant the path beside which its one sidecar lies, and all other paths to it.

        That is the file rather than a link; of hard links the one that has a sidecar already.
        """
        for file, others in each_file_once(paths):
            if not {file, *others}.isdisjoint(meant):
                yield self._sorted_out((file, *others))

    def _sorted_out(self, paths: Sequence[str]) -> tuple[str, Sequence[str]]:
        real = [path for path in paths if not Path(path).is_symlink()] or paths
        chosen = next((path for path in real if len(real) > 1 and self._has_sidecar(path)), real[0])
        return chosen, [path for path in paths if path != chosen]

    def _has_sidecar(self, path: str) -> bool:
        try:
            return self.beside(Path(path)).chosen.exists()
        except SidecarError:
            return False

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
        suffix = _suffix(name)
        if suffix in _PICTURES:
            pictures[name[: -len(suffix)]].append(name)
    return _Folder(frozenset(names), pictures)


def _candidates(photo: Path, folder: _Folder) -> list[Path]:
    """The files that are called like a sidecar of the photo, whosever they are."""
    names = (name + end for name in (photo.name, photo.stem) for end in _ENDS)
    return [photo.with_name(name) for name in dict.fromkeys(names) if name in folder.names]


def _owners(sidecar: Path, photo: Path, folder: _Folder) -> set[str]:
    """The names of the pictures whose sidecar it may be; the photo itself counts also where it is gone."""
    # `a.jpg.xmp` beside `a.jpg` and `a.jpg.png` is that of `a.jpg`.
    if sidecar.stem == photo.name or _is_file(sidecar.stem, photo, folder):
        return {sidecar.stem}
    called = {*folder.pictures.get(sidecar.stem, ()), photo.name}
    said = _said_suffix(sidecar)
    if said:
        return {name for name in called if _suffix(name) == f".{said.lower()}"}
    return {name for name in called if _suffix(name) in RAW} or called


def _is_file(name: str, photo: Path, folder: _Folder) -> bool:
    return name in folder.names and not photo.with_name(name).is_dir()


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - asked of each of 50,000 names


def _said_suffix(sidecar: Path) -> str:
    """What the sidecar itself says, where it does and can be read."""
    try:
        packet = Packet(read_sidecar(sidecar) or b"", str(sidecar))
    except SidecarError:
        return ""
    texts = [block.get(SIDECAR_FOR) or block.findtext(SIDECAR_FOR) for block in packet.descriptions]
    return next((text.strip() for text in texts if text), "")
