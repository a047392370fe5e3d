"""Reads photos and looks for faces in them, in this process: threads decode the next ones meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from gallery.errors import ImageError
from gallery.faces import FaceDetector
from gallery.images.decode import DecodedPhoto, read_new
from gallery.images.look import look_of
from gallery.indexing.pipeline import find_each
from gallery.records import FileStamp, FoundFace, PhotoWithFaces
from gallery.settings import Settings
from gallery.system.ahead import in_threads

IsKnown = Callable[[str], bool]
"""Asked from several threads whether a content hash needs no decoding; a wrong "no" only costs time."""


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A file as it was read. Without `photo` and `error` its content is known already and nothing was decoded."""

    file: FileStamp
    hash: str = ""
    photo: PhotoWithFaces | None = None
    error: ImageError | None = None


def read_here(
    files: Iterable[FileStamp], is_known: IsKnown, detector: FaceDetector, settings: Settings
) -> Generator[list[ReadPhoto], None, None]:
    """All files in their order, `settings.batch_size` at a time, searched for faces, the next batch being read.

    Never holds more than two batches of decoded photos. Closing the generator stops the threads.
    """
    work = partial(decode, is_known=is_known, settings=settings)
    with closing(in_threads(work, files, settings.batch_size)) as batches:
        for batch in batches:
            yield look_for_faces(batch, is_known, detector)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file before anyone has looked for faces in it; of a known content there is no `photo`."""

    file: FileStamp
    hash: str = ""
    photo: DecodedPhoto | None = None
    error: ImageError | None = None


def decode(file: FileStamp, is_known: IsKnown, settings: Settings) -> Decoded:
    """Hash a file, and decode it at the size faces are looked for unless its content is known."""
    try:
        digest, photo = read_new(
            file.path, is_known, long_side=settings.long_side, max_megapixels=settings.max_megapixels, quick=True
        )
    except ImageError as error:
        return Decoded(file, error=error)
    return Decoded(file, digest, photo)


def look_for_faces(batch: Sequence[Decoded], is_known: IsKnown, detector: FaceDetector) -> list[ReadPhoto]:
    """Look for the faces of a batch; a content that occurs in it twice is searched once."""
    # Asked again: a copy may have been stored since.
    new = {read.hash: read.photo for read in batch if read.photo and not is_known(read.hash)}
    found = dict(zip(new, find_each(list(new.values()), detector), strict=True))
    return [_told(read, found.get(read.hash)) for read in batch]


def _told(read: Decoded, found: tuple[FoundFace, ...] | ImageError | None) -> ReadPhoto:
    photo = read.photo
    if isinstance(found, ImageError):
        return ReadPhoto(read.file, read.hash, error=found)
    if photo is None or found is None:
        return ReadPhoto(read.file, read.hash, error=read.error)
    searched = PhotoWithFaces(
        read.hash, photo.width, photo.height, photo.format, photo.capture, found, look_of(photo.image)
    )
    return ReadPhoto(read.file, read.hash, searched)
