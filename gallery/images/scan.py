"""Finds the photos in folders: by their names alone, without opening one."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.errors import ImageError, ScanError
from gallery.records import FileStamp

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
    path: str
    rules: tuple[_Rules, ...] = ()


def scan(
    roots: Sequence[str | os.PathLike[str]], *, follow_links: bool = False, on_error: OnError | None = None
) -> Iterator[FileStamp]:
    """The photos at and below `roots`, each file once, with absolute paths in which links are kept.

    The order is always the same: roots that are files, then the folders in the order given, depth first; in each the
    photos before the subfolders, both by the bytes of their names. A root is taken whatever its name is. A
    `.galleryignore` holds for its own folder and those below, but not for a root further down. A link to a photo gives
    the size and time of what it points to; a link to a folder is followed only with `follow_links`; no folder is listed
    twice.

    What can't be looked at goes to `on_error` (by default to the log) and the walk goes on: a folder that can't be
    listed, a file that vanished, a dead link, a pipe or device with a photo's name. All but the last are transient: the
    photos may be back next time. Raises ScanError for a root that doesn't exist or can't be listed, before the first
    photo.
    """
    paths = list(dict.fromkeys(_absolute(root) for root in roots))
    folders = {path for path in paths if _is_folder(path)}
    files = [path for path in paths if path not in folders]
    return _scan(files, [path for path in paths if path in folders], follow_links, on_error or _log)


def _absolute(root: str | os.PathLike[str]) -> str:
    # Path.absolute() keeps "..", and two spellings of one folder would give two paths to each photo.
    return os.path.abspath(root)  # noqa: PTH100


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


def _scan(files: list[str], folders: list[str], follow_links: bool, on_error: OnError) -> Iterator[FileStamp]:
    for path in files:
        stamp = _stamp(path, Path(path).stat, on_error)
        if stamp:
            yield stamp
    named = frozenset(files)
    visited: set[tuple[int, int]] = set()
    for path in folders:
        walk = _walk(path, visited, follow_links, on_error)
        yield from (stamp for stamp in walk if stamp.path not in named) if named else walk


def _walk(root: str, visited: set[tuple[int, int]], follow_links: bool, on_error: OnError) -> Iterator[FileStamp]:
    """The photos below `root`, without the folders in `visited` (device, inode), to which it adds."""
    # A stack of our own: folders may be nested deeper than Python recurses.
    stack = [_Folder(root)]
    while stack:
        folder = stack.pop()
        try:
            entries = _list_once(folder.path, visited)
        except OSError as error:
            on_error(ImageError(folder.path, f"folder can't be listed ({_why(error)})", transient=True))
            continue
        rules = _rules_in(entries, folder, on_error)
        photos, subfolders = _sort_out(entries, rules, follow_links)
        for entry in photos:
            stamp = _stamp(entry.path, entry.stat, on_error)
            if stamp:
                yield stamp
        stack += [_Folder(entry.path, rules) for entry in reversed(subfolders)]


def _list_once(path: str, visited: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """What is in the folder; nothing if it was listed before, under whatever name."""
    info = Path(path).stat()
    identity = (info.st_dev, info.st_ino)
    if identity in visited:
        return []
    visited.add(identity)
    with os.scandir(path) as entries:
        return list(entries)


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
