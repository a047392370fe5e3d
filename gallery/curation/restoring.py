"""Puts the facts of a dump into the database, beside what is there: nothing is lost, changed or doubled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Table, func, select

from gallery.curation.album_rows import AlbumRow
from gallery.curation.dump import SIDES
from gallery.curation.dump_facts import (
    AlbumFact,
    DrawnFact,
    LabelFact,
    PhotoFact,
    PickFact,
    QueryFact,
    RootFact,
    TurnedFact,
)
from gallery.curation.dump_lines import Dump, Problem
from gallery.curation.dump_shots import ShotFact, restore_shots
from gallery.curation.history import Recorder, recorded
from gallery.curation.restored_names import is_same_album, is_same_query, names
from gallery.curation.restored_roots import restore_roots
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.db.schema import new_uid
from gallery.query.query import album_key
from gallery.records import Picture
from gallery.store.homes import homes
from gallery.store.store import Store
from gallery.store.versions import expect

__all__ = ["Problem", "Renamed", "Restored", "restore_dump"]

T = TypeVar("T")
Named = TypeVar("Named", AlbumFact, QueryFact)
Spoken = TypeVar("Spoken", LabelFact, DrawnFact, PickFact, TurnedFact)

_ALBUM: Final = (schema.album.c.id, schema.album.c.name, schema.album.c.note, schema.album.c.created_at)


@dataclass(frozen=True, slots=True)
class Renamed:
    """Something else had the `name` already, so that this `kind` of thing (album, query) is under `new_name`."""

    kind: str
    name: str
    new_name: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a dump; `photos` counts places in albums."""

    labels: int
    albums: int
    photos: int
    queries: int
    already_there: int
    """Facts that the database had before."""
    waiting: int
    """Of the facts on photos, those whose photo isn't in the database: they are used when it is indexed."""
    renamed: tuple[Renamed, ...]
    problems: tuple[Problem, ...]
    """By line: what couldn't be restored."""
    drawn: int = 0
    """Faces that were drawn by hand; those on photos that are here are made with the next `index`."""
    picks: int = 0
    """Photos that were picked or rejected."""
    turned: int = 0
    """Photos that were turned."""
    roots: int = 0
    """Folders that are looked through from now on."""


def restore_dump(store: Store, dump: Dump, *, dry_run: bool = False) -> Restored:
    """Adds what the database lacks, as one action of the history; with `dry_run` only says what that would be.

    An album of the same name gets the photos it lacks behind its own, and a note and cover where it has none. What has
    another query, or is smart on one side alone, comes in under a name of its own: see `Renamed`.
    """
    with recorded(store, "", dry_run=dry_run) as recorder:
        restored = _Merge(recorder, list(dump.problems)).run(dump)
        recorder.summary = f"{Path(dump.path).name!r} restored: {counts(restored)}"
        return restored


def counts(restored: Restored) -> str:
    """`1 label, 2 albums, 30 photos of albums, 1 query`, and `1 folder` where there is any."""
    folders = f", {restored.roots} {'folder' if restored.roots == 1 else 'folders'}" if restored.roots else ""
    facts = ", ".join(
        f"{number} {one if number == 1 else many}"
        for number, one, many in (
            (restored.labels, "label", "labels"),
            (restored.albums, "album", "albums"),
            (restored.photos, "photo of albums", "photos of albums"),
            (restored.queries, "query", "queries"),
            (restored.drawn, "drawn face", "drawn faces"),
            (restored.picks, "picked or rejected photo", "picked or rejected photos"),
            (restored.turned, "turned photo", "turned photos"),
        )
        # Nobody need read of what most people never do.
        if number or one not in ("drawn face", "picked or rejected photo", "turned photo")
    )
    return facts + folders


