"""Reads photos and looks for faces in them, in this process: threads decode the next ones meanwhile."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Final

from gallery.errors import ImageError
from gallery.faces import FaceDetector
from gallery.images.apart import Apart
from gallery.images.decode import DecodedPhoto, Wanted
from gallery.images.effort import Elsewhere
from gallery.images.look import look_of
from gallery.images.lying import lies
from gallery.images.recognise import Known, recognise
from gallery.images.sources import Source
from gallery.images.thumbnails import Thumbnail
from gallery.indexing.in_pieces import Again, with_pieces
from gallery.indexing.kept_thumbnails import made_of
from gallery.indexing.pipeline import find_each
from gallery.records import Capture, FileStamp, FoundFace, PhotoWithFaces, Picture
from gallery.settings import Settings
from gallery.system.ahead import in_threads

_LONGEST_STOP_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A file as it was read. Without `photo` and `error` its content is known already and nothing was decoded.

    With a `capture` besides it is the picture alone that is known.
    """

    file: FileStamp
    hash: str = ""
    photo: PhotoWithFaces | None = None
    error: ImageError | None = None
    picture: Picture | None = None
    capture: Capture | None = None
    thumbnail: Thumbnail | None = None

    @property
    def is_odd(self) -> bool:
        """Whether it was read, and something about the file is odd."""
        return self.capture is not None and self.capture.odd is not None


def read_here(
    files: Iterable[FileStamp], known: Known, detector: FaceDetector, settings: Settings
) -> Generator[list[ReadPhoto], None, None]:
    """All files in their order, `settings.batch_size` at a time, searched for faces, the next batch being read.

    Never holds more than two batches of decoded photos. Closing the generator stops the threads.
    """
    apart = Apart(settings.max_seconds)
    work, again = partial(decode, known=known, settings=settings, elsewhere=apart), Again(settings, apart)
    # A thread hears nothing while it decodes; whoever stops a run isn't made to wait for it.
    with closing(in_threads(work, files, settings.batch_size, most_seconds=_LONGEST_STOP_SECONDS)) as batches:
        try:
            for batch in batches:
                yield look_for_faces(batch, known, detector, again)
        finally:
            apart.close()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file before anyone has looked for faces in it; of a known content there is no `photo`."""

    file: FileStamp
    hash: str = ""
    photo: DecodedPhoto | None = None
    error: ImageError | None = None
    picture: Picture | None = None
    capture: Capture | None = None
    thumbnail: Thumbnail | None = None


def decode(file: FileStamp, known: Known, settings: Settings, elsewhere: Elsewhere | None = None) -> Decoded:
    """Hash a file, and decode it at the size faces are looked for unless its content or its picture is known.

    What isn't known yet only costs time.
    """
    try:
        found = recognise(file.path, known, Wanted(settings.long_side, settings.max_megapixels, quick=True), elsewhere)
    except ImageError as error:
        return Decoded(file, error=error)
    thumbnail = made_of(found.photo, settings)
    return Decoded(file, found.hash, found.photo, None, found.picture, found.capture, thumbnail)


def look_for_faces(batch: Sequence[Decoded], known: Known, detector: FaceDetector, again: Again) -> list[ReadPhoto]:
    """Look for the faces of a batch; a content that occurs in it twice is searched once."""
    # Asked again: a copy may have been stored since.
    new = {read.hash: read.photo for read in batch if read.photo and read.hash not in known.contents}
    found = dict(zip(new, find_each(list(new.values()), detector), strict=True))
    for source, faces in _to_see_closer(batch, found, again):
        found[source.hash] = with_pieces(faces, source, detector, again)
    return [_told(read, found.get(read.hash)) for read in batch]


def _to_see_closer(
    batch: Sequence[Decoded], found: Mapping[str, tuple[FoundFace, ...] | ImageError], again: Again
) -> list[tuple[Source, tuple[FoundFace, ...]]]:
    """The long pictures of a batch, each once, with the faces found in them as a whole."""
    long = {read.hash: read.file for read in batch if read.photo and again.needed(read.photo)}
    faces = ((Source(file, digest), found.get(digest)) for digest, file in long.items())
    return [(source, outcome) for source, outcome in faces if isinstance(outcome, tuple)]


def _told(read: Decoded, found: tuple[FoundFace, ...] | ImageError | None) -> ReadPhoto:
    photo = read.photo
    if isinstance(found, ImageError):
        return ReadPhoto(read.file, read.hash, error=found)
    if photo is None or found is None:
        # Decoded for nothing: its bytes are known by now.
        return ReadPhoto(read.file, read.hash, None, read.error, read.picture, None if photo else read.capture)
    searched = PhotoWithFaces(
        hash=read.hash,
        width=photo.width,
        height=photo.height,
        format=photo.format,
        capture=photo.capture,
        faces=found,
        look=look_of(photo.image),
        picture=read.picture,
        colour=read.thumbnail.colour if read.thumbnail else None,
        odd=photo.odd,
        lies=None if photo.is_told else lies(face.detection for face in found),
    )
    return ReadPhoto(read.file, read.hash, searched, None, read.picture, photo.capture, read.thumbnail)
