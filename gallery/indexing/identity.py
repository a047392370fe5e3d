"""Which photo a file is: decided here alone.

| what a file holds | it is |
|---|---|
| known bytes | that photo |
| other bytes with the same picture, turned the same way | the same photo: it was given a star, a keyword, a date |
| other bytes in the place of a photo indexed before pictures were known, alike to the last crop | the same photo |
| the same picture, turned another way by a tag | its successor |
| other bytes in the place of a photo, that show the same shot (`gallery.indexing.shots`) | its successor |
| anything else | a new photo |

Pictures are told by `gallery.images.picture`, which bytes are which photo is kept by `gallery.store.versions`, and who
followed whom by `gallery.store.succession`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from gallery.errors import ImageError
from gallery.faces import Box
from gallery.images.crops import crop_face
from gallery.images.decode import DecodedPhoto, read_image
from gallery.images.look import FLAT
from gallery.images.recognise import Known
from gallery.images.turns import TURNS, between
from gallery.indexing import shots
from gallery.indexing.pipeline import decode_crop, encode_crop
from gallery.indexing.reading import ReadPhoto
from gallery.records import NewPhoto, Picture
from gallery.settings import Settings
from gallery.store.changes import NewVersion
from gallery.store.known_files import StoredFace
from gallery.store.pictures import Pictures
from gallery.store.store import KnownFile, Store
from gallery.store.succession import Succession

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
    _shots: dict[str, str] = field(default_factory=dict)
    """Of photos that show the same shot as others: another one of these, in the end the same for all."""

    @classmethod
    def of(cls, pictures: Pictures, contents: set[str], *, force: bool) -> Identity:
        """`contents` are hashes of bytes that have been searched for faces; with `force` everything is to be again."""
        known = Known() if force else Known(contents, pictures.photos, pictures.unpictured)
        made = cls(pictures, known)
        for old, new in pictures.followed:
            made._join(old, new)
        return made

    def name(self, digest: str) -> str:
        """The hash that names the photo with these bytes."""
        return self._pictures.versions.get(digest, digest)

    def showing(self, picture: Picture | None) -> str | None:
        """The name of the photo that shows this picture; None where no known one does."""
        return None if picture is None else self._pictures.photos.get(picture)

    def turned(self, picture: Picture | None, preferred: str | None) -> str | None:
        """The name of a photo that shows this picture turned another way, if any the preferred one."""
        if picture is None or picture in self._pictures.photos:
            return None
        ways = (replace(picture, orientation=turn) for turn in TURNS)
        names = [self._pictures.photos[way] for way in ways if way in self._pictures.photos]
        return preferred if preferred in names else next(iter(names), None)

    def are_one_shot(self, one: str | None, other: str) -> bool:
        """Whether one of the photos followed the other, also through others between."""
        return one in self._shots and self._shot(one) == self._shot(other)

    def has_others(self, name: str) -> bool:
        """Whether another photo shows the same shot."""
        return name in self._shots

    def _shot(self, name: str) -> str:
        """The photo that stands for all of the shot."""
        while (one := self._shots.get(name, name)) != name:
            name = one
        return name

    def _join(self, one: str, other: str) -> None:
        first, second = self._shot(one), self._shot(other)
        self._shots |= {first: first, second: first}

    def succession(
        self, store: Store, before: KnownFile | None, read: ReadPhoto, settings: Settings
    ) -> Succession | None:
        """That what was read, which no photo is, follows one that is known; None where nothing proves it."""
        if read.photo is None:
            return None
        here = before.photo if before else None
        turned = self.turned(read.picture, here)
        name = turned or here
        stored = store.stored_look(name) if name else None
        if stored is None:
            return None
        if turned and read.picture:
            turn, size = between(stored.orientation, read.picture.orientation), (read.photo.width, read.photo.height)
            found: Succession | None = Succession(stored.hash, read.hash, stored.size, size, turn)
        else:
            found = shots.successor(stored, read, settings)
        if found is not None:
            self._join(found.old, found.new)
        return found

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


def _crops_are_there(path: str, faces: Sequence[StoredFace], settings: Settings) -> bool:
    if not faces:
        return True
    try:
        photo = read_image(path, long_side=settings.long_side, max_megapixels=settings.max_megapixels, quick=True)
        return all(_shows(photo, face.detection.box, face.crop) for face in faces)
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
