"""Keeps a database in step with photo folders for as long as it runs: looks again whenever something changes there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePath
from typing import Final, Protocol

from gallery.errors import PathError, ScanError, StoreLockedError
from gallery.images.ignoring import IGNORE_FILE
from gallery.images.passed_over import USUAL_NAMES, Names
from gallery.images.scan import is_photo
from gallery.indexing.indexer import PhotoResult
from gallery.indexing.reconcile import Status
from gallery.records import FileStamp
from gallery.system.drives import drives_below, is_connected
from gallery.system.paths import absolute

QUIET_SECONDS: Final = 2.0
"""A file is whole, as far as one can tell, when its size and time stood still for so long."""
PATIENCE_SECONDS: Final = 30.0
"""Where changes never stop, as while thousands of photos are copied, there is a look at least so often."""
POLL_SECONDS: Final = 10.0
"""How often folders are compared where the file system tells of no changes."""
TICK_SECONDS: Final = 1.0

Events = Callable[[Sequence[str]], Iterator[Collection[str]]]
"""Watches folders from the first `next` on: the paths that changed, or nothing where for a while none did."""

_Identity = tuple[int, int]


class Look(Protocol):
    """Brings the database up to date with folders: `index`, of which all else is given."""

    def __call__(self, paths: Sequence[str], /, *, skip: Callable[[FileStamp], bool]) -> Iterator[PhotoResult]:
        """A result per photo."""


def watch(
    folders: Sequence[str | os.PathLike[str]],
    look: Look,
    *,
    events: Events,
    drives: Collection[str] = (),
    tell: Callable[[str], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Iterator[PhotoResult]]:
    """Looks at the folders, and again after every change, until the events end, which those of `file_events` never do.

    Yields the results of each look, to be read before the next is asked for: of the first look all, afterwards only
    what is new, without unchanged photos and failures that were told before. Files that are still being written are
    left for a later look. A folder that isn't there, or whose drive isn't, is left alone until it is back; `drives` are
    places where one was seen before. While another process indexes into the database, there is no look. Both are told
    to `tell` in a sentence. There is a look, too, when a drive in a folder comes or goes.

    Raises PathError where the folders can't be watched, and what `look` raises.
    """
    roots = [absolute(folder) for folder in folders]
    return _Watch(roots, look, events, set(drives), tell, clock).rounds()


class _Watch:
    def __init__(
        self,
        roots: Sequence[str],
        look: Look,
        events: Events,
        drives: set[str],
        tell: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._look, self._events, self._tell, self._clock = look, events, tell, clock
        self._drives = drives
        """Folders that were on a drive of their own once: without it they are the empty places where it belongs."""
        self._mounted = drives_below(roots)
        self._here: dict[str, _Identity | None] = dict.fromkeys(roots, (0, 0))
        self._restless: dict[str, tuple[FileStamp | None, float]] = {}
        """What changed of late: its stamp, and when it was seen to have it."""
        self._told: dict[str, str | None] = {}
        """Failures, with their reasons."""
        self._due = self._first = True
        self._waiting = False
        self._last_look = float("-inf")

    def rounds(self) -> Iterator[Iterator[PhotoResult]]:
        self._find_roots()
        while True:
            for changed in self._events(self._connected()):
                if self._find_roots():
                    self._settle(changed)
                    self._due = True
                    break
                results = self._round(changed)
                if results is not None:
                    yield results
                    for _ in results:
                        pass
            else:
                return

    def _connected(self) -> list[str]:
        return [root for root, identity in self._here.items() if identity]

    def _find_roots(self) -> bool:
        """Notices folders, and drives in them, that came and went; whether any did."""
        mounted, self._mounted = self._mounted, drives_below(self._here)
        before, self._here = self._here, {root: self._identity(root) for root in self._here}
        for root, identity in self._here.items():
            if identity is None and before[root] is not None:
                self._tell(f"{root}: is gone; its photos stay as they are until it is back")
            if identity is not None and before[root] is None:
                self._tell(f"{root}: is back")
        return before != self._here or mounted != self._mounted

    def _identity(self, root: str) -> _Identity | None:
        """None where the folder isn't there, or is the empty place where its drive was mounted."""
        try:
            info = os.stat(root)  # noqa: PTH116
        except OSError:
            return None
        if is_connected(root):
            self._drives.add(root)
        elif root in self._drives:
            return None
        return info.st_dev, info.st_ino

    def _round(self, changed: Collection[str]) -> Iterator[PhotoResult] | None:
        """A look, where one is due: something came to rest, and nothing else is on the move, or for too long."""
        self._due |= self._settle(changed)
        patient = self._clock() - self._last_look < PATIENCE_SECONDS
        if not self._due or not self._connected() or (self._restless and patient):
            return None
        self._last_look = self._clock()
        try:
            results = self._look(self._connected(), skip=lambda file: file.path in self._restless)
            # The first result shows that nobody else is at it.
            first = list(next(([result] for result in results), []))
        except (StoreLockedError, ScanError) as error:
            self._wait(error)
            return None
        self._due = self._waiting = False
        return self._news(chain(first, results))

    def _settle(self, changed: Collection[str]) -> bool:
        """Keeps track of what is on the move; whether something has come to rest."""
        now, settled = self._clock(), False
        for path in changed:
            self._restless[path] = (_stamp(path), now)
        for path, (before, since) in list(self._restless.items()):
            if now - since < QUIET_SECONDS:
                continue
            stamp = _stamp(path)
            if stamp == before:
                del self._restless[path]
                settled = True
            else:
                self._restless[path] = (stamp, now)
        return settled

    def _news(self, results: Iterable[PhotoResult]) -> Iterator[PhotoResult]:
        first, self._first = self._first, False
        failed: set[str] = set()
        try:
            for result in results:
                known = result.path in self._told and self._told[result.path] == result.reason
                if result.status is Status.FAILED:
                    failed.add(result.path)
                    self._told[result.path] = result.reason
                else:
                    self._told.pop(result.path, None)
                if first or not (known or result.status is Status.UNCHANGED):
                    yield result
            # What is over, as a drive that is back, is told when it happens again.
            self._told = {path: why for path, why in self._told.items() if path in failed or path in self._restless}
        except StoreLockedError as error:
            self._wait(error)

    def _wait(self, error: StoreLockedError | ScanError) -> None:
        """Another look is due; why it couldn't be now is said once."""
        self._due = True
        if isinstance(error, StoreLockedError) and not self._waiting:
            self._tell(f"{error.reason}; looking again then")
            self._waiting = True


