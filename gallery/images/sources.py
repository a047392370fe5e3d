"""Files that are read again long after they were indexed: only what is still there may be shown as the photo."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from gallery.errors import ImageError
from gallery.images.decode import DecodedPhoto, Wanted, read_open
from gallery.images.effort import Elsewhere
from gallery.images.opening import reading
from gallery.records import FileStamp


@dataclass(frozen=True, slots=True)
class Source:
    """A file that held a photo when it was indexed: its stamp then, and the hash of its bytes."""

    file: FileStamp
    hash: str


def read_source(source: Source, wanted: Wanted, elsewhere: Elsewhere | None = None) -> DecodedPhoto:
    """The photo in the file. Raises ImageError, also where the file isn't what was indexed any more.

    Its stamp tells that, as it does when photos are indexed; a file that was only touched is told by its bytes.
    """
    path = source.file.path
    with reading(path) as file:
        if not FileStamp.of(path, os.fstat(file.fileno())).unchanged_since(source.file):
            if hashlib.file_digest(file, "sha256").hexdigest() != source.hash:
                raise ImageError(path, "has changed since it was indexed; run `gallery index` on its folder")
            file.seek(0)
        return read_open(path, file, wanted, elsewhere)
