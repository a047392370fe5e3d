"""Why the database knows no photo in a file, and what to do about it."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, select

from gallery.db import schema
from gallery.errors import NotIndexedError
from gallery.kinds import PHOTOS, RAW, VIDEOS, suffix
from gallery.search.other_names import OtherNames


def not_indexed(connection: Connection, file: str, names: OtherNames) -> NotIndexedError:
    """The error for a path, absolute, at which no photo is known."""
    reason = _failure(connection, file, names) or _kind(file)
    return NotIndexedError(file, reason or "isn't in the database; run `gallery index` on its folder")


def _failure(connection: Connection, file: str, names: OtherNames) -> str | None:
    failure = schema.failure.c
    folder, name = os.path.split(file)
    known = os.path.join(names.folder(folder) or folder, name)  # noqa: PTH118 - as the database has it
    told = connection.execute(select(failure.reason).where(failure.path.in_((file, known)))).scalar()
    return None if told is None else f"couldn't be read: {told}; `gallery index --retry-failed` tries it again"


def _kind(file: str) -> str | None:
    """Why a file or folder that is there is never looked at as a photo, if so."""
    path = Path(file)
    try:
        if path.is_dir():
            return "is a folder, where a photo is needed; `gallery show` sums up a folder"
        if not path.is_file():
            return None
    except (OSError, ValueError):
        return None
    end = suffix(path.name)
    if end in PHOTOS:
        return None
    kinds = {"is a video": VIDEOS, "is a raw file": RAW}
    what = next((kind for kind, ends in kinds.items() if end in ends), "isn't called like a photo")
    return f"{what}, and is passed over by `gallery index`"
