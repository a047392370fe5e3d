"""What looking through folders comes by, as the manual says: links, hidden folders, bins, ignore files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.world.disk import BIN, IGNORE_FILE
from tests.world.pictures import digest_of


@dataclass(frozen=True)
class Found:
    """A photo that was come by: its size and time, and the hash of its bytes."""

    path: str
    stamp: tuple[int, int]
    digest: str


@dataclass
class Look:
    """`passed` has places with photos perhaps, and why they were left out: "ignored", "bin"; `dead` links to nothing.

    `folders` are those that were come by, links and all, under the names that they are known by.
    """

    found: list[Found] = field(default_factory=list)
    passed: dict[str, str] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)

    def reason(self, path: str) -> tuple[str, str] | None:
        """The place for which a file was left out, and why; None where it wasn't."""
        way = [path, *map(str, Path(path).parents)]
        place = next((place for place in way if place in self.passed), None)
        return None if place is None else (place, self.passed[place])


@dataclass(frozen=True)
class _Rules:
    """Names of folders (`private/`) and files that the ignore files on the way down say."""

    names: frozenset[str] = frozenset()

    def with_those_in(self, folder: Path) -> _Rules:
        """Together with those of this folder."""
        file = folder / IGNORE_FILE
        return _Rules(self.names | set(file.read_text().split("\n"))) if file.exists() else self


def look_through(roots: Iterable[str], known_as: Callable[[str], str]) -> Look:
    """Files among the roots come first, then the folders, each once; `known_as` gives a folder its name."""
    look, seen = Look(), set[int]()
    given = list(dict.fromkeys(roots))
    for root in (root for root in given if not Path(root).is_dir()):
        folder, name = os.path.split(root)
        _take(look, Path(root), f"{known_as(folder)}/{name}")
    for root in (root for root in given if Path(root).is_dir()):
        _walk(look, Path(root), known_as(root), _Rules(), seen)
    return look


def _walk(look: Look, folder: Path, name: str, rules: _Rules, seen: set[int]) -> None:
    inode = folder.stat().st_ino
    if inode in seen:
        return
    seen.add(inode)
    look.folders.add(name)
    rules = rules.with_those_in(folder)
    entries = sorted((path.name for path in folder.iterdir()), key=os.fsencode)
    below = [one for one in entries if (folder / one).is_dir() and not (folder / one).is_symlink()]
    for one in (one for one in entries if one.endswith(".jpg") and not one.startswith(".") and one not in below):
        if one in rules.names:
            look.passed[f"{name}/{one}"] = "ignored"
        elif not (folder / one).is_dir():
            _take(look, folder / one, f"{name}/{one}")
    for one in below:
        if one == BIN or one.startswith(".Trash"):
            look.passed[f"{name}/{one}"] = "bin"
        elif one.startswith("."):
            continue
        elif f"{one}/" in rules.names:
            look.passed[f"{name}/{one}"] = "ignored"
        else:
            _walk(look, folder / one, f"{name}/{one}", rules, seen)


def _take(look: Look, path: Path, name: str) -> None:
    if name in (found.path for found in look.found):
        return
    try:
        info = path.stat()
    except OSError:
        look.dead.append(name)
        return
    look.found.append(Found(name, (info.st_size, info.st_mtime_ns), digest_of(path.read_bytes())))


def is_below(path: str, folders: Iterable[str]) -> bool:
    """It is one of them, or lies in one."""
    return f"{path}/".startswith(tuple(f"{folder}/" for folder in folders))


def leads_nowhere(path: str) -> bool:
    """A link to a file that is surely gone: what it led to lay in a folder in which something is to be seen.

    Of links that lead in a circle that can't be said.
    """
    target = Path(os.path.realpath(path))
    if not Path(path).is_symlink() or os.path.lexists(target):
        return False
    return target.parent.is_dir() and any(not one.name.startswith(".") for one in target.parent.iterdir())


def nearest(path: str, folders: Mapping[str, object] | set[str]) -> str | None:
    """The lowest of the folders that this is, or lies in."""
    return next((place for place in map(str, (Path(path), *Path(path).parents)) if place in folders), None)
