"""Finds the photos in folders: by their names alone, without opening one."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gallery.errors import ImageError, ScanError
from gallery.images.ignoring import OnError, Rules, is_ignored, rules_in, why
from gallery.images.passed_over import USUAL_NAMES, Names, PassedOver, Reason
from gallery.kinds import PHOTOS, RAW, VIDEOS, suffix
from gallery.records import FileStamp
from gallery.system.drives import is_connected
from gallery.system.paths import absolute

KnownAs = Callable[[str, os.stat_result], str]
"""By which path a folder is known, given one that leads to it and what the disk says of it."""


@dataclass(slots=True)
class Beside:
    """What a walk comes by beside photos: what it passes over, and the folders on another device than their parents."""

    passed_over: PassedOver = field(default_factory=PassedOver)
    drives: set[str] = field(default_factory=set)
    videos: int = 0
    """How many lie among the photos; of those that an ignore file names, too."""
    raw: int = 0
    """The same of raw files."""

    def count(self, end: str) -> None:
        """Counts a file that is no photo, by what its name ends in."""
        self.videos += end in VIDEOS
        self.raw += end in RAW


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder at `path`; what is in it is called by its `name`, another path to it. `device`: of the folder above."""

    path: str
    name: str
    names: Names
    follow_links: bool
    rules: tuple[Rules, ...] = ()
    device: int | None = None


@dataclass(frozen=True, slots=True)
class _Walk:
    """How the folders are walked. `visited` are those listed so far, by device and inode, `links` those still to be."""

    follow_links: Mapping[str, bool]
    on_error: OnError
    known_as: KnownAs
    names: Mapping[str, Names]
    beside: Beside
    visited: set[tuple[int, int]] = field(default_factory=set)
    links: list[_Folder] = field(default_factory=list)


def scan(
    roots: Sequence[str | os.PathLike[str]],
    *,
    follow_links: bool | Mapping[str, bool] = False,
    on_error: OnError | None = None,
    known_as: KnownAs | None = None,
    include: Mapping[str, Collection[str]] | None = None,
    beside: Beside | None = None,
) -> Iterator[FileStamp]:
    """The photos at and below `roots`, each file once, with absolute paths in which links are kept.

    The order is always the same: roots that are files, then the folders in the order given, depth first; in each the
    photos before the subfolders, both by the bytes of their names. A root is taken whatever its name is. A
    `.galleryignore` holds for its own folder and those below, but not for a root further down. A link to a photo gives
    the size and time of what it points to; a link to a folder is followed only with `follow_links`, or in and below the
    folders of which that says so, and after all else, so that what lies below the roots themselves is called by its own
    path. No folder is listed twice. `known_as` may
    give a folder another path, which those of its photos then begin with. Bins, snapshots and the like are passed over,
    except in and below a folder those of the names that `include` has for it. What else is come by is noted in
    `beside`.

    What can't be looked at goes to `on_error` (by default to the log) and the walk goes on: a folder that can't be
    listed, a file that vanished, a dead link, a pipe or device with a photo's name. All but the last are transient: the
    photos may be back next time. Raises ScanError for a root that doesn't exist or can't be listed, before the first
    photo.
    """
    paths = list(dict.fromkeys(absolute(root) for root in roots))
    folders = {path for path in paths if is_folder(path)}
    files = [path for path in paths if path not in folders]
    names = {path: Names(taken_in) for path, taken_in in (include or {}).items()}
    noted = Beside() if beside is None else beside
    follow = dict.fromkeys(paths, follow_links) if isinstance(follow_links, bool) else follow_links
    walk = _Walk(follow, on_error or _log, known_as or _as_it_is, names, noted)
    return _scan(files, [path for path in paths if path in folders], walk)


def reaches(root: str, folder: str, names: Names = USUAL_NAMES, *, follow_links: bool = False) -> bool:
    """Whether a walk of the root comes to this folder below it, both absolute: nothing passes it over."""
    how = _Walk({}, lambda _: None, _as_it_is, {}, Beside())
    here = _Folder(root, root, names, follow_links)
    for name in Path(folder).relative_to(root).parts:
        try:
            _, entries = _list_once(here, how)
        except OSError:
            return False
        here = replace(here, rules=rules_in(entries, here.rules, how.on_error))
        _, subfolders = _sort_out([entry for entry in entries if entry.name == name], here, how)
        if not subfolders:
            return False
        here = replace(here, path=subfolders[0].path, name=subfolders[0].path)
    return True


def _as_it_is(path: str, info: os.stat_result) -> str:  # noqa: ARG001
    return path


