"""Whether a picture shows the same shot as the photo that was in its place before; and where its faces are then.

| what is alike | the new picture is |
|---|---|
| the look, in one of eight positions, and the faces there | all of it, perhaps turned, retouched, compressed again |
| a stored crop is found again | part of it, or more than it |
| camera and time of taking to the second | it, whatever was done to it |

Two pictures that one camera took within an hour, at different seconds, are two shots, however alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from math import log
from typing import TYPE_CHECKING, Final

from gallery.faces import Box
from gallery.images.crops import crop_found, square_found, tilt
from gallery.images.decode import Wanted, read_wanted
from gallery.images.likeness import likeness
from gallery.images.look import FARTHEST, distance, look_of, looks_of
from gallery.images.turns import TURNS, both, nearest_turn, turned_box, turned_face, turned_image, turned_size, undone
from gallery.indexing.pipeline import decode_crop, encode_crop
from gallery.records import Capture, FoundFace, PhotoWithFaces
from gallery.store.succession import Succession

if TYPE_CHECKING:
    from PIL import Image

    from gallery.images.decode import DecodedPhoto
    from gallery.indexing.reading import ReadPhoto
    from gallery.settings import Settings
    from gallery.store.known_files import StoredFace, StoredLook

ALIKE: Final = 6
"""In how many of 64 bits the look of a picture may differ from that of another version of it, in the same position.

Measured on 100 photos: compressed again (quality 30, 75), made half as large, in grey, darker by 0.6, sharper, and in
each of the eight positions at most 2, and the right position was the nearest in 800 of 800; a warmer white 6 at most;
contrast of 1.5 4 in nine of ten, 10 at most; brighter by 1.4 8 and 12; a border of 2 % cut off 6 and 10, of 5 % 14 and
18. Of different photos in any position 95 in 100 pairs are 18 and more apart; nearest were pairs from a studio: one
person, once neutral and once smiling, 4 and 8, two people 8. So one shot of a series may come as near as a version
does: the time tells, and without one they count as one shot.
"""

FOUND: Final = 0.93
"""From which likeness on a stored crop proves that it is the same shot.

Crops of faces at least 40 pixels wide, found by a search of the changed picture: 0.97 in nine of ten compressed again
(quality 30) or in grey, 0.94 in nine of ten brighter or with a border of 10 % cut off; with 20 % cut off on one side
0.96 in eight of ten, with 25 % on each side 0.94 in half. Two people: 0.90 at most. One person twice in the same pose:
up to 0.98, as versions of one shot are. Of 27 photos without a time of taking, 23 of them with faces, all were known
again that were compressed, half as large, in grey, brighter by 1.3, upside down, in a mirror, or on their side; 23
with a border of 10 % cut off, or 20 % on one side; 18 with 25 % on each side.
"""

THERE: Final = 0.8
"""The same where something else proves the shot: then it only tells faces apart."""

OTHER_COLOUR: Final = 90
"""By how many of 255 levels red, green or blue of a face differ, in the mean, where it can't be the same one.

