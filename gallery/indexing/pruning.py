"""Forgets photos whose files are gone, for good: what people typed in stays, and waits for the photo to come back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select, true

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import UsageError
from gallery.query.query import Query
from gallery.records import was_at
from gallery.search.chosen import chosen, copies_meant
from gallery.search.conditions import lies_at
from gallery.search.copies import Copies
from gallery.search.untold import followed
from gallery.settings import Settings
from gallery.store import file_rows
from gallery.store.forgetting import forget_photos
from gallery.store.homes import settle
from gallery.store.picks import PICK, REJECT, words_on
from gallery.store.roots import roots_in
from gallery.store.store import Store
from gallery.store.turned import turns_said
from gallery.system.drives import is_connected
from gallery.system.same_file import leads_nowhere


@dataclass(frozen=True, slots=True)
class GonePhoto:
    """A photo without any file left: the `paths` it had; `replaced` where another picture took its last place."""

    hash: str
    paths: tuple[str, ...]
    replaced: bool = False

    @property
    def told(self) -> str:
        """The first path as it is told to people, who take a path for that of this photo."""
        path = next(iter(self.paths), "")
        return was_at(path) if self.replaced else path


@dataclass(frozen=True, slots=True)
class Gone:
    """What may be forgotten, and what may not.

    `copies` are gone files of photos that may have others, or for which another picture of the shot stands. `kept` are
    files marked as missing that are there, or can't be looked at. `unplugged` counts the gone files below each folder
    of which the drive may just not be connected.
    """

    photos: tuple[GonePhoto, ...]
    copies: tuple[str, ...]
    kept: tuple[str, ...]
    unplugged: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.photos or self.copies)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "photos": [
                {"hash": photo.hash, "paths": list(photo.paths), "replaced": photo.replaced} for photo in self.photos
            ],
            "copies": list(self.copies),
            "kept": list(self.kept),
            "unplugged": dict(self.unplugged),
        }


@dataclass(frozen=True, slots=True)
class Attached:
    """What hangs on photos: their `faces`, what people said of these in `labels`, and their `places` in albums.

    Also the faces that people have `drawn`, and how many of the photos they have picked, rejected and turned.
    """

    faces: int
    labels: int
    places: int
    drawn: int = 0
    picks: int = 0
    rejects: int = 0
    turns: int = 0


def find_gone(
    store: Store, query: Query | None = None, settings: Settings | None = None, *, even_if_unplugged: bool = False
) -> Gone:
    """The photos that match of which all files were marked as missing and are gone, and such files of other photos.

    Of other photos only the files that the query means, where it speaks of paths: see `gallery.search.copies`.

    Each file is looked for on the disk. Where its folder isn't there, or has nothing in it, the drive may just not be
    connected: then the file counts as gone only if known photos are to be found near by on the same drive, below the
    next folder above that exists; or with `even_if_unplugged`, which also takes files that weren't marked, for their
    known folder isn't there, or a drive in it. What is no longer wanted isn't gone. Raises UsageError for a query with
    a limit.
    """
    query, settings = replace(query or Query(), missing=True), settings or Settings()
    if query.limit is not None:
        raise UsageError("prune takes all photos that match; narrow the query in place of limiting it")
    with store.read() as connection:
        copies = copies_meant(connection, query, settings)
        away = _away(connection) if even_if_unplugged else []
        among = chosen(connection, query, settings, followed_too=True)
        return _Search(connection, even_if_unplugged, away, copies).found(among)


def attached_to(store: Store, photos: Iterable[GonePhoto]) -> Attached:
    """What hangs on these photos."""
    with store.read() as connection:
        numbers = list(_numbers(connection, photos).values())
        tables = (schema.face, schema.label, schema.album_photo, schema.drawn_face)
        faces, labels, places, drawn = (sum(_counts(connection, table, numbers)) for table in tables)
        words = Counter(words_on(connection, numbers).values())
        return Attached(faces, labels, places, drawn, words[PICK], words[REJECT], len(turns_said(connection, numbers)))


def forget_gone(store: Store, gone: Gone) -> Gone:
    """Forgets what was found: paths, faces, and what was read in these. Gives what really was forgotten.

    A photo of which a file is back, or is known again, is kept. Earlier pictures for which a forgotten one stood go
    with it. Labels and places in albums wait for the photos to be indexed again. Raises StoreLockedError while photos
    are being indexed.
    """
    with store.index_lock(), store.write_connection() as connection:
        numbers = _numbers(connection, gone.photos)
        paths = _paths(connection, numbers.values())
        photos = tuple(
            photo
            for photo in gone.photos
            if photo.hash in numbers and _is_still_gone(photo, paths.get(numbers[photo.hash], ()))
        )
        copies = tuple(path for path in gone.copies if _is_gone(path))
        forget_photos(connection, {photo.hash: numbers[photo.hash] for photo in photos})
        for path in copies:
            file_rows.forget_path(connection, path)
        settle(connection)
    return replace(gone, photos=photos, copies=copies)


class _Search:
    def __init__(
        self, connection: Connection, even_if_unplugged: bool, away: Sequence[str], copies: Copies | None
    ) -> None:
        self._connection = connection
        self._away = away
        self._copies = copies
        self._even_if_unplugged = even_if_unplugged
        self._absent = cache(self._find_absent)
        self._has_photos = cache(self._find_photos)

    def found(self, among: Any) -> Gone:
        photos = list(self._replaced(among))
        copies: list[str] = []
        kept: list[str] = []
        unplugged: Counter[str] = Counter()
        for (digest, has_file), rows in groupby(self._marked(among), key=attrgetter("hash", "has_file")):
            meant = {row.path: row.meant for row in rows}
            # A photo without any file goes as a whole, or not at all.
            paths = [path for path in meant if meant[path] or not has_file]
            there = [path for path in paths if not _is_gone(path)]
            absent = {path: self._absent(str(Path(path).parent)) for path in paths if path not in there}
            away = [] if self._even_if_unplugged else [path for path, folder in absent.items() if folder]
            gone = [path for path in absent if path not in away]
            kept += there
            unplugged.update(str(absent[path]) for path in away)
            if has_file or there or away:
                copies += filter(meant.get, gone)
            else:
                photos.append(GonePhoto(digest, tuple(gone)))
        photos.sort(key=lambda photo: photo.paths)
        return Gone(tuple(photos), tuple(copies), tuple(kept), dict(sorted(unplugged.items())))

    def _marked(self, among: Any) -> Sequence[Any]:
        """The files that are marked as missing, or lie where nothing is to be seen, photo after photo.

        With each, whether the query means it, and whether another file is there, also one with another picture that
        stands for the photo.
        """
        content, path, other = schema.content.c, schema.path.c, schema.path.alias().c
        own = select(other.id).where(other.content_id == path.content_id, ~self._seems_gone(other)).exists()
        present = or_(own, content.id.in_(followed()))
        meant = true() if self._copies is None else self._copies.means(path, lambda _: true())
        return self._connection.execute(
            select(content.hash, present.label("has_file"), path.path, meant.label("meant"))
            .join_from(schema.path, schema.content)
            .where(self._seems_gone(path), *among(content.id))
            .order_by(content.hash, path.path)
        ).all()

    def _seems_gone(self, path: Any) -> ColumnElement[bool]:
        marked = or_(path.missing_since.is_not(None), *(lies_at(path.path, folder) for folder in self._away))
        return and_(marked, path.unwanted.is_(None))

    def _replaced(self, among: Any) -> Iterator[GonePhoto]:
        """Photos without any path: other pictures took all their places, and none of these stands for them."""
        content, path = schema.content.c, schema.path.c
        somewhere = select(path.id).where(path.content_id == content.id).exists()
        alone = (~somewhere, content.id.not_in(followed()), *among(content.id))
        rows = select(content.hash, content.former_path).where(*alone).order_by(content.id)
        for digest, former in self._connection.execute(rows):
            yield GonePhoto(digest, (former,) if former else (), replaced=True)

    def _find_absent(self, folder: str) -> str | None:
        """The folder, or the highest above it that is gone, if its drive may just not be connected; else None."""
        missing, place = None, Path(folder)
        while not place.is_dir() and place != place.parent:
            missing, place = place, place.parent
        if missing is None:
            return folder if _is_bare(place) else None
        if _is_bare(place):
            return str(place)
        # A link that leads nowhere: what it led to may be on another drive.
        return str(missing) if os.path.lexists(missing) or not self._has_photos(place) else None

    def _find_photos(self, place: Path) -> bool:
        """Whether a known photo is to be found below the folder, on the same drive; nothing is told by the root."""
        if place == place.parent:
            return False
        path, drive = schema.path.c, place.stat().st_dev
        files = select(path.path).where(lies_at(path.path, str(place)), path.missing_since.is_(None))
        return any(_drive(file) == drive for file in self._connection.execute(files).scalars())


def _away(connection: Connection) -> list[str]:
    """Known folders that aren't there, and places of drives that aren't connected."""
    folders = [root.path for root in roots_in(connection) if not os.path.lexists(root.path)]
    drives = connection.execute(select(schema.mount.c.path)).scalars()
    return [*folders, *(drive for drive in drives if not is_connected(drive))]


def _is_gone(path: str) -> bool:
    """Surely gone: where a folder may not be looked into, for one, that can't be told."""
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return leads_nowhere(path)


