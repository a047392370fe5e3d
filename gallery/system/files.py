"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final


def write_beside(
    path: Path, content: bytes, *, private: bool = False, check: Callable[[Path], None] | None = None
) -> None:
    """Writes a file beside `path` and renames it to `path`, replacing what is there.

    What is replaced passes on its permissions. A new file that is `private`, and folders made for it, are its owner's
    alone; without `private` no folder is made. An exception from `check`, which is shown the new file before it is
    renamed, leaves everything as it was. Raises OSError.
    """
    if private:
        make_private_folders(path.parent)
    beside = path.with_name(f".gallery-{secrets.token_hex(8)}.part")
    mode = 0o600 if private else 0o666
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
        if check is not None:
            check(beside)
        beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


_BINARY: Final = getattr(os, "O_BINARY", 0)  # Windows alone has it, and would turn \n into \r\n without


def make_private_folders(folder: Path) -> None:
    """Makes the folder and those above it that aren't there, for their owner alone. Raises OSError."""
    for new in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        new.mkdir(mode=0o700, exist_ok=True)


def temporary_in(folder: Path) -> Path:
    """A new name for a file that isn't finished."""
    return folder / f".gallery-export-{secrets.token_hex(8)}.part"


def new_file(path: Path, mode: int = 0o666) -> BinaryIO:
    """A file that wasn't there before, with these permissions less the umask; FileExistsError where it was."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, mode), "w+b")


def reveal(temporary: Path, target: Path) -> None:
    """Gives a finished file its name; FileExistsError where that is taken."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # FAT and some network disks have no links. The empty file claims the name without overwriting anything.
        new_file(target, 0o600).close()
        try:
            temporary.replace(target)
        except OSError:
            target.unlink()
            raise
