"""Photos of an album as files in a folder: copies, hard links or symbolic links.

Nothing that is already in the folder is ever overwritten, nothing is written outside it whatever the photos are
called, and an export that was interrupted or run before is simply run again.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, get_args

from gallery.errors import ExportError, ImageError, UsageError
from gallery.images import hash_file
from gallery.records import PhotoRecord

How = Literal["copy", "hardlink", "symlink"]
WAYS: Final[tuple[How, ...]] = get_args(How)

_TEMPORARY_PREFIX: Final = ".gallery-export-"
_TEMPORARY_SUFFIX: Final = ".part"
_CHUNK_BYTES: Final = 1 << 20
_NAME_BYTES: Final = 255
"""Longest file name on ext4, APFS, NTFS and exFAT alike."""
_SUFFIX_BYTES: Final = 16
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
"""Separators, and what FAT, exFAT and NTFS refuse: albums are carried on sticks."""
_DIRECTION_MARKS: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RESERVED: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)


class Action(StrEnum):
    """What became of a photo; in a dry run, what would become of it."""

    COPIED = "copied"
    LINKED = "linked"
    THERE = "already there"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ExportResult:
    """One photo of an export. `target` is None where no file stands for it, `reason` says why."""

    source: str
    target: str | None
    action: Action
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return asdict(self)


def export_photos(
    photos: Sequence[PhotoRecord], dest: Path, *, how: How = "copy", dry_run: bool = False
) -> Iterator[ExportResult]:
    """Puts each photo into the folder `dest`, which is made if need be; yields one result per photo, in order.

    A photo keeps its name where that is free. Where another file has it, in any mixture of capitals, the start of the
    photo's hash is added: `beach-1a2b3c4d.jpg`. A file that holds the photo already counts as `already there`. A file
    whose content is no longer what was indexed is not exported. With `dry_run` nothing is written, not even `dest`.

    Raises ExportError where `dest` can't be a folder to write to, UsageError for an unknown `how`.
    """
    if how not in WAYS:
        raise UsageError(f"unknown way to export {how!r}; choose from {', '.join(WAYS)}")
    folder = _Folder(dest, how, dry_run, _prepare(dest, dry_run))
    return (_export(photo, folder) for photo in photos)


def export_name(path: str) -> str:
    """The name under which the photo at `path` is exported: its own, made harmless on every system.

    | path                 | name             |
    |----------------------|------------------|
    | /photos/beach.jpg    | beach.jpg        |
    | /photos/a:b\\nc.jpg  | a_b_c.jpg        |
    | /photos/..jpg        | jpg              |
    | /photos/-rf.jpg      | _rf.jpg          |
    | /photos/aux.jpg      | _aux.jpg         |
    """
    name = "".join("_" if _is_harmful(char) else char for char in Path(path).name).lstrip(". ").rstrip(". ")
    if name.startswith("-"):
        name = "_" + name[1:]
    if name.split(".", 1)[0].rstrip().lower() in _RESERVED:
        name = "_" + name
    return _shortened(name or "photo")


def _is_harmful(char: str) -> bool:
    return char in _FORBIDDEN or char in _DIRECTION_MARKS or unicodedata.category(char) in ("Cc", "Zl", "Zp")


def _shortened(name: str, addition: str = "") -> str:
    """`name` with `addition` before its suffix, the stem cut at the end to what a file system takes."""
    stem, suffix = Path(name).stem, Path(name).suffix
    if len(os.fsencode(suffix)) > _SUFFIX_BYTES:
        stem, suffix = name, ""
    room = _NAME_BYTES - len(os.fsencode(addition + suffix))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + addition + suffix


def _key(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _prepare(dest: Path, dry_run: bool) -> set[str]:
    """Makes `dest`, clears what a killed export left in it, and returns the keys of the names in it."""
    try:
        if not dry_run:
            dest.mkdir(parents=True, exist_ok=True)
        elif not dest.is_dir():
            _check_could_be_made(dest)
            return set()
        names = [entry.name for entry in dest.iterdir()]
        if not os.access(dest, os.W_OK | os.X_OK):
            raise ExportError(dest, "this folder can't be written to; choose another")
        leftovers = {name for name in names if _is_temporary(name)}
        if not dry_run:
            for name in leftovers:
                (dest / name).unlink(missing_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ExportError(dest, "is a file, or lies in one; name a folder") from None
    except OSError as error:
        raise ExportError(dest, f"can't be used as a folder to export to: {error.strerror}") from None
    return {_key(name) for name in names if name not in leftovers}


def _check_could_be_made(dest: Path) -> None:
    nearest = next(path for path in (dest, *dest.absolute().parents) if os.path.lexists(path))
    if not nearest.is_dir():
        raise NotADirectoryError


def _is_temporary(name: str) -> bool:
    return name.startswith(_TEMPORARY_PREFIX) and name.endswith(_TEMPORARY_SUFFIX)


@dataclass(frozen=True, slots=True)
class _Folder:
    """Where to, and how; `taken` are the keys of the names in it, planned ones of a dry run included."""

    path: Path
    how: How
    dry_run: bool
    taken: set[str] = field(default_factory=set)


class _ChangedError(Exception):
    """The file's content isn't the photo that was indexed."""


def _export(photo: PhotoRecord, folder: _Folder) -> ExportResult:
    sources = [path for path in map(Path, photo.paths) if path.is_file()]
    result = ExportResult(photo.path, None, Action.MISSING, "no file of this photo exists any more")
    for source in sources:
        result = _export_file(source, photo.hash, folder)
        if result.action is not Action.FAILED:
            break
    return result


def _export_file(source: Path, digest: str, folder: _Folder) -> ExportResult:
    name = export_name(str(source))
    names = (name, _shortened(name, f"-{digest[:8]}"))
    try:
        for name in names:
            if _holds(folder.path / name, source, digest, folder.how):
                return ExportResult(str(source), str(folder.path / name), Action.THERE)
        for name in names:
            if _key(name) not in folder.taken and _place(source, digest, folder, name):
                done = Action.COPIED if folder.how == "copy" else Action.LINKED
                return ExportResult(str(source), str(folder.path / name), done)
    except _ChangedError:
        reason = "changed since it was indexed; run `gallery index` on its folder and export again"
    except ImageError as error:
        reason = error.reason
    except OSError as error:
        reason = _explained(error, folder.how)
    else:
        reason = f"different files called {' and '.join(names)} are there already"
    return ExportResult(str(source), None, Action.FAILED, reason)


def _explained(error: OSError, how: How) -> str:
    if how == "hardlink" and error.errno in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
        return "can't be hard linked from there to here, as between two disks; export with `copy`"
    return f"can't be exported: {error.strerror or error}"


def _holds(target: Path, source: Path, digest: str, how: How) -> bool:
    """Whether `target` stands for the photo already; a link in its place is never followed."""
    try:
        there = target.lstat()
    except FileNotFoundError:
        return False
    if stat.S_ISLNK(there.st_mode):
        return how == "symlink" and target.readlink() == source
    original = source.stat()
    if how == "hardlink" and os.path.samestat(there, original):
        return True
    with contextlib.suppress(ImageError):
        return stat.S_ISREG(there.st_mode) and there.st_size == original.st_size and hash_file(target) == digest
    return False


def _place(source: Path, digest: str, folder: _Folder, name: str) -> bool:
    """Makes the file, whole or not at all; False where another file turned up under that name meanwhile."""
    if (folder.dry_run or folder.how != "copy") and hash_file(source) != digest:
        raise _ChangedError
    target = folder.path / name
    with contextlib.suppress(FileExistsError):
        if not folder.dry_run:
            _MAKERS[folder.how](source, digest, target)
        folder.taken.add(_key(name))
        return True
    return False


def _symlink(source: Path, _digest: str, target: Path) -> None:
    target.symlink_to(source)


def _hardlink(source: Path, _digest: str, target: Path) -> None:
    target.hardlink_to(source.resolve())


def _copy(source: Path, digest: str, target: Path) -> None:
    temporary = target.with_name(f"{_TEMPORARY_PREFIX}{secrets.token_hex(8)}{_TEMPORARY_SUFFIX}")
    try:
        if _write(source, temporary) != digest:
            raise _ChangedError
        _reveal(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


_MAKERS: Final = {"copy": _copy, "hardlink": _hardlink, "symlink": _symlink}


def _write(source: Path, target: Path) -> str:
    """Copies bytes, times and permissions, setuid and its kin left out; returns the SHA-256 of what was written."""
    hasher = hashlib.sha256()
    with source.open("rb") as reader, _private(target) as writer:
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


def _private(path: Path) -> BinaryIO:
    """A new file that its owner alone can read, until it gets the original's permissions."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _reveal(temporary: Path, target: Path) -> None:
    """Gives a finished file its name; FileExistsError where that is taken."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        # FAT and some network disks have no links. The empty file claims the name without overwriting anything.
        _private(target).close()
        try:
            temporary.replace(target)
        except OSError:
            target.unlink()
            raise