In grey 49 at most, warmer 31, brighter by 1.4 59, darker by 0.6 84, in 98 faces.
"""

_BOX_FILTER: Final = 4  # PIL.Image.Resampling.BOX
_MOST_FACES: Final = 20
_FITS: Final = 0.02
_ROUGH: Final = 0.45
_ROUGH_SIDE: Final = 16
_SITTING: Final = timedelta(hours=1)


def turned_photo(before: StoredLook, photo: DecodedPhoto, read: ReadPhoto, turn: int) -> PhotoWithFaces:
    """The photo before, turned, as `photo` shows it: its faces by arithmetic, their crops cut anew."""
    size = photo.width, photo.height
    scale = photo.image.width / photo.width, photo.image.height / photo.height
    found = [turned_face(face.detection, turn, before.size, size) for face in before.faces]
    faces = tuple(FoundFace(one, encode_crop(crop_found(photo.image, one.scaled(*scale)))) for one in found)
    look = look_of(photo.image)
    return PhotoWithFaces(read.hash, *size, photo.format, photo.capture, faces, look, read.picture)


def successor(before: StoredLook, read: ReadPhoto, settings: Settings) -> Succession | None:
    """That what was read follows the photo before; None where nothing proves that it is the same shot.

    Raises ImageError where the file can't be read any more.
    """
    photo = read.photo
    if photo is None or _other_moments(before.capture, photo.capture):
        return None
    wanted = Wanted(settings.long_side, settings.max_megapixels, quick=True, detailed=True)
    image = read_wanted(read.file.path, wanted).image
    comparison = _Comparison(before, photo, image, settings.min_confidence)
    size = photo.width, photo.height
    turn, is_alike = comparison.position()
    if turn is not None:
        return Succession(before.hash, photo.hash, before.size, size, turn)
    is_it = is_alike or _same_moment(before.capture, photo.capture)
    pairs = comparison.same_faces(THERE if is_it else FOUND)
    return Succession(before.hash, photo.hash, before.size, size, None, pairs) if is_it or pairs else None


class _Comparison:
    def __init__(self, before: StoredLook, photo: PhotoWithFaces, image: Image.Image, min_confidence: float) -> None:
        self._before, self._photo = before, photo
        self._size = photo.width, photo.height
        self._image, self._picture = image, image.convert("L")
        self._scale = image.width / photo.width, image.height / photo.height
        self._looks = looks_of(image)
        sure = [face for face in before.faces if face.detection.confidence >= min_confidence]
        self._faces = sorted(sure, key=lambda face: -face.detection.box.area)[:_MOST_FACES]

    def position(self) -> tuple[int | None, bool]:
        """How the whole picture was turned, None where it isn't the whole; and whether it looks alike all the same."""
        fitting = [turn for turn in TURNS if _fits(turned_size(self._before.size, turn), self._size)]
        if self._before.look is None:
            return self._position_of_faces(fitting)
        far = {turn: distance(self._before.look, self._looks[turn]) for turn in fitting}
        nearest = min(far, key=lambda turn: (far[turn], turn), default=1)
        if far.get(nearest, FARTHEST) > ALIKE:
            return None, False
        there = [self._is_there(face, nearest, THERE) for face in self._faces]
        return (nearest, True) if all(there) else (None, any(there))

    def _position_of_faces(self, fitting: Iterable[int]) -> tuple[int | None, bool]:
        """The same of a photo of which no look was kept."""
        for turn in fitting if self._faces else ():
            if all(self._is_there(face, turn, FOUND) for face in self._faces):
                return turn, True
        return None, False

    def _is_there(self, face: StoredFace, turn: int, least: float) -> bool:
        # The square is turned, not made anew about the turned box: it goes by the height of that.
        square = turned_box(square_found(face.detection), turn, self._before.size, self._size)
        crop = turned_image(decode_crop(face.crop), both(_as_it_lies(face), turn))
        return self._likeness(crop, square) >= least

    def _likeness(self, crop: Image.Image, square: Box) -> float:
        place = square.scaled(*self._scale)
        inside = place.clipped(*self._image.size)
        edges = (round(inside.left), round(inside.top), round(inside.right), round(inside.bottom))
        if edges[0] >= edges[2] or edges[1] >= edges[3] or _is_other_colour(crop, self._image.crop(edges)):
            return -1.0
        return likeness(crop.convert("L"), self._picture, place)

    def same_faces(self, least: float) -> tuple[tuple[Box, Box], ...]:
        """Each stored face with that found here which is it, the most alike first, none twice."""
        found = sorted(self._alike(least), key=lambda pair: -pair[0])
        pairs: dict[Box, Box] = {}
        for _, before, after in found:
            if before not in pairs and after not in pairs.values():
                pairs[before] = after
        return tuple(pairs.items())

    def _alike(self, least: float) -> Iterator[tuple[float, Box, Box]]:
        now = [(face.detection, turned_image(decode_crop(face.crop), _as_it_lies(face))) for face in self._photo.faces]
        for face in self._faces:
            crops = [turned_image(decode_crop(face.crop), turn) for turn in TURNS]
            for found, crop in now:
                square = square_found(found)
                value = max((self._likeness(one, square) for one in crops if _is_rough(one, crop)), default=-1.0)
                if value >= least:
                    yield value, face.detection.box, found.box


def _as_it_lies(face: StoredFace | FoundFace) -> int:
    """The turn that makes of a crop, in which the face stands, what the picture shows."""
    return undone(nearest_turn(tilt(face.detection.landmarks)))


def _is_rough(one: Image.Image, other: Image.Image) -> bool:
    """Whether two crops are so alike that a closer look is worth its time."""
    import numpy as np

    values = []
    for crop in (one, other):
        grey = np.asarray(crop.convert("L").resize((_ROUGH_SIDE, _ROUGH_SIDE), _BOX_FILTER), dtype=np.float64)
        values.append((grey - grey.mean()) / max(float(grey.std()), 1.0))
    return float((values[0] * values[1]).mean()) >= _ROUGH


def _is_other_colour(one: Image.Image, other: Image.Image) -> bool:
    mean, other_mean = (crop.resize((1, 1), _BOX_FILTER).getpixel((0, 0)) for crop in (one, other))
    return any(abs(level - now) > OTHER_COLOUR for level, now in zip(_levels(mean), _levels(other_mean), strict=True))


def _levels(pixel: object) -> tuple[int, ...]:
    return pixel if isinstance(pixel, tuple) else ()


def _fits(size: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(log(size[0] / size[1]) - log(other[0] / other[1])) <= _FITS


def _same_moment(one: Capture, other: Capture) -> bool:
    """One camera, and the same second, as their EXIF says; where both tell parts of it, these, too."""
    if not _are_by_one_camera(one, other) or one.taken_at is None or other.taken_at is None:
        return False
    parts = {one.taken_at.microsecond, other.taken_at.microsecond} - {0}
    return one.taken_at.replace(microsecond=0) == other.taken_at.replace(microsecond=0) and len(parts) < 2


def _other_moments(one: Capture, other: Capture) -> bool:
    """One camera at different times, near enough that nobody corrected its clock."""
    if not _are_by_one_camera(one, other) or one.taken_at is None or other.taken_at is None:
        return False
    return not _same_moment(one, other) and abs(one.taken_at - other.taken_at) < _SITTING


def _are_by_one_camera(one: Capture, other: Capture) -> bool:
    by_exif = one.taken_source == other.taken_source == "exif"
    return by_exif and one.camera is not None and one.camera == other.camera
