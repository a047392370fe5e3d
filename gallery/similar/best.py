"""The best shot of each burst, and why."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median_low
from typing import TYPE_CHECKING, Any, Final

from gallery.errors import GalleryError, ImageError
from gallery.images.quality import eyes_open, sharpness
from gallery.query.query import Query
from gallery.records import FaceRecord, PhotoRecord, rounded_down
from gallery.search.chosen import copies_meant
from gallery.search.matches import Gate
from gallery.settings import Settings
from gallery.similar.bursts import Shot
from gallery.similar.series import Series, series_of_exposures, series_of_pictures
from gallery.similar.shot_reasons import shot_reasons
from gallery.store import photo_rows
from gallery.store.picks import PICK, REJECT, words_on
from gallery.store.store import Store

if TYPE_CHECKING:
    from PIL import Image

_log = logging.getLogger(__name__)

EYES_WEIGHT: Final = 0.2
"""Little: the measure is a guess, and a laugh narrows the eyes."""
SHARPNESS_WEIGHT: Final = 0.5
"""A shot half as sharp as the sharpest loses a quarter: blur that is seen outweighs a shade of a smile, not a frown."""

_PICTURE_PX: Final = 512


@dataclass(frozen=True, slots=True)
class RankedShot:
    """A shot of a burst, and what speaks for it.

    `happy` is how happy the least happy of its faces looks, 0 to 1: by the model's score, or by a person's word 1 or 0;
    None without faces. `lost` counts faces that most other shots show and this one doesn't: then `happy` is 0. `eyes`
    is a guess from 0 (someone's are shut) to 1; None where none can be told. `sharpness` compares within a burst; None
    where it can't be told: `problem` says why where that is the file's fault. `word` is what a person said of it,
    "pick" or "reject", and counts before the score.
    """

    photo: PhotoRecord
    happy: float | None
    lost: int
    eyes: float | None
    sharpness: float | None
    score: float
    problem: ImageError | None = None
    word: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "path": self.photo.path,
            "hash": self.photo.hash,
            "taken_at": self.photo.capture.iso8601(),
            "faces": len(self.photo.faces),
            "lost_faces": self.lost,
            "least_happy": _digits(self.happy),
            "eyes_open": _digits(self.eyes),
            "sharpness": _digits(self.sharpness),
            "score": _digits(self.score),
            "word": self.word,
            "replaced": self.photo.replaced,
        }


@dataclass(frozen=True, slots=True)
class RankedBurst:
    """The shots of a burst, the best first: those that a person picked, then others, then those rejected.

    The shots of a `series` are in the order of time, for none is better.
    """

    shots: tuple[RankedShot, ...]
    series: Series | None = None

    @property
    def winners(self) -> tuple[RankedShot, ...]:
        """Those picked, else the best, or the whole series; never one that a person rejected."""
        picked = tuple(shot for shot in self.shots if shot.word == PICK)
        best = self.shots[:1] if self.series is None else self.shots
        return picked or tuple(shot for shot in best if shot.word != REJECT)

    @property
    def reasons(self) -> list[str]:
        """What speaks for each of the shots and against it, in words; empty for one of which nothing is to be said."""
        return shot_reasons(self)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        both = zip(self.shots, self.reasons, strict=True)
        shots = [{**shot.as_json(), "reason": reason} for shot, reason in both]
        return {"series": self.series and str(self.series), "shots": shots}


@dataclass(frozen=True, slots=True)
class _Measured:
    photo: PhotoRecord
    eyes: float | None
    sharpness: float | None
    problem: ImageError | None = None
    picture: Image.Image | None = None
    """Of a photo without faces, for comparing it with its neighbours."""
    word: str | None = None


def rank_bursts(
    store: Store, bursts: Sequence[Sequence[Shot]], settings: Settings | None = None, query: Query | None = None
) -> Iterator[RankedBurst]:
    """Each burst with its shots ranked, in the order of the bursts.

    The score of a shot is the sum of how happy its least happy face looks, 0.2 times how open the eyes are, and 0.5
    times how sharp it is beside the sharpest of the burst. A shot without faces comes behind those with faces. Faces
    are measured in their stored crops; the shots of a burst without any face in their files. Shots that a person picked
    come before all others, and those rejected behind them. A bracket of exposures, a focus stack or the parts of a
    panorama are kept whole: the first is told by EXIF, the others by looking at shots without faces.
    `query` is what found the shots: where it speaks of paths, they are shown by the files that it means.
    """
    settings = settings or Settings()
    gate = Gate.of(Query(), settings)
    for burst in bursts:
        with store.read() as connection:
            copies = copies_meant(connection, query or Query(), settings)
            numbers = [shot.content_id for shot in burst]
            photos = photo_rows.records(connection, numbers, gate, copies)
            words = words_on(connection, numbers)
        if any(photo.faces for photo in photos):
            measured = [_by_faces(store, photo) for photo in photos]
        else:
            measured = [_by_picture(photo, settings) for photo in photos]
        told = [replace(one, word=words.get(number)) for number, one in zip(numbers, measured, strict=True)]
        yield _ranked_burst(told)


def _ranked_burst(measured: Sequence[_Measured]) -> RankedBurst:
    """Of shots in the order of time."""
    pictures = [one.picture for one in measured if one.picture is not None]
    series = series_of_exposures([one.photo.path for one in measured])
    if series is None and len(pictures) == len(measured):
        series = series_of_pictures(pictures)
    shots = _scored_shots(measured)
    if series is None:
        # The earliest of equals, for sorting keeps their order.
        shots.sort(key=lambda shot: (_ORDER[shot.word], shot.happy is None, -shot.score))
    return RankedBurst(tuple(shots), series)


_ORDER: Final = {PICK: 0, None: 1, REJECT: 2}


def _scored_shots(measured: Sequence[_Measured]) -> list[RankedShot]:
    usual = median_low([len(one.photo.faces) for one in measured])
    sharpest = max((one.sharpness or 0.0 for one in measured), default=0.0)
    return [_scored(one, max(0, usual - len(one.photo.faces)), sharpest) for one in measured]


def _scored(one: _Measured, lost: int, sharpest: float) -> RankedShot:
    happy = None
    if one.photo.faces:
        happy = 0.0 if lost else min(map(happiness, one.photo.faces))
    sharp = (one.sharpness or 0.0) / sharpest if sharpest else 0.0
    score = (happy or 0.0) + EYES_WEIGHT * (one.eyes or 0.0) + SHARPNESS_WEIGHT * sharp
    return RankedShot(one.photo, happy, lost, one.eyes, one.sharpness, score, one.problem, one.word)


def happiness(face: FaceRecord) -> float:
    """The model's score for happy; 1 or 0 where a person said what the face shows."""
    if face.source == "person":
        return 1.0 if face.emotion == "happy" else 0.0
    return face.scores.get("happy", 0.0)


def _by_faces(store: Store, photo: PhotoRecord) -> _Measured:
    """The least open eyes, and the sharpness on average, of the faces whose crops can be read."""
    found = [measures for face in photo.faces if (measures := _measure(store, face)) is not None]
    eyes = [eyes for eyes, _ in found if eyes is not None]
    return _Measured(photo, min(eyes, default=None), fmean(sharp for _, sharp in found) if found else None)


def _measure(store: Store, face: FaceRecord) -> tuple[float | None, float] | None:
    from gallery.indexing.pipeline import decode_crop

    try:
        crop = decode_crop(store.crop(face.id or 0))
    except GalleryError:
        raise
    # A database may come from anywhere: whatever a damaged picture makes of Pillow, the other faces mustn't suffer.
    except Exception as error:
        _log.warning("face %s: its stored picture can't be read: %s", face.id, error)
        return None
    return eyes_open(crop, face.box, face.landmarks), sharpness(crop)


def _by_picture(photo: PhotoRecord, settings: Settings) -> _Measured:
    from gallery.images.decode import read_image

    if photo.replaced:
        return _Measured(photo, None, None)
    try:
        decoded = read_image(photo.path, long_side=_PICTURE_PX, max_megapixels=settings.max_megapixels)
    except ImageError as error:
        return _Measured(photo, None, None, error)
    return _Measured(photo, None, sharpness(decoded.image, width_px=decoded.image.width), picture=decoded.image)


def _digits(value: float | None) -> float | None:
    return None if value is None else rounded_down(value)