def _is_bare(folder: Path) -> bool:
    """Nothing in it that one would see, as in the place where a drive is mounted while it isn't."""
    try:
        return all(name.startswith(".") for name in os.listdir(folder))  # noqa: PTH208
    except OSError:
        return True


def _drive(file: str) -> int | None:
    try:
        return Path(file).stat().st_dev
    except (OSError, ValueError):
        return None


def _numbers(connection: Connection, photos: Iterable[GonePhoto]) -> dict[str, int]:
    content = schema.content.c
    numbers: dict[str, int] = {}
    for some in chunked([photo.hash for photo in photos]):
        numbers |= dict(connection.execute(select(content.hash, content.id).where(content.hash.in_(some))).all())
    return numbers


def _paths(connection: Connection, numbers: Collection[int]) -> dict[int, list[str]]:
    """The paths of each of these contents."""
    path = schema.path.c
    found: dict[int, list[str]] = {}
    for some in chunked(sorted(numbers)):
        rows = select(path.content_id, path.path).where(path.content_id.in_(some))
        for number, file in connection.execute(rows):
            found.setdefault(number, []).append(file)
    return found


def _is_still_gone(photo: GonePhoto, paths: Collection[str]) -> bool:
    return set(paths) <= (set() if photo.replaced else set(photo.paths)) and all(map(_is_gone, paths))


def _counts(connection: Connection, table: Table, numbers: Sequence[int]) -> Iterator[int]:
    for some in chunked(numbers):
        counted = select(func.count()).select_from(table).where(table.c.content_id.in_(some))
        yield int(connection.execute(counted).scalar_one())
