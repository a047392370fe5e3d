"""Sidecars as files: read with suspicion, replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gallery.errors import SidecarError
from gallery.system.files import write_beside
from gallery.xmp.packet import MAX_BYTES


def read_sidecar(path: Path) -> bytes | None:
    """The bytes of a sidecar; None where there is none. Raises SidecarError for anything but a file of sensible size.

    A link is not followed: whoever made the folder could have us write wherever they like.
    """
    try:
        info = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _cannot(path, "be read", error) from None
    if not stat.S_ISREG(info.st_mode):
        kind = "a link" if stat.S_ISLNK(info.st_mode) else "a folder" if stat.S_ISDIR(info.st_mode) else "no file"
        raise SidecarError(path, f"is {kind}; it was left alone")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _cannot(path, "be read", error) from None
    if len(content) > MAX_BYTES:
        raise SidecarError(path, f"is larger than {MAX_BYTES // 1_000_000} MB, as no sidecar is; it was left alone")
    return content


def check_writable(path: Path) -> None:
    """Raises SidecarError where a sidecar may not be changed or made; renaming alone would not ask the file itself."""
    if path.exists() and not _may_write(path):
        raise SidecarError(path, "may not be written; it was left alone")
    if not _may_write(path.parent):
        raise SidecarError(path, "its folder may not be written; nothing was changed there")


def _may_write(path: Path) -> bool:
    # Root may do everything; what nobody may write, file or folder, is meant to stay as it is all the same.
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & 0o222)


def replace_sidecar(path: Path, before: bytes | None, after: bytes | None) -> None:
    """Puts `after` in the place of `before`; None is no file. Raises SidecarError, after which all is as it was."""

    def check(_: Path) -> None:
        if read_sidecar(path) != before:
            raise SidecarError(path, "was changed by another program just now; it was left alone, try again")

    try:
        if after is None:
            check(path)
            path.unlink(missing_ok=True)
        else:
            write_beside(path, after, check=check)
    except OSError as error:
        raise _cannot(path, "be written", error) from None


def _cannot(path: Path, what: str, error: OSError) -> SidecarError:
    return SidecarError(path, f"can't {what} ({error.strerror or error}); it was left alone")
