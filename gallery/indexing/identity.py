"""Which photo a file is: decided here alone.

| what a file holds | it is |
|---|---|
| known bytes | that photo |
| other bytes with the same picture, turned the same way | the same photo: it was given a star, a keyword, a date |
| other bytes in the place of a photo indexed before pictures were known, alike to the last crop | the same photo |
| anything else | a new photo |

Pictures are told by `gallery.images.picture`, and which bytes are which photo is kept by `gallery.store.versions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gallery.errors import ImageError
from gallery.faces import Box
from gallery.images.crops import crop_face
from gallery.images.decode import DecodedPhoto, read_image
from gallery.images.look import FLAT
from gallery.images.recognise import Known
from gallery.indexing.pipeline import decode_crop, encode_crop
from gallery.indexing.reading import ReadPhoto
from gallery.records import NewPhoto, Picture
from gallery.settings import Settings
from gallery.store.changes import NewVersion
from gallery.store.store import KnownFile, Store
from gallery.store.versions import Pictures

SAME_CROP: Final = 1.5
"""By how many of 255 levels a crop may differ from the stored one, in the mean over its pixels.

Cut and compressed again from the same picture those of 8 photos were the same to the bit; another version of the
decoder may round otherwise. Compression alone changes a crop by 2 to 3.3.
"""


@dataclass(slots=True)
class Identity:
    """Knows photos by their bytes and pictures; what a run adds is known from then on."""

    _pictures: Pictures
    known: Known
    """What needs no decoding: told to whoever reads files."""

    @classmethod
    def of(cls, pictures: Pictures, contents: set[str], *, force: bool) -> Identity:
        """`contents` are hashes of bytes that have been searched for faces; with `force` everything is to be again."""
        known = Known() if force else Known(contents, pictures.photos, pictures.unpictured)
        return cls(pictures, known)

    def name(self, digest: str) -> str:
        """The hash that names the photo with these bytes."""
        return self._pictures.versions.get(digest, digest)

    def showing(self, picture: Picture | None) -> str | None:
        """The name of the photo that shows this picture; None where no known one does."""
        return None if picture is None else self._pictures.photos.get(picture)

    def add(self, photo: NewPhoto) -> None:
        """The photo needs no searching any more, and is known by its picture from now on."""
        self.known.contents.add(photo.hash)
        if photo.picture is not None:
            self._pictures.photos.setdefault(photo.picture, self.name(photo.hash))

    def add_version(self, digest: str, version: NewVersion) -> None:
        """These bytes are the photo that the version tells from now on."""
        name = self._pictures.versions[digest] = self.name(version.of)
        if version.picture is not None:
            self._pictures.photos.setdefault(version.picture, name)

    def proven(self, store: Store, before: KnownFile | None, read: ReadPhoto, settings: Settings) -> str | None:
        """The name of the photo before at this path, if what is there now surely is it; None otherwise.

        Asked only of photos that were indexed before pictures were known: these have no other way to be recognised.
        """
        if before is None or before.photo not in self._pictures.unpictured or read.photo is None:
            return None
        stored, photo = store.stored_look(before.photo), read.photo
        if stored is None or stored.size != (photo.width, photo.height):
            return None
        if stored.look != photo.look or photo.look in (FLAT, None):
            return None
        return before.photo if _crops_are_there(read.file.path, stored.faces, settings) else None


def _crops_are_there(path: str, faces: Sequence[tuple[Box, bytes]], settings: Settings) -> bool:
    if not faces:
        return True
    try:
        photo = read_image(path, long_side=settings.long_side, max_megapixels=settings.max_megapixels, quick=True)
        return all(_shows(photo, box, jpeg) for box, jpeg in faces)
    except (ImageError, OSError, ValueError):  # a stored crop that is damaged proves nothing
        return False


def _shows(photo: DecodedPhoto, box: Box, jpeg: bytes) -> bool:
    import numpy as np  # here: only this needs it, and a run over unchanged files mustn't wait for it

    scale = photo.image.width / photo.width, photo.image.height / photo.height
    stored = decode_crop(jpeg)
    # As it was stored then: see `gallery.indexing.pipeline.find_faces`.
    now = decode_crop(encode_crop(crop_face(photo.image, box.scaled(*scale)))).resize(stored.size)
    difference = np.abs(np.asarray(now, dtype=np.int16) - np.asarray(stored, dtype=np.int16))
    return float(difference.mean()) <= SAME_CROP