def is_folder(root: str) -> bool:
    """Whether this is a folder, which can be listed; ScanError where it can't be, or isn't there."""
    try:
        if not stat.S_ISDIR(Path(root).stat().st_mode):
            return False
        os.scandir(root).close()
    except (FileNotFoundError, NotADirectoryError):
        raise ScanError(root, "doesn't exist; check the spelling, or whether its drive is connected") from None
    except (OSError, ValueError) as error:
        raise ScanError(root, f"can't be looked at ({why(error)}); check its permissions") from None
    return True


def _scan(files: Sequence[str], folders: Sequence[str], how: _Walk) -> Iterator[FileStamp]:
    named = list(dict.fromkeys(_known_file(path, how.known_as) for path in files))
    for path in named:
        stamp = _stamp(path, Path(path).stat, how.on_error)
        if stamp:
            yield stamp
    told = frozenset(named)
    for path in folders:
        root = _Folder(path, path, how.names.get(path, USUAL_NAMES), how.follow_links.get(path, False))
        yield from _but(told, _walk(root, how))
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
            here, entries = _list_once(folder, how)
        except OSError as error:
            reason = f"folder can't be listed ({why(error)})"
            how.on_error(ImageError(folder.name, reason, transient=True, is_photo=False))
            continue
        here = replace(here, rules=rules_in(entries, folder.rules, how.on_error))
        photos, subfolders = _sort_out(entries, here, how)
        for entry in photos:
            stamp = _stamp(_named(entry, here), entry.stat, how.on_error)
            if stamp:
                yield stamp
        below = [_subfolder(entry, here, how) for entry in subfolders]
        links = [folder for folder, entry in zip(below, subfolders, strict=True) if entry.is_symlink()]
        how.links.extend(links)
        stack += [folder for folder in reversed(below) if folder not in links] if links else reversed(below)


def _subfolder(entry: os.DirEntry[str], above: _Folder, how: _Walk) -> _Folder:
    names = how.names.get(entry.path, above.names)
    follow_links = how.follow_links.get(entry.path, above.follow_links)
    return replace(above, path=entry.path, name=_named(entry, above), names=names, follow_links=follow_links)


def _list_once(folder: _Folder, how: _Walk) -> tuple[_Folder, list[os.DirEntry[str]]]:
    """The folder by its name and with its device, and what is in it: nothing if it was listed before."""
    info = Path(folder.path).stat()
    identity = (info.st_dev, info.st_ino)
    if identity in how.visited:
        return folder, []
    how.visited.add(identity)
    with os.scandir(folder.path) as entries:
        here = replace(folder, name=how.known_as(folder.name, info), device=info.st_dev)
        # By the path that it is known by, it may lie within a drive.
        if folder.device != info.st_dev and is_connected(here.name):
            how.beside.drives.add(here.name)
        return here, list(entries)


def _named(entry: os.DirEntry[str], folder: _Folder) -> str:
    """The path of an entry that is told: that of the folder is nearly always its own."""
    return entry.path if folder.name == folder.path else os.path.join(folder.name, entry.name)  # noqa: PTH118


def _sort_out(
    entries: Iterable[os.DirEntry[str]], folder: _Folder, how: _Walk
) -> tuple[list[os.DirEntry[str]], list[os.DirEntry[str]]]:
    """Photos and subfolders worth a look, each by the bytes of their names."""
    photos, subfolders = [], []
    for entry in entries:
        if _is_dir(entry, folder.follow_links):
            if _is_wanted(entry, folder, how.beside.passed_over):
                subfolders.append(entry)
        elif is_photo(entry.name):
            if folder.rules and is_ignored(entry.path, folder.rules):
                how.beside.passed_over.add(_named(entry, folder), Reason.IGNORED)
            else:
                photos.append(entry)
        else:
            how.beside.count(suffix(entry.name))
    photos.sort(key=_name_bytes)
    subfolders.sort(key=_name_bytes)
    return photos, subfolders


def is_photo(name: str) -> bool:
    """Whether a file of this name is taken for a photo; a hidden one never is."""
    return suffix(name) in PHOTOS


def _is_wanted(entry: os.DirEntry[str], folder: _Folder, passed_over: PassedOver) -> bool:
    if folder.names.is_bin(entry.name, folder.path):
        passed_over.add(_named(entry, folder), Reason.BIN)
        return False
    if folder.names.is_skipped(entry.name):
        return False
    if folder.rules and is_ignored(entry.path + "/", folder.rules):
        passed_over.add(_named(entry, folder), Reason.IGNORED)
        return False
    return True


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
        on_error(ImageError(path, f"is gone, or a link that leads nowhere ({why(error)})", transient=True))
        return None
    if stat.S_ISREG(info.st_mode):
        return FileStamp.of(path, info)
    if not stat.S_ISDIR(info.st_mode):
        on_error(ImageError(path, "is a pipe, socket or device, no file; it was not opened"))
    return None


def _log(error: ImageError) -> None:
    logging.getLogger(__name__).warning("%s", error)
