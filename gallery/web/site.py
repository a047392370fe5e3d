"""What all answers share: the database, who may see what, and what was worked out before."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Connection

from gallery.errors import GalleryError
from gallery.insight.facts import Facts, read_facts
from gallery.query.query import Query
from gallery.search.gate import Gate
from gallery.search.order import Order, Shapes, read_shapes, whole_order
from gallery.settings import Settings
from gallery.store.readers import ReadingStore
from gallery.store.store import Store
from gallery.web.answers import NotFoundError, RefusedError
from gallery.web.fresh import Fresh
from gallery.web.in_album import OWN, in_own_order
from gallery.web.index_job import IndexJob
from gallery.web.kept import Kept
from gallery.web.parcels import Parcels
from gallery.web.scope import EVERYTHING, Scope
from gallery.web.telling import Telling
from gallery.web.versions import Versions

if TYPE_CHECKING:
    from gallery.indexing.thumbnailing import Thumbnails

T = TypeVar("T")

_MOST_ORDERS: Final = 24
_MOST_NUMBERS: Final = 6_000_000
"""In all orders together: 48 MB."""
_MOST_FIGURES: Final = 50


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see and do what."""

    scope: Scope = EVERYTHING
    read_only: bool = False

    @property
    def may_write(self) -> bool:
        """A guest never may: undo would take back what the owner did last."""
        return not self.read_only and not self.scope.is_guest


@dataclass(frozen=True, slots=True)
class Key:
    """Which order: of what query, in what version of the database."""

    query: str
    version: str


@dataclass(slots=True)
class Site:
    """One gallery that is served. Used by many threads at once."""

    store: Store
    settings: Settings
    access: Access = field(default_factory=Access)
    reader: ReadingStore = field(init=False)
    versions: Versions = field(init=False)
    _thumbnails: Thumbnails | None = field(default=None, init=False)
    index_job: IndexJob = field(init=False)
    listeners: int = field(default=0, init=False)
    telling: Telling = field(init=False)
    is_closing: bool = field(default=False, init=False)
    _orders: Kept[Key, Order] = field(init=False)
    _lately: OrderedDict[tuple[str, ...], Fresh[Any]] = field(default_factory=OrderedDict, init=False)
    parcels: Parcels = field(default_factory=Parcels, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.reader = ReadingStore(self.store)
        self.versions = Versions(self.reader.file)
        self.telling = Telling(self.versions)
        self.index_job = IndexJob(str(self.reader.file or self.settings.db), self.settings)
        self._orders = Kept(_MOST_ORDERS, size=len, most_size=_MOST_NUMBERS)

    @property
    def thumbnails(self) -> Thumbnails:
        """What makes them; what it stands on is loaded by the first who asks, behind the first answers."""
        from gallery.indexing.thumbnailing import Thumbnails

        with self._lock:
            if self._thumbnails is None:
                self._thumbnails = Thumbnails(self.store, self.settings)
            return self._thumbnails

    def tidy_up(self) -> None:
        """What is to be done every few seconds: keeps the colours of photos that were seen."""
        if self._thumbnails is not None and not self.access.read_only:
            self._thumbnails.note_colours()

    @property
    def gate(self) -> Gate:
        """Which faces count, where no query says otherwise."""
        return Gate.of(Query(), self.settings)

    @property
    def is_guest(self) -> bool:
        """Whether anything is hidden from those who look."""
        return self.access.scope.is_guest

    def query(self, text: str, sort: str = "") -> Query:
        """What is asked for, among what may be seen, in this order unless it says another itself.

        Raises QueryError, RefusedError.
        """
        query, sort = self.access.scope.narrowed(Query.parse(text)), "" if sort == OWN else sort
        return query if query.sort or not sort else replace(query, sort=sort)

    def order(self, text: str, sort: str = "newest", version: str = "") -> tuple[Order, str]:
        """The order of the result of a query, and in which version of the database.

        The `version` asked for, where that is still kept; else the current one.
        """
        kept = self.kept_order(text, sort, version) if version else None
        if kept is not None:
            return kept
        version = self.versions.current()
        return self._orders.get(_key(text, sort, version), lambda: self._made(text, sort)), version

    def kept_order(self, text: str, sort: str = "newest", version: str = "") -> tuple[Order, str] | None:
        """The same where it needn't be made."""
        # What a guest may see no more is gone at once.
        version = self.versions.current() if self.is_guest or not version else version
        kept = self._orders.ready(_key(text, sort, version))
        return None if kept is None else (kept, version)

    def prepare(self) -> None:
        """Works out what the page asks for when it is opened, which takes seconds for a million photos."""
        with suppress(GalleryError):  # it is said to whoever asks; or the program is ending
            self.order("")
            self.facts()

    def facts(self) -> Facts:
        """What can be asked of every photo at once, of hardly older a database than it is now."""
        return self.lately("facts", make=self._read_facts)

    def lately(self, *name: str, make: Callable[[], T]) -> T:
        """What `make` works out, kept under this name as long as working it out anew isn't worth it."""
        with self._lock:
            found = self._lately.setdefault(name, Fresh(make))
            self._lately.move_to_end(name)
            if len(self._lately) > _MOST_FIGURES:
                self._lately.popitem(last=False)
        value: T = found.get(self.versions.current())
        return value

    def forget(self, *name: str) -> None:
        """Has it worked out anew by whoever asks next."""
        with self._lock:
            self._lately.pop(name, None)

    def check_seen(self, content_ids: Collection[int]) -> None:
        """Raises NotFoundError unless a guest may see all of these photos; whether they exist isn't asked."""
        if len(self.seen(content_ids)) < len(set(content_ids)):
            raise NotFoundError("no such photo")

    def seen(self, content_ids: Collection[int]) -> list[int]:
        """Those of the photos that may be seen, each once, in their order."""
        numbers = list(dict.fromkeys(content_ids))
        if not self.is_guest:
            return numbers
        order, _ = self.order("")
        return [number for number in numbers if order.rank(number) is not None]

    @contextmanager
    def writing(self) -> Iterator[Store]:
        """The database to change. Raises RefusedError where nothing may be changed."""
        if not self.access.may_write:
            raise RefusedError("nothing can be changed here: the gallery is shown to look at only")
        yield self.store
        self.versions.changed()
        self.telling.at_once()
        self.forget("albums")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with self.reader.read() as connection:
            yield connection

    def close(self) -> None:
        """Breaks off what is being read, ends the processes, and lets go of the files."""
        self.is_closing = True
        self.reader.end()
        self.index_job.stop()
        if self._thumbnails is not None:
            self._thumbnails.close()
        self.versions.close()
        self.reader.close()

    def _made(self, text: str, sort: str) -> Order:
        start = time.monotonic()
        with self.reader.read() as connection:
            query = self.query(text, sort)
            order = whole_order(connection, query, self.settings, self._shapes)
            order = in_own_order(connection, query, order, self.settings) if sort == OWN else order
        self.telling.order_seconds = time.monotonic() - start
        return order

    def _shapes(self) -> Shapes:
        def read() -> Shapes:
            with self.reader.read() as connection:
                return read_shapes(connection)

        return self.lately("shapes", make=read)

    def _read_facts(self) -> Facts:
        with self.reader.read() as connection:
            return read_facts(connection, self.settings)


def _key(text: str, sort: str, version: str) -> Key:
    # What `date:-3w..` asks for is something else tomorrow.
    return Key(f"{date.today()} {sort} {text}", version)
