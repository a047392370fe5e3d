"""What was written into which sidecar, as the database keeps it."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select

from gallery.db import schema
from gallery.db.columns import DamagedValueError
from gallery.store.homes import names_at_home
from gallery.store.store import Store
from gallery.system.outside import read_json
from gallery.xmp.packet import MAX_BYTES
from gallery.xmp.properties import LISTS, Keywords
from gallery.xmp.tagging import Note


@dataclass(frozen=True, slots=True)
class Entry:
    """One sidecar as we wrote it.

    `path` is the sidecar's, `hash` the content of its photo. `written` is the SHA-256 of the file with our tags,
    `original` the file without them, kept only where that can't be made from the one with them.
    """

    path: str
    hash: str
    note: Note
    written: str
    original: bytes | None = None


class Ledger:
    """All entries, read once; what changes is written at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        sidecar = schema.sidecar.c
        with store.read() as connection:
            rows = connection.execute(select(sidecar.path, sidecar.hash, sidecar.written)).all()
            self._entries = {row.path: _loaded(*row) for row in rows}
            # What stands for a photo now has the sidecars that were written for it.
            self._home = names_at_home(connection, {entry.hash for entry in self._entries.values()})
        self._by_hash: defaultdict[str, set[str]] = defaultdict(set)
        for path, entry in self._entries.items():
            self._by_hash[self._home.get(entry.hash, entry.hash)].add(path)

    def at(self, path: str) -> Entry | None:
        """What was written into the sidecar at this path."""
        return self._entries.get(path)

    def paths_of(self, hash: str) -> list[str]:  # noqa: A002
        """The sidecars that were written for this content."""
        return sorted(self._by_hash.get(hash, ()))

    def paths(self) -> list[str]:
        """Every sidecar that was written."""
        return list(self._entries)

    def of(self, sidecars: Iterable[Path], digest: str) -> list[Path]:
        """Those of the sidecars into which tags of this photo were written."""
        return [sidecar for sidecar in sidecars if str(sidecar) in self._by_hash.get(digest, ())]

    def put(self, path: str, entry: Entry | None) -> None:
        """Keeps an entry in the place of that at this path, or with None takes that away."""
        sidecar = schema.sidecar
        with self._store.write_connection() as connection:
            connection.execute(delete(sidecar).where(sidecar.c.path == path))
            if entry is not None:
                row = {"path": path, "hash": entry.hash, "written": _dumped(entry), "written_at": datetime.now(UTC)}
                connection.execute(insert(sidecar).values(row))
        before = self._entries.pop(path, None)
        if before is not None:
            self._by_hash[self._home.get(before.hash, before.hash)].discard(path)
        if entry is not None:
            self._entries[path] = entry
            self._by_hash[self._home.get(entry.hash, entry.hash)].add(path)


def _dumped(entry: Entry) -> str:
    packed = None if entry.original is None else base64.b64encode(zlib.compress(entry.original)).decode()
    return json.dumps(
        {
            "added": {str(one): texts for one, texts in entry.note.added.items() if texts},
            "carried": {str(one): texts for one, texts in entry.note.carried.items() if texts},
            "written": entry.written,
            "original": packed,
        }
    )


def _loaded(path: str, digest: str, text: str) -> Entry:
    try:
        values = read_json(text)
        note = Note(_keywords(values["added"]), _keywords(values["carried"]))
        original = None if values["original"] is None else _unpacked(values["original"])
        return Entry(path, digest, note, str(values["written"]), original)
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error, binascii.Error) as error:
        raise DamagedValueError(f"the record of what was written into {path} is damaged: {error!r}") from error


def _keywords(values: Any) -> Keywords:
    return {one: [str(text) for text in values.get(str(one), ())] for one in LISTS}


def _unpacked(text: str) -> bytes:
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(base64.b64decode(text), MAX_BYTES)
    if not unpacker.eof:
        raise ValueError("it is larger than any sidecar")
    return content
