"""Makes single files, whole or not at all, and never in the place of another."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, get_args

from gallery.errors import ExportError
from gallery.system.files import new_file, reveal, temporary_in
from gallery.system.unix import lock_now

How = Literal["copy", "hardlink", "symlink"]
WAYS: Final[tuple[How, ...]] = get_args(How)

_CHUNK_BYTES: Final = 1 << 20
_HOPELESS: Final = {
    errno.ENOSPC: "the disk is full; make room and export again: what is there already isn't copied anew",
    errno.EDQUOT: "you may not store more there; make room and export again: what is there already isn't copied anew",
    errno.EROFS: "the disk can only be read; choose another",
}
"""What the next photo would meet with as well."""
_DOUBTFUL: Final = {
    errno.EIO,
    errno.ENODEV,
    errno.ENXIO,
    errno.ESTALE,
    errno.ENOTCONN,
    errno.EHOSTDOWN,
    errno.ETIMEDOUT,
}
"""What a photo that can't be read meets with, and everything where a disk was pulled or a share is away."""
_GONE: Final = "is gone: its drive is not connected any more, or it was moved"


def write_copy(source: Path, target: Path) -> str:
    """Copies bytes, times and permissions, setuid and its kin left out; returns the SHA-256 of what was written."""
    hasher = hashlib.sha256()
    # Its owner's alone until it gets the original's permissions.
    with source.open("rb") as reader, new_file(target, 0o600) as writer:
        original = os.fstat(reader.fileno())
        while chunk := reader.read(_CHUNK_BYTES):
            hasher.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    # FAT knows neither; the picture matters more.
    with contextlib.suppress(OSError):
        os.utime(target, ns=(original.st_atime_ns, original.st_mtime_ns))
        target.chmod(stat.S_IMODE(original.st_mode) & 0o777)
    return hasher.hexdigest()


def write_new(path: Path, content: bytes) -> None:
    """A file with this content, and the permissions of any new file. Raises ExportError where the name is taken."""
    temporary = temporary_in(path.parent)
    try:
        with new_file(temporary) as file:
            # An export that begins in this folder clears away what nobody writes.
            lock_now(file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            reveal(temporary, path)
    except OSError as error:
        raise cannot_be_written(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_new(path: Path) -> None:
    """Raises ExportError where no file can be made under this name, before any work is put into it."""
    if os.path.lexists(path):
        raise cannot_be_written(path, FileExistsError())
    if not path.parent.is_dir():
        raise ExportError(path, "the folder it would lie in doesn't exist; make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise ExportError(path, "the folder it would lie in can't be written to; choose another")


def link_symbolically(source: Path, target: Path) -> None:
    """A symbolic link; FileExistsError where the name is taken."""
    target.symlink_to(source)


def link_hard(source: Path, target: Path) -> None:
    """A second name for the file; FileExistsError where it is taken."""
    target.hardlink_to(source.resolve())


LINKERS: Final[dict[str, Callable[[Path, Path], None]]] = {"hardlink": link_hard, "symlink": link_symbolically}


def explained(error: OSError, how: How = "copy") -> str:
    """Why one file can't be exported."""
    if how == "hardlink" and error.errno in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
        return "can't be hard linked from there to here, as between two disks; export with `copy`"
    return f"can't be exported: {error.strerror or error}"


def stop_if_hopeless(error: OSError, dest: Path, *, made: bool = True) -> None:
    """Raises ExportError for what would be wrong with every other file in the folder `dest`, too.

    It is there, unless it couldn't be `made` so far.
    """
    if error.errno in _HOPELESS:
        raise ExportError(dest, _HOPELESS[error.errno]) from None
    if made and not _is_usable(dest, thoroughly=error.errno in _DOUBTFUL):
        raise ExportError(dest, _GONE) from None


def _is_usable(folder: Path, *, thoroughly: bool) -> bool:
    """Whether the folder is there; thoroughly: whether something can be written, for the system may remember it."""
    try:
        if thoroughly:
            probe = temporary_in(folder)
            new_file(probe).close()
            probe.unlink()
        return stat.S_ISDIR(folder.stat().st_mode)
    except OSError:
        return False


def cannot_be_written(path: Path, error: OSError) -> ExportError:
    """What to tell of a single file that was to be written."""
    if isinstance(error, FileExistsError):
        return ExportError(path, "exists already, and nothing is ever overwritten; name another file")
    return ExportError(path, _HOPELESS.get(error.errno or 0, f"can't be written: {error.strerror or error}"))
