"""Finds the photos in folders: by their names alone, without opening one."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.errors import ImageError, ScanError
from gallery.records import FileStamp
from gallery.system.paths import absolute

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".webp",
        ".tif",
        ".tiff",
        ".bmp",
        ".gif",
        ".heic",
        ".heif",
        ".hif",
        ".avif",
    ]
)
"""What the name of a photo ends in, in lower case."""

SKIPPED_NAMES = frozenset({"@eaDir", "node_modules", "__MACOSX"})
"""Folders that hold other programs' thumbnails and packages. Names with a leading dot are skipped besides."""

IGNORE_FILE = ".galleryignore"

MAX_IGNORE_BYTES = 1_000_000

OnError = Callable[[ImageError], None]

KnownAs = Callable[[str, os.stat_result], str]
"""By which path a folder is known, given one that leads to it and what the disk says of it."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one ignore file; they speak of paths below `folder`, which ends in a separator."""

    folder: str
    spec: GitIgnoreSpec

    def verdict(self, path: str) -> bool | None:
        """True: skip it; False: keep it, whatever a folder above says; None: nothing said. Folders end in "/"."""
        relative = path.removeprefix(self.folder).replace(os.sep, "/")
        return self.spec.check_file(relative).include


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder at `path`; what is in it is called by its `name`, another path to it."""

    path: str
    name: str
    rules: tuple[_Rules, ...] = ()


@dataclass(frozen=True, slots=True)
class _Walk:
    """How the folders are walked. `visited` are those listed so far, by device and inode, `links` those still to be."""

    follow_links: bool
    on_error: OnError
    known_as: KnownAs
    visited: set[tuple[int, int]] = field(default_factory=set)
    links: list[_Folder] = field(default_factory=list)


def scan(
    roots: Sequence[str | os.PathLike[str]],
    *,
    follow_links: bool = False,
    on_error: OnError | None = None,
    known_as: KnownAs | None = None,
) -> Iterator[FileStamp]:
    """The photos at and below `roots`, each file once, with absolute paths in which links are kept.

    The order is always the same: roots that are files, then the folders in the order given, depth first; in each the
    photos before the subfolders, both by the bytes of their names. A root is taken whatever its name is. A
    `.galleryignore` holds for its own folder and those below, but not for a root further down. A link to a photo gives
    the size and time of what it points to; a link to a folder is followed only with `follow_links`, and after all else,
    so that what lies below the roots themselves is called by its own path. No folder is listed twice. `known_as` may
    give a folder another path, which those of its photos then begin with.

    What can't be looked at goes to `on_error` (by default to the log) and the walk goes on: a folder that can't be
    listed, a file that vanished, a dead link, a pipe or device with a photo's name. All but the last are transient: the
    photos may be back next time. Raises ScanError for a root that doesn't exist or can't be listed, before the first
    photo.
    """
    paths = list(dict.fromkeys(absolute(root) for root in roots))
    folders = {path for path in paths if _is_folder(path)}
    files = [path for path in paths if path not in folders]
    walk = _Walk(follow_links, on_error or _log, known_as or _as_it_is)
    return _scan(files, [path for path in paths if path in folders], walk)


def _as_it_is(path: str, info: os.stat_result) -> str:  # noqa: ARG001
    return path


def _is_folder(root: str) -> bool:
    try:
        if not stat.S_ISDIR(Path(root).stat().st_mode):
            return False
        os.scandir(root).close()
    except (FileNotFoundError, NotADirectoryError):
        raise ScanError(root, "doesn't exist; check the spelling, or whether its drive is connected") from None
    except (OSError, ValueError) as error:
        raise ScanError(root, f"can't be looked at ({_why(error)}); check its permissions") from None
    return True


def _scan(files: Sequence[str], folders: Sequence[str], how: _Walk) -> Iterator[FileStamp]:
    named = list(dict.fromkeys(_known_file(path, how.known_as) for path in files))
    for path in named:
        stamp = _stamp(path, Path(path).stat, how.on_error)
        if stamp:
            yield stamp
    told = frozenset(named)
    for path in folders:
        yield from _but(told, _walk(_Folder(path, path), how))
    # Those that are found behind links come to the end of the list meanwhile.
    for link in how.links:
        yield from _but(told, _walk(link, how))


def _known_file(path: str, known_as: KnownAs) -> str:
    folder, name = os.path.split(path)
    try:
        return os.path.join(known_as(folder, Path(folder).stat()), name)  # noqa: PTH118
    except OSError:
        return path


def _but(told: frozenset[str], walk: Iterator[FileStamp]) -> Iterator[FileStamp]:
    return (stamp for stamp in walk if stamp.path not in told) if told else walk


def _walk(root: _Folder, how: _Walk) -> Iterator[FileStamp]:
    """The photos in and below a folder, without the folders visited before."""
    # A stack of our own: folders may be nested deeper than Python recurses.
    stack = [root]
    while stack:
        folder = stack.pop()
        try:
            name, entries = _list_once(folder, how)
        except OSError as error:
            how.on_error(ImageError(folder.name, f"folder can't be listed ({_why(error)})", transient=True))
            continue
        here = _Folder(folder.path, name, _rules_in(entries, folder, how.on_error))
        photos, subfolders = _sort_out(entries, here.rules, how.follow_links)
        for entry in photos:
            stamp = _stamp(_named(entry, here), entry.stat, how.on_error)
            if stamp:
                yield stamp
        below = [_Folder(entry.path, _named(entry, here), here.rules) for entry in subfolders]
        links = [folder for folder, entry in zip(below, subfolders, strict=True) if entry.is_symlink()]
        how.links.extend(links)
        stack += [folder for folder in reversed(below) if folder not in links] if links else reversed(below)


def _list_once(folder: _Folder, how: _Walk) -> tuple[str, list[os.DirEntry[str]]]:
    """The name of the folder and what is in it; nothing if it was listed before, under whatever name."""
    info = Path(folder.path).stat()
    identity = (info.st_dev, info.st_ino)
    if identity in how.visited:
        return folder.name, []
    how.visited.add(identity)
    with os.scandir(folder.path) as entries:
        return how.known_as(folder.name, info), list(entries)


def _named(entry: os.DirEntry[str], folder: _Folder) -> str:
    """The path of an entry that is told: that of the folder is nearly always its own."""
    return entry.path if folder.name == folder.path else os.path.join(folder.name, entry.name)  # noqa: PTH118


def _sort_out(
    entries: Iterable[os.DirEntry[str]], rules: tuple[_Rules, ...], follow_links: bool
) -> tuple[list[os.DirEntry[str]], list[os.DirEntry[str]]]:
    """Photos and subfolders worth a look, each by the bytes of their names."""
    photos, subfolders = [], []
    for entry in entries:
        name = entry.name
        if name.startswith(".") or name in SKIPPED_NAMES:
            continue
        if _is_dir(entry, follow_links):
            if not (rules and _is_ignored(entry.path + "/", rules)):
                subfolders.append(entry)
        elif name[name.rfind(".") :].lower() in SUFFIXES and not (rules and _is_ignored(entry.path, rules)):
            photos.append(entry)
    photos.sort(key=_name_bytes)
    subfolders.sort(key=_name_bytes)
    return photos, subfolders


def _is_dir(entry: os.DirEntry[str], follow_links: bool) -> bool:
    try:
        return entry.is_dir(follow_symlinks=follow_links)
    except OSError:  # a link in a circle: what it leads to can't be told
        return False


def _name_bytes(entry: os.DirEntry[str]) -> bytes:
    return entry.name.encode("utf-8", "surrogateescape")


def _stamp(path: str, look: Callable[[], os.stat_result], on_error: OnError) -> FileStamp | None:
    """The stamp of a regular file; None for anything else, which is reported unless it is a folder behind a link."""
    try:
        info = look()
    except OSError as error:
        on_error(ImageError(path, f"is gone, or a link that leads nowhere ({_why(error)})", transient=True))
        return None
    if stat.S_ISREG(info.st_mode):
        return FileStamp.of(path, info)
    if not stat.S_ISDIR(info.st_mode):
        on_error(ImageError(path, "is a pipe, socket or device, no file; it was not opened"))
    return None


def _rules_in(entries: Iterable[os.DirEntry[str]], folder: _Folder, on_error: OnError) -> tuple[_Rules, ...]:
    """The rules in force in `folder`: those of the folders above, then its own."""
    found = next((entry for entry in entries if entry.name == IGNORE_FILE), None)
    if found is None:
        return folder.rules
    try:
        spec = _read_spec(found)
    except (OSError, ValueError) as error:
        on_error(ImageError(found.path, f"ignore patterns can't be used ({_why(error)})", transient=True))
        return folder.rules
    return (*folder.rules, _Rules(found.path.removesuffix(IGNORE_FILE), spec))


def _read_spec(entry: os.DirEntry[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # here: most collections have no such file, and every start would pay for it

    if not entry.is_file():
        raise OSError("no regular file")
    with Path(entry.path).open("rb") as file:
        content = file.read(MAX_IGNORE_BYTES + 1)
    if len(content) > MAX_IGNORE_BYTES:
        raise ValueError(f"more than {MAX_IGNORE_BYTES} bytes")
    return GitIgnoreSpec.from_lines(os.fsdecode(content.removeprefix(b"\xef\xbb\xbf")).splitlines())


def _is_ignored(path: str, rules: tuple[_Rules, ...]) -> bool:
    verdicts = (each.verdict(path) for each in reversed(rules))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def _why(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _log(error: ImageError) -> None:
    logging.getLogger(__name__).warning("%s", error)
