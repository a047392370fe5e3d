"""Thumbnails of the photos of a database: from its cache, else made by a few processes, the newest wish first."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final

from pebble import ProcessExpired, ProcessPool

from gallery.errors import GalleryError, ImageError, NotIndexedError
from gallery.images.sources import Source
from gallery.images.thumbnails import Thumbnail, begin_process, check_size, long_side, read_thumbnail
from gallery.indexing.kept_thumbnails import cache_of
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.store.thumbnail_rows import Pictured, note_colours, pictured
from gallery.system.machine import LEAST_TO_DECODE, suitable
from gallery.system.parents import PatientSpawn
from gallery.system.unix import interrupts_held

_log = logging.getLogger(__name__)

SECONDS: Final = 30.0
"""A picture that takes longer isn't waited for: its decoder may never end."""
MOST_WISHES: Final = 2000
"""Wait at once; of more the oldest are given up: whoever scrolled past them has long seen others."""

_FEW: Final = 4
"""Processes: more read from one disk no faster."""
_TOLD_SECONDS: Final = 60.0
"""For so long what couldn't be made isn't tried again."""
_MOST_PROBLEMS: Final = 10_000
_IDLE_SECONDS: Final = 300.0
"""Processes that have had nothing to do for so long end: each holds 60 MB."""
_COLOURS_AT_ONCE: Final = 1000
_QUIET_SECONDS: Final = 10.0
"""Colours are kept when nobody has wished for so long: all that others know of the database is old after each time."""


@dataclass(slots=True)
class _Wish:
    """A thumbnail that is to be made, and whoever waits for it."""

    hash: str
    size: int
    photo: Pictured
    sources: list[Source]
    waiting: list[Future[bytes]] = field(default_factory=list)
    was_lost: bool = False
    """All processes ended before it was begun; once that may be chance."""


