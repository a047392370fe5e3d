"""What all answers share: the database, who may see what, and the orders of results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from gallery.indexing.thumbnailing import Thumbnails
from gallery.insight.facts import Facts, read_facts
from gallery.query.query import Query
from gallery.search.gate import Gate
from gallery.search.order import Order, whole_order
from gallery.settings import Settings
from gallery.store.readers import ReadingStore
from gallery.store.store import Store
from gallery.web.answers import NotFoundError, RefusedError
from gallery.web.fresh import Fresh
from gallery.web.orders import Key, Orders
from gallery.web.scope import EVERYTHING, Scope
from gallery.web.versions import Versions


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see and do what."""

    scope: Scope = EVERYTHING
    read_only: bool = False

    @property
    def may_write(self) -> bool:
        """A guest never may: undo would take back what the owner did last."""
        return not self.read_only and not self.scope.is_guest


@dataclass(slots=True)
class Site:
    """One gallery that is served. Used by many threads at once."""

    store: Store
    settings: Settings
    access: Access = field(default_factory=Access)
    reader: ReadingStore = field(init=False)
    versions: Versions = field(init=False)
    orders: Orders = field(default_factory=Orders, init=False)
    thumbnails: Thumbnails = field(init=False)
    _facts: Fresh[Facts] = field(init=False)

    def __post_init__(self) -> None:
        self.reader = ReadingStore(self.store)
        self.versions = Versions(self.reader.file)
        self.thumbnails = Thumbnails(self.store, self.settings)
        self._facts = Fresh(self._read_facts)

    @property
    def gate(self) -> Gate:
        """Which faces count, where no query says otherwise."""
        return Gate.of(Query(), self.settings)

    @property
    def is_guest(self) -> bool:
        """Whether anything is hidden from those who look."""
        return self.access.scope.is_guest

    def query(self, text: str) -> Query:
        """What is asked for, among what may be seen. Raises QueryError, RefusedError."""
        return self.access.scope.narrowed(Query.parse(text))

    def order(self, text: str, sort: str, version: str = "") -> tuple[Order, str]:
        """The order of the result of a query, and in which version of the database.

        The `version` asked for, where that is still kept; else the current one.
        """
        name = f"{date.today()} {sort} {text}"
        if version and (kept := self.orders.kept(Key(name, version))) is not None:
            return kept, version
        version = self.versions.current()
        return self.orders.get(Key(name, version), lambda: self._made(text, sort)), version

    def kept_order(self, text: str, sort: str, version: str) -> tuple[Order, str] | None:
        """The same where it needn't be made."""
        version = version or self.versions.current()
        kept = self.orders.kept(Key(f"{date.today()} {sort} {text}", version))
        return None if kept is None else (kept, version)

    def facts(self) -> Facts:
        """What can be asked of every photo at once, of hardly older a database than it is now."""
        return self._facts.get(self.versions.current())

    def _read_facts(self) -> Facts:
        with self.reader.read() as connection:
            return read_facts(connection, self.settings)

    def sorted_query(self, text: str, sort: str) -> Query:
        """What is asked for, in this order unless it says another itself."""
        query = self.query(text)
        return query if query.sort else replace(query, sort=sort)

    def _made(self, text: str, sort: str) -> Order:
        with self.reader.read() as connection:
            return whole_order(connection, self.sorted_query(text, sort), self.settings)

    def check_seen(self, content_ids: list[int]) -> None:
        """Raises NotFoundError unless a guest may see all of these photos; whether they exist isn't asked."""
        if self.is_guest:
            order, _ = self.order("", "newest")
            if any(order.rank(number) is None for number in content_ids):
                raise NotFoundError("no such photo")

    @contextmanager
    def writing(self) -> Iterator[Store]:
        """The database to change. Raises RefusedError where nothing may be changed."""
        if not self.access.may_write:
            raise RefusedError("nothing can be changed here: the gallery is shown to look at only")
        yield self.store
        self.versions.changed()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with self.reader.read() as connection:
            yield connection

    def close(self) -> None:
        """Breaks off what is being read, and lets go of the file."""
        self.reader.interrupt()
        self.thumbnails.close()
        self.versions.close()
        self.reader.close()
