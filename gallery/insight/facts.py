"""What can be asked of every photo at once: which emotions, how many faces, which year, camera, album and folder.

Read in one go and kept in a few bytes a photo, so that any result is counted by all of it in milliseconds: a breakdown
in SQL takes a second for each question among a million photos.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Select, case, func, select

from gallery.db import schema
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.errors import UsageError
from gallery.folding import folded
from gallery.query.query import Query
from gallery.search.conditions import is_counted, lies_at, shown_emotion
from gallery.search.gate import Gate
from gallery.search.order import numbers_in, whole_order
from gallery.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from gallery.search.order import Numbers

SHOWN: Final = (*EMOTIONS, UNCERTAIN)
"""What faces are shown as, in the order of the columns of `Facts.shown`."""

MOST_FOLDERS: Final = 100
_MOST_FACES: Final = 255


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """By the numbers of photos: `shown` has a column for each of SHOWN, how many faces show it, `years` 0 for none.

    `cameras`, `albums` and `folders` hold numbers of photos, by name; folders are those in which the gallery begins to
    branch.
    """

    shown: np.ndarray[Any, np.dtype[np.uint8]]
    years: np.ndarray[Any, np.dtype[np.int16]]
    cameras: dict[str, Numbers]
    albums: dict[str, Numbers]
    folders: dict[str, Numbers]

    def known(self, numbers: Numbers) -> Numbers:
        """Those of the photos of which something is known here: some may be newer."""
        return numbers[numbers < len(self.years)]


def read_facts(connection: Connection, settings: Settings) -> Facts:
    """The facts about all photos as they are now. Takes some seconds for a million."""

    content = schema.content.c
    size = (connection.execute(select(func.max(content.id))).scalar() or 0) + 1
    return Facts(
        _of_faces(connection, settings, size),
        _years(connection, size),
        {str(camera): numbers for camera, numbers in _grouped(connection, content.camera, content.id)},
        dict(_albums(connection, settings)),
        dict(_folders(connection)),
    )


def _of_faces(connection: Connection, settings: Settings, size: int) -> Any:
    import numpy as np

    face, gate = schema.face.c, Gate.of(Query(), settings)
    places = case({name: str(place) for place, name in enumerate(SHOWN)}, value=shown_emotion(face, gate))
    texts = select(func.group_concat(face.content_id), func.group_concat(places, ""))
    photos, digits = connection.execute(texts.where(*is_counted(face, gate))).one()
    numbers, shown_as = numbers_in(photos or ""), _digits(digits or "")
    shown = np.empty((size, len(SHOWN)), dtype=np.uint8)
    for place in range(len(SHOWN)):
        counts = np.bincount(numbers[shown_as == place], minlength=size)
        shown[:, place] = np.minimum(counts, _MOST_FACES)
    return shown


def _years(connection: Connection, size: int) -> Any:
    import numpy as np

    content = schema.content.c
    texts = select(func.group_concat(content.id), func.group_concat(func.substr(content.taken_at, 1, 4), ""))
    photos, digits = connection.execute(texts.where(content.taken_at.is_not(None))).one()
    years = np.zeros(size, dtype=np.int16)
    years[numbers_in(photos or "")] = _digits(digits or "").reshape(-1, 4) @ np.array([1000, 100, 10, 1])
    return years


def _digits(text: str) -> Any:
    import numpy as np

    return np.frombuffer(text.encode(), dtype=np.uint8) - np.uint8(ord("0"))


def _grouped(connection: Connection, key: Any, number: Any, *conditions: Any) -> Iterator[tuple[Any, Numbers]]:
    """The numbers of the rows that have each key, except NULL."""
    statement: Select[Any] = select(key, func.group_concat(number)).where(key.is_not(None), *conditions).group_by(key)
    for value, text in connection.execute(statement):
        yield value, numbers_in(text)


def _albums(connection: Connection, settings: Settings) -> Iterator[tuple[str, Numbers]]:
    album, place = schema.album.c, schema.album_photo.c
    manual = dict(_grouped(connection, place.album_id, place.content_id))
    for number, name, query in connection.execute(select(album.id, album.name, album.query).order_by(album.key)):
        try:
            if query is None:
                yield name, manual.get(number, numbers_in(""))
            else:
                yield name, whole_order(connection, Query.parse(query), settings).numbers
        except UsageError:  # it asks for an album that was deleted
            continue


def _folders(connection: Connection) -> Iterator[tuple[str, Numbers]]:
    import numpy as np

    path = schema.path.c
    for folder in branching_folders(connection):
        inside = select(func.group_concat(path.content_id))
        text = connection.execute(inside.where(lies_at(path.path, folder), path.missing_since.is_(None))).scalar()
        yield folder, np.unique(numbers_in(text or ""))


def branching_folders(connection: Connection) -> list[str]:
    """The folders in which all files lie, side by side at the first place where there are several; not too many.

    Looks up a path for each, however many files there are.
    """
    path = schema.path.c
    first, last = connection.execute(select(func.min(path.path), func.max(path.path))).one()
    if first is None:
        return []
    paths = [os.path.dirname(os.fsdecode(one)) for one in (first, last)]  # noqa: PTH120
    return list(_children(connection, os.path.commonpath(paths)))


def _children(connection: Connection, folder: str) -> Iterator[str]:
    path = schema.path.c
    start = folder.rstrip(os.sep) + os.sep
    after = start
    for _ in range(MOST_FOLDERS):
        inside = select(path.path).where(path.path > after, lies_at(path.path, folder)).order_by(path.path).limit(1)
        found = connection.execute(inside).scalar()
        if found is None:
            return
        name, separator, _rest = found[len(start) :].partition(os.sep)
        after = start + name + (chr(ord(os.sep) + 1) if separator else "")
        if separator:
            yield start + name


def cameras_like(cameras: Sequence[str], part: str) -> list[str]:
    """The cameras that `camera:PART` asks for."""
    return [camera for camera in cameras if folded(part) in folded(camera)]