def _stamp(path: str) -> FileStamp | None:
    try:
        return FileStamp.of(path, os.stat(path))  # noqa: PTH116
    except OSError:
        return None


def file_events(database: str, *, poll_seconds: float | None = None, names: Names = USUAL_NAMES) -> Events:
    """What the file system tells of changes to photos and folders; with `poll_seconds`, what comparing them shows.

    Changes to files whose path begins with that of the database are none, nor those in folders that `names` passes
    over. The events never end.
    """

    def events(roots: Sequence[str]) -> Iterator[Collection[str]]:
        places = {os.path.realpath(root): root for root in roots}
        while True:
            try:
                for changed in _raw_events(roots, poll_seconds):
                    paths = {_named(path, places) for path in changed if not path.startswith(database)}
                    yield {path for path in paths if matters(path, roots, names)}
            except _UnreadableNameError:
                yield set(roots)

    return events


class _UnreadableNameError(Exception):
    """Something changed whose name is no UTF-8: the library that watches can't tell us what."""


def _raw_events(roots: Sequence[str], poll_seconds: float | None) -> Iterator[set[str]]:
    import watchfiles
    from watchfiles._rust_notify import WatchfilesRustInternalError

    try:
        for changes in watchfiles.watch(
            *roots,
            watch_filter=None,
            rust_timeout=round(TICK_SECONDS * 1000),
            yield_on_timeout=True,
            force_polling=poll_seconds is not None,
            poll_delay_ms=round((poll_seconds or POLL_SECONDS) * 1000),
            # A folder that may not be listed, or that vanished a moment ago, is passed over.
            ignore_permission_denied=True,
        ):
            yield {path for _, path in changes}
    except UnicodeEncodeError as error:
        raise PathError(str(error.object), "can't be watched, its name is no UTF-8; rename the folder") from None
    except (OSError, WatchfilesRustInternalError) as error:
        if "Unable to decode path" in str(error):
            raise _UnreadableNameError from None
        raise PathError(roots[0], f"can't be watched ({error}); try --poll") from None


def _named(path: str, places: Mapping[str, str]) -> str:
    """The path below the folder as it was given, where the system tells of what a link in it leads to."""
    for real, given in places.items():
        if path == real or path.startswith(real.rstrip(os.sep) + os.sep):
            return given + path[len(real) :]
    return path


def matters(path: str, folders: Sequence[str], names: Names = USUAL_NAMES) -> bool:
    """Whether a change there may concern photos below the folders: a photo, ignore patterns, a folder, what is gone.

    What is gone may have been a folder.
    """
    below = next((path[len(folder) :] for folder in folders if path.startswith(folder)), path)
    *within, name = ["", *PurePath(below.strip(os.sep)).parts]
    if names.passes_over(within):
        return False
    if name == IGNORE_FILE:
        return True
    return not names.passes_over([*within, name]) and (is_photo(name) or not Path(path).is_file())