class Thumbnails:
    """Gives thumbnails to several threads. Its processes are started by the first that has to be made.

    `close`, or the end of a `with`, ends them and keeps the colours that were seen.
    """

    def __init__(
        self, store: Store, settings: Settings | None = None, *, processes: int | None = None, seconds: float = SECONDS
    ) -> None:
        self._store, self._settings, self._seconds = store, settings or Settings(), seconds
        self._count = processes or min(_FEW, suitable(each=LEAST_TO_DECODE))
        self.cache = cache_of(store, self._settings)
        self._lock = threading.Lock()
        self._wishes: deque[_Wish] = deque()
        self._by_name: dict[tuple[str, int], _Wish] = {}
        self._pool: ProcessPool | None = None
        self._running = 0
        self._colours: dict[int, int] = {}
        self._problems: dict[tuple[str, int], tuple[float, ImageError]] = {}
        self._last_wish = time.monotonic()
        self._is_closed = False

    def __enter__(self) -> Thumbnails:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, digest: str, size: int) -> bytes:
        """The thumbnail, a JPEG of about `size` pixels (one of SIZES) of the photo with this hash; waits for it.

        Raises ImageError with the reason where no file of the photo can be read or is what was indexed, and
        NotIndexedError for a photo that isn't in the database.
        """
        return self.wish(digest, size).result()

    def cached(self, digest: str, size: int) -> bytes | None:
        """The same where it was made before; None otherwise."""
        return self.cache.get(digest, size) if self.cache else None

    def wish(self, digest: str, size: int) -> Future[bytes]:
        """As `get`, but doesn't wait. Cancelling what was given takes the wish back, if it isn't being made already."""
        future: Future[bytes] = Future()
        if jpeg := self.cached(digest, check_size(size)):
            future.set_result(jpeg)
            return future
        try:
            if problem := self._problem(digest, size):
                raise problem
            photo = pictured(self._store, digest)
            if photo is None:
                raise NotIndexedError("photo", "isn't in the database")
            self._add(_wish_for(photo, digest, size), future)
        except GalleryError as error:
            future.set_exception(error)
        return future

    def note_colours(self, *, at_once: bool = False) -> None:
        """Keeps the colours of the photos that were made, where many came together or nobody has wished for a while.

        To be called now and then: processes that nobody needed for long end, too.
        """
        with self._lock:
            quiet_seconds = time.monotonic() - self._last_wish
            is_quiet = quiet_seconds > _QUIET_SECONDS
            pool = self._pool if quiet_seconds > _IDLE_SECONDS and not self._by_name else None
            self._pool = None if pool else self._pool
        if pool is not None:
            _end(pool)
        with self._lock:
            if not (at_once or is_quiet or len(self._colours) >= _COLOURS_AT_ONCE):
                return
            seen, self._colours = self._colours, {}
        try:
            note_colours(self._store, seen)
        except GalleryError as error:  # they are seen again some time
            _log.debug("the colours of %s photos couldn't be kept: %s", len(seen), error)

    def close(self) -> None:
        """Ends the processes; who still waits is told that nothing comes."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            left = [future for wish in self._by_name.values() for future in wish.waiting]
            self._wishes.clear()
        if self._pool is not None:
            _end(self._pool)
        for future in left:
            future.cancel()
        self.note_colours(at_once=True)

    def _problem(self, digest: str, size: int) -> ImageError | None:
        """Why it couldn't be made just now: a picture that takes too long mustn't be tried each time it is passed."""
        with self._lock:
            when, problem = self._problems.get((digest, size), (0.0, None))
            return problem if time.monotonic() - when < _TOLD_SECONDS else None

    def _living_pool(self) -> ProcessPool:
        """Pebble gives a pool up where a process dies that does nothing just now: then there is another."""
        if self._pool is None or not self._pool.active:
            context: Any = PatientSpawn()  # declared too narrowly for Windows
            self._pool = ProcessPool(self._count, initializer=begin_process, context=context)
        return self._pool

    def _add(self, wish: _Wish, future: Future[bytes]) -> None:
        with self._lock:
            if self._is_closed:
                raise GalleryError("no thumbnails are made any more")
            self._last_wish = time.monotonic()
            known = self._by_name.get((wish.hash, wish.size))
            if known is not None:
                known.waiting.append(future)
                if known in self._wishes:
                    self._wishes.remove(known)
                    self._wishes.append(known)
                return
            wish.waiting.append(future)
            self._by_name[wish.hash, wish.size] = wish
            self._wishes.append(wish)
            given_up = self._wishes.popleft() if len(self._wishes) > MOST_WISHES else None
            if given_up:
                del self._by_name[given_up.hash, given_up.size]
        for old in given_up.waiting if given_up else ():
            old.cancel()
        self._go_on()

    def _go_on(self) -> None:
        """Lets the processes begin what was wished for last, as many as there are."""
        while True:
            with self._lock:
                if self._is_closed or self._running >= self._count or not self._wishes:
                    return
                wish = self._wishes.pop()
                if all(future.cancelled() for future in wish.waiting):
                    del self._by_name[wish.hash, wish.size]
                    continue
                self._running += 1
                pool = self._living_pool()
            if problem := self._begin_making(pool, wish):
                self._settle(wish, problem)

    def _begin_making(self, pool: ProcessPool, wish: _Wish) -> GalleryError | None:
        longer = long_side(wish.photo.width, wish.photo.height, wish.size)
        asked = (wish.sources[0], wish.size, longer, self._settings.max_megapixels)
        try:
            with interrupts_held():
                making = pool.schedule(read_thumbnail, asked, timeout=self._seconds)
        except Exception as error:  # the pool ended, or couldn't begin
            return GalleryError(f"no process makes thumbnails: {error}")
        making.add_done_callback(lambda done: self._made(wish, done))
        return None

    def _made(self, wish: _Wish, done: Future[Thumbnail]) -> None:
        path = wish.sources[0].file.path
        try:
            made: Thumbnail | GalleryError = done.result()
        except ImageError as error:
            made = error
        except ProcessExpired:
            made = ImageError(path, "reading it made a process die, or memory ran out", transient=True)
        except TimeoutError:
            made = ImageError(path, f"reading it took longer than {self._seconds:g} seconds", transient=True)
        except BrokenProcessPool as error:
            made = GalleryError(f"no process makes thumbnails: {error}")
            if not wish.was_lost:
                wish.was_lost = True
                self._begin_again(wish)
                return
        except BaseException as error:  # this runs in a thread of the pool, where nobody would hear of it
            made = GalleryError(f"no process makes thumbnails: {error!r}")
        if isinstance(made, Thumbnail):
            self._keep(wish, made)
        elif len(wish.sources) > 1 and isinstance(made, ImageError):
            del wish.sources[0]  # the photo has another file
            self._begin_again(wish)
            return
        else:
            self._settle(wish, made)
        self._go_on()

    def _begin_again(self, wish: _Wish) -> None:
        with self._lock:
            self._running -= 1
            self._wishes.append(wish)
        self._go_on()

    def _keep(self, wish: _Wish, made: Thumbnail) -> None:
        if self.cache:
            self.cache.put(wish.hash, wish.size, made.jpeg)
        if wish.photo.colour is None:
            with self._lock:
                self._colours[wish.photo.content_id] = made.colour
        self._settle(wish, made.jpeg)

    def _settle(self, wish: _Wish, outcome: bytes | GalleryError) -> None:
        with self._lock:
            self._running -= 1
            self._by_name.pop((wish.hash, wish.size), None)
            if isinstance(outcome, ImageError):
                if len(self._problems) >= _MOST_PROBLEMS:
                    self._problems.clear()
                self._problems[wish.hash, wish.size] = time.monotonic(), outcome
        for future in wish.waiting:
            with suppress(Exception):  # it was cancelled
                if isinstance(outcome, bytes):
                    future.set_result(outcome)
                else:
                    future.set_exception(outcome)


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _wish_for(photo: Pictured, digest: str, size: int) -> _Wish:
    if not photo.files:
        raise ImageError("photo", "none of its files is there; its drive may not be connected", transient=True)
    return _Wish(digest, size, photo, list(photo.files))