@dataclass(slots=True)
class _Merge:
    recorder: Recorder
    problems: list[Problem]
    there: int = 0
    waiting: int = 0
    renamed: list[Renamed] = field(default_factory=list)

    def run(self, dump: Dump) -> Restored:
        expect(self.recorder.connection, _pictures(dump))
        restore_shots(self.recorder.connection, [fact for _, fact in dump.facts if isinstance(fact, ShotFact)])
        labels = self._said(dump, LabelFact, schema.label)
        drawn, picks = self._said(dump, DrawnFact, schema.drawn_face), self._said(dump, PickFact, schema.pick)
        turned = self._said(dump, TurnedFact, schema.turned)
        queries = self._queries(self._once(dump, QueryFact, "query"))
        albums, photos = self._albums(*self._sorted_out(dump))
        folders = [fact for _, fact in dump.facts if isinstance(fact, RootFact)]
        roots = restore_roots(self.recorder, folders)
        self.there += len(folders) - roots
        told = tuple(sorted(self.problems, key=lambda problem: problem.line))
        kept = (labels, albums, photos, queries, self.there, self.waiting, tuple(self.renamed), told)
        return Restored(*kept, drawn=drawn, picks=picks, turned=turned, roots=roots)

    def _once(self, dump: Dump, kind: type[Named], called: str) -> dict[str, Named]:
        """The facts of this kind by the keys of their names; a name that comes twice is a problem."""
        found: dict[str, Named] = {}
        for line, fact in dump.facts:
            if isinstance(fact, kind) and found.setdefault(album_key(fact.name), fact) is not fact:
                self.problems.append(Problem(line, f"a line before has the {called} {fact.name!r} already"))
        return found

    def _said(self, dump: Dump, kind: type[Spoken], table: Table) -> int:
        """Adds what the table lacks of these facts, each once, should the dump have one twice."""
        rows = [_row(fact) for _, fact in dump.facts if isinstance(fact, kind)]
        unique = {tuple(row.values()): row for row in rows}
        present: set[tuple[Any, ...]] = set()
        for some in chunked(sorted({row["hash"] for row in rows})):
            columns = select(*(table.c[name] for name in rows[0])).where(table.c.hash.in_(some))
            present |= {tuple(row) for row in self.recorder.connection.execute(columns)}
        fresh = [row for key, row in unique.items() if key not in present]
        self.there += len(rows) - len(fresh)
        self._insert(table, fresh)
        return len(fresh)

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Adds what was said of photos, and counts what waits."""
        known = homes(self.recorder.connection, [row["hash"] for row in rows])
        self.waiting += sum(row["hash"] not in known for row in rows)
        self.recorder.insert(table, rows)

    def _queries(self, facts: dict[str, QueryFact]) -> int:
        saved = schema.saved_query.c
        present: dict[str, str] = dict(self.recorder.connection.execute(select(saved.key, saved.text)).all())
        new = 0
        for fact in facts.values():
            name = self._name("query", fact.name, present, facts, is_same_query(fact))
            if album_key(name) in present:
                self.there += 1
                continue
            row = {"name": name, "key": album_key(name), "text": fact.text, "created_at": fact.created_at}
            self.recorder.insert(schema.saved_query, [row])
            present[album_key(name)] = fact.text
            new += 1
        return new

    def _name(
        self, kind: str, name: str, present: dict[str, T], reserved: Iterable[str], is_it: Callable[[T, bool], bool]
    ) -> str:
        """The first name that is free, or has what is to be restored.

        `is_it` tells that of what has a name, and is told whether that name is the very one. Names that the dump has
        for others aren't free.
        """
        for new_name in names(name):
            key, is_own = album_key(new_name), new_name == name
            if key in present and is_it(present[key], is_own):
                return new_name
            if key not in present and (is_own or key not in reserved):
                if not is_own:
                    self.renamed.append(Renamed(kind, name, new_name))
                return new_name
        raise AssertionError("there is no end of names")

    def _sorted_out(self, dump: Dump) -> tuple[dict[str, AlbumFact], dict[str, list[PhotoFact]]]:
        """Albums and their photos by the albums' keys. An album whose own line is damaged is made of its photos."""
        albums = self._once(dump, AlbumFact, "album")
        photos: defaultdict[str, list[PhotoFact]] = defaultdict(list)
        for line, fact in dump.facts:
            if isinstance(fact, PhotoFact):
                album = albums.get(album_key(fact.album))
                if album is not None and album.query is not None:
                    self.problems.append(Problem(line, f"album {fact.album!r} is smart: it has no places for photos"))
                else:
                    photos[album_key(fact.album)].append(fact)
        for key, inside in photos.items():
            if key not in albums:
                albums[key] = AlbumFact(inside[0].album, "", min(fact.added_at for fact in inside), None, None)
        return albums, photos

    def _albums(self, facts: dict[str, AlbumFact], photos: dict[str, list[PhotoFact]]) -> tuple[int, int]:
        album = schema.album.c
        rows = self.recorder.connection.execute(select(album.key, *_ALBUM, album.query, album.cover_hash, album.uid))
        present = {key: AlbumRow(*rest) for key, *rest in rows}
        new = added = 0
        for key, fact in facts.items():
            name = self._name("album", fact.name, present, facts, is_same_album(fact))
            row = present.get(album_key(name))
            if row is None:
                taken = {one.uid for one in present.values()}
                row = present[album_key(name)] = self._add_album(name, fact, taken)
                new += 1
            else:
                self.there += 1
                self._fill(row, fact)
            added += self._place(row, photos.get(key, []))
        return new, added

    def _add_album(self, name: str, fact: AlbumFact, taken: Container[str]) -> AlbumRow:
        """Under the id that it had, unless that album is here under another name, or the dump tells none."""
        uid = fact.uid if fact.uid and fact.uid not in taken else new_uid()
        values = {"name": name, "note": fact.note, "created_at": fact.created_at, "uid": uid}
        row = {**values, "key": album_key(name), "query": fact.query, "cover_hash": fact.cover}
        [(number,)] = self.recorder.insert(schema.album, [row])
        return AlbumRow(number, name, fact.note, fact.created_at, fact.query, fact.cover, uid)

    def _fill(self, row: AlbumRow, fact: AlbumFact) -> None:
        wanted = {"note": row.note or fact.note, "cover_hash": row.cover_hash or fact.cover}
        self.recorder.update(schema.album, wanted, schema.album.c.id == row.id)

    def _place(self, album: AlbumRow, facts: list[PhotoFact]) -> int:
        """Appends those photos that the album lacks, in the order of their positions."""
        place = schema.album_photo.c
        inside = select(place.hash).where(place.album_id == album.id)
        present = set(self.recorder.connection.execute(inside).scalars())
        last = self.recorder.connection.execute(select(func.max(place.position)).where(place.album_id == album.id))
        after = last.scalar() or 0
        unique: dict[str, PhotoFact] = {}
        for fact in sorted(facts, key=lambda fact: (fact.position, fact.hash)):
            unique.setdefault(fact.hash, fact)
        fresh = [fact for digest, fact in unique.items() if digest not in present]
        rows = [
            {"album_id": album.id, "hash": fact.hash, "added_at": fact.added_at}
            # The album may be new: then each has the position it had, so that the same dump is written again.
            | {"position": after + number if present else fact.position}
            for number, fact in enumerate(fresh, start=1)
        ]
        self.there += len(facts) - len(rows)
        self._insert(schema.album_photo, rows)
        return len(rows)


def _pictures(dump: Dump) -> dict[str, Picture]:
    """By hash the picture that the dump tells of it."""
    found: dict[str, Picture] = {}
    for _, fact in dump.facts:
        match fact:
            case AlbumFact(cover=str() as cover, cover_picture=Picture() as picture):
                found[cover] = picture
            case LabelFact() | DrawnFact() | PickFact() | TurnedFact() | PhotoFact() if fact.picture is not None:
                found[fact.hash] = fact.picture
            case ShotFact():
                found |= fact.pictures()
    return found


def _row(fact: LabelFact | DrawnFact | PickFact | TurnedFact) -> dict[str, Any]:
    """The columns that tell what was said."""
    row = {field.name: getattr(fact, field.name) for field in fields(fact) if field.name not in ("picture", "box")}
    return row | dict(zip(SIDES, fact.box, strict=True)) if isinstance(fact, LabelFact | DrawnFact) else row
