"""All that people typed in as text: JSON Lines that a person can read and compare.

The first line is a header, `{"gallery dump": 2, "facts": 4}`; each line after it is a fact:

| fact | fields |
|---|---|
| label | hash, box, kind, emotion, said_at |
| drawn | hash, box, said_at: a face that no detector found |
| pick | hash, word (pick or reject), said_at |
| turned | hash, degrees (0, 90, 180 or 270, to the right), said_at |
| album | name, note, created_at, cover (a hash), query (of a smart album), uid (by which exports know it) |
| photo | album, position, hash, added_at: a place in the manual album of that name |
| query | name, text, created_at |
| root | path, include, follow_links, added_at: a folder that is looked through, and how |
| succession | old and new (hashes): photos of one shot; turn, size, new_size, faces, followed_at: see `dump_shots` |

What has a hash may have a path besides: a hint for the reader that is never read back. Where it is known, it has the
picture too, and an album the `cover_picture`, as `HASH:ORIENTATION` (see `gallery.records.Picture`): so it finds its
photo also where the file has other bytes. Version 1 had none of these, and no drawn faces, picks, turns and roots. The
facts have one order, so that databases in which the same was said give the same dump. `dump_lines` reads it.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select, union

from gallery.curation.dump_shots import shot_facts
from gallery.db import schema
from gallery.errors import DumpError
from gallery.records import DEGREES, Picture
from gallery.store.pictures import pictures_of
from gallery.store.roots import Root
from gallery.store.store import Store
from gallery.system.files import new_file, reveal, temporary_in, write_beside
from gallery.system.outside import OutsideError, read_json
from gallery.system.paths import AnyPath, expanded

HEADER: Final = "gallery dump"
"""The field of the first line that holds the version."""
VERSION: Final = 2
SIDES: Final = ("left", "top", "right", "bottom")

_PRIVATE: Final = 0o600
_OF_PHOTOS: Final = (schema.label, schema.drawn_face, schema.pick, schema.turned, schema.album_photo)


@dataclass(frozen=True, slots=True)
class _Hints:
    """What stands beside facts on photos, by their hashes."""

    paths: dict[str, str]
    pictures: dict[str, Picture]

    def of(self, digest: str) -> dict[str, str]:
        picture = {"picture": str(self.pictures[digest])} if digest in self.pictures else {}
        return picture | ({"path": self.paths[digest]} if digest in self.paths else {})


def dump_text(store: Store) -> str:
    """The whole dump, its last line ended. It can always be encoded as UTF-8."""
    with store.read() as connection:
        hints = _Hints(_paths(connection), _pictures(connection))
        said = [*_labels(connection, hints), *_drawn(connection, hints)]
        said += [*_picks(connection, hints), *_turned(connection, hints)]
        kept = [*_albums(connection, hints), *_queries(connection), *_roots(connection)]
        facts = [*said, *kept, *shot_facts(connection)]
    return "".join(f"{_line(fact)}\n" for fact in [{HEADER: VERSION, "facts": len(facts)}, *facts])


def write_dump(store: Store, path: AnyPath, *, force: bool = False) -> None:
    """Writes the dump into a file that only its owner may read, whole or not at all.

    With `force` it takes the place of an earlier dump, and of nothing else. Raises DumpError.
    """
    path = expanded(path)
    try:
        taken = os.path.lexists(path)
        if taken and not force:
            raise DumpError(path, "exists already; --force puts the new dump in its place, or name another file")
        if taken and not _is_dump(path):
            raise DumpError(path, "is no dump, and --force replaces nothing else; name another file")
        if not path.parent.is_dir():
            raise DumpError(path, "the folder it would lie in doesn't exist; make it first")
        content = dump_text(store).encode()
        if taken:
            write_beside(path, content, private=True, check=lambda new: new.chmod(_PRIVATE))
        else:
            _write_new(path, content)
    except OSError as error:
        raise DumpError(path, f"can't be written: {error.strerror or error}") from error


def version_of(header: object) -> int | None:
    """The version that the first line of a dump tells; None where it is something else."""
    version = header.get(HEADER) if isinstance(header, dict) else None
    return version if type(version) is int else None


def _is_dump(path: Path) -> bool:
    # No device or pipe is opened: reading from one may take for ever.
    if not path.is_file():
        return False
    with path.open("rb") as file:
        try:
            return version_of(read_json(file.readline(1000))) is not None
        except OutsideError:
            return False


def _write_new(path: Path, content: bytes) -> None:
    temporary = temporary_in(path.parent)
    try:
        with new_file(temporary, _PRIVATE) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        reveal(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _line(fact: dict[str, Any]) -> str:
    """As people read it; what garbles a terminal, or can't be encoded, is escaped as JSON does it."""
    text = json.dumps(fact, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _labels(connection: Connection, hints: _Hints) -> Iterator[dict[str, Any]]:
    label = schema.label.c
    sides = [label[side] for side in SIDES]
    columns = select(label.hash, *sides, label.kind, label.emotion, label.said_at)
    # The number comes last: of two words on one face that were said at once, the later one counts.
    for digest, *box, kind, emotion, said_at in connection.execute(
        columns.order_by(label.hash, label.said_at, *sides, label.id)
    ):
        said = {"kind": kind, "emotion": emotion, "said_at": _moment(said_at)}
        yield {"fact": "label", "hash": digest, "box": box, **said} | hints.of(digest)


def _drawn(connection: Connection, hints: _Hints) -> Iterator[dict[str, Any]]:
    drawn = schema.drawn_face.c
    sides = [drawn[side] for side in SIDES]
    columns = select(drawn.hash, *sides, drawn.said_at).order_by(drawn.hash, drawn.said_at, *sides)
    for digest, *box, said_at in connection.execute(columns):
        yield {"fact": "drawn", "hash": digest, "box": box, "said_at": _moment(said_at)} | hints.of(digest)


def _picks(connection: Connection, hints: _Hints) -> Iterator[dict[str, Any]]:
    pick = schema.pick.c
    columns = select(pick.hash, pick.word, pick.said_at).order_by(pick.hash, pick.said_at, pick.id)
    for digest, word, said_at in connection.execute(columns):
        yield {"fact": "pick", "hash": digest, "word": word, "said_at": _moment(said_at)} | hints.of(digest)


def _turned(connection: Connection, hints: _Hints) -> Iterator[dict[str, Any]]:
    turned = schema.turned.c
    columns = select(turned.hash, turned.turn, turned.said_at).order_by(turned.hash, turned.said_at, turned.id)
    for digest, turn, said_at in connection.execute(columns):
        said = {"degrees": DEGREES[turn], "said_at": _moment(said_at)}
        yield {"fact": "turned", "hash": digest, **said} | hints.of(digest)


def _albums(connection: Connection, hints: _Hints) -> Iterator[dict[str, Any]]:
    album = schema.album.c
    columns = select(album.id, album.name, album.note, album.created_at, album.cover_hash, album.query, album.uid)
    for number, name, note, created_at, cover, query, uid in connection.execute(columns.order_by(album.key)).all():
        known = {"fact": "album", "name": name, "note": note, "created_at": _moment(created_at)}
        shown = hints.pictures.get(cover)
        pictured = {"cover_picture": str(shown)} if shown else {}
        yield {**known, "cover": cover, "query": query, "uid": uid} | pictured
        yield from _photos(connection, number, name, hints)


def _photos(connection: Connection, album_id: int, name: str, hints: _Hints) -> Iterator[dict[str, Any]]:
    place = schema.album_photo.c
    columns = select(place.position, place.hash, place.added_at).where(place.album_id == album_id)
    for position, digest, added_at in connection.execute(columns.order_by(place.position, place.hash)):
        where = {"fact": "photo", "album": name, "position": position}
        yield {**where, "hash": digest, "added_at": _moment(added_at)} | hints.of(digest)


def _queries(connection: Connection) -> Iterator[dict[str, Any]]:
    saved = schema.saved_query.c
    columns = select(saved.name, saved.text, saved.created_at).order_by(saved.key)
    for name, text, created_at in connection.execute(columns):
        yield {"fact": "query", "name": name, "text": text, "created_at": _moment(created_at)}


def _roots(connection: Connection) -> Iterator[dict[str, Any]]:
    root = schema.root.c
    columns = select(root.path, root.include, root.added_at).order_by(root.path)
    for path, manner, added_at in connection.execute(columns):
        how = Root.read(path, manner)
        taken_in = {"include": list(how.include), "follow_links": how.follow_links}
        yield {"fact": "root", "path": path, **taken_in, "added_at": _moment(added_at)}


def _paths(connection: Connection) -> dict[str, str]:
    """One path for each content of which something was said: the first that exists, else the first that did."""
    path = schema.path.c
    spoken = union(*(select(table.c.hash, table.c.content_id) for table in _OF_PHOTOS)).subquery()
    columns = select(spoken.c.hash, path.path).join_from(spoken, schema.path, path.content_id == spoken.c.content_id)
    found: dict[str, str] = {}
    for digest, file in connection.execute(columns.order_by(path.missing_since.is_not(None), path.path)):
        found.setdefault(digest, file)
    return found


def _pictures(connection: Connection) -> dict[str, Picture]:
    """Of each content of which something was said."""
    covers = select(schema.album.c.cover_hash).where(schema.album.c.cover_hash.is_not(None))
    spoken = union(*(select(table.c.hash) for table in _OF_PHOTOS), covers)
    return pictures_of(connection, connection.execute(spoken).scalars())


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
