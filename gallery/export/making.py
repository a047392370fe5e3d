"""Makes single files of an export: whole or not at all, and noted as ours before they have their names."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from gallery.errors import ImageError
from gallery.export.destination import Destination
from gallery.export.files import LINKERS, How, write_copy
from gallery.export.manifest import Entry, Owner
from gallery.export.naming import CHANGED
from gallery.images.decode import hash_file
from gallery.system.files import reveal


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be exported. `hash` is its content's; of a sidecar, `photo` is the hash of the photo it lies beside."""

    path: Path
    hash: str
    photo: str
    how: How
    owner: Owner

    @property
    def is_sidecar(self) -> bool:
        return self.hash != self.photo


class ChangedError(Exception):
    """The file's content isn't the photo that was indexed."""

    def __str__(self) -> str:
        return CHANGED


def make(destination: Destination, name: str, source: Source) -> None:
    """Makes a file under a name that is free; FileExistsError where another got it meanwhile."""
    temporary = destination.temporary()
    destination.make_folders(name)
    try:
        _prepare(temporary, source)
        destination.manifest.note(name, entry_of(temporary, source))
        try:
            _show(temporary, destination.file(name), source)
        except BaseException:
            with contextlib.suppress(OSError):
                destination.manifest.forget(name)
            raise
    finally:
        temporary.unlink(missing_ok=True)


def replace(destination: Destination, name: str, source: Source) -> None:
    """Puts the file in the place of one of ours."""
    temporary = destination.temporary()
    try:
        _prepare(temporary, source)
        entry = entry_of(temporary, source)
        temporary.replace(destination.file(name))
        # Only now: killed before, the old file must still be known as ours.
        destination.manifest.note(name, entry)
    finally:
        temporary.unlink(missing_ok=True)


def entry_of(path: Path, source: Source) -> Entry:
    """What to remember of the file `path`, which stands for the source."""
    info = path.lstat()
    link = os.fspath(path.readlink()) if stat.S_ISLNK(info.st_mode) else None
    owners = (source.owner.id,) if source.owner.id else ()
    return Entry(source.hash, info.st_size, info.st_mtime_ns, source.owner.name, source.photo, link, owners)


def stands_for(target: Path, source: Source) -> bool:
    """Whether what is there is what would be made of the source, by its content; a link in its place isn't followed."""
    try:
        there = target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    if stat.S_ISLNK(there.st_mode):
        return source.how == "symlink" and target.readlink() == source.path
    original = source.path.stat()
    if source.how == "hardlink" and os.path.samestat(there, original):
        return True
    with contextlib.suppress(ImageError):
        is_like = stat.S_ISREG(there.st_mode) and there.st_size == original.st_size
        return is_like and hash_file(target) == source.hash
    return False


def _prepare(temporary: Path, source: Source) -> None:
    if source.how != "copy":
        LINKERS[source.how](source.path, temporary)
    elif write_copy(source.path, temporary) != source.hash:
        raise ChangedError


def _show(temporary: Path, target: Path, source: Source) -> None:
    """Gives what is finished its name; FileExistsError where that is taken."""
    if source.how == "copy":
        reveal(temporary, target)
    else:
        LINKERS[source.how](source.path, target)
