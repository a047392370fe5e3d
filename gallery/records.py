"""Plain values that travel between the layers: what the indexer hands to the store, and what a search hands back."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from gallery.captures import Capture as Capture
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.faces import Box, Detection, Prediction

_LEFT_BY_ARITHMETIC: Final = 5e-9

DEGREES: Final = {1: 0, 6: 90, 3: 180, 8: 270}
"""To the right, by the turns of `gallery.images.turns`: those that people give a photo."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file and the two values by which a rescan sees that it hasn't changed.

    `path` is absolute; bytes that are no UTF-8 are kept as surrogate escapes, as `os.fsdecode` gives them.
    """

    path: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: str, info: os.stat_result) -> FileStamp:
        """The stamp of a file that was asked of the disk."""
        return cls(path, info.st_size, info.st_mtime_ns)

    def unchanged_since(self, then: Stamped) -> bool:
        """Whether the file is, as far as its size and time tell, what it was when `then` was noted of it."""
        return (self.size, self.mtime_ns) == (then.size, then.mtime_ns)


class Stamped(Protocol):
    """Whatever keeps of a file its size and time."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def mtime_ns(self) -> int:
        """Time of the last change, in nanoseconds since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture in a file apart from what is said of it: files that have it in common hold the same photo.

    `data` is the hash of its compressed image data (`gallery.images.picture`), `orientation` 1 to 8 as EXIF has it.
    The database keeps them in the columns `picture` and `orientation`.
    """

    data: str
    orientation: int

    def __str__(self) -> str:
        return f"{self.data}:{self.orientation}"


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face that was found: its place in the upright full-size picture, and the JPEG crop a classifier is shown."""

    detection: Detection
    crop: bytes


@dataclass(frozen=True, slots=True)
class PhotoWithFaces:
    """A content seen for the first time, and the faces found in it, best confidence first.

    `hash` is hexadecimal SHA-256 of the file's bytes; `width` and `height` are those of the upright picture.
    """

    hash: str
    width: int
    height: int
    format: str
    capture: Capture
    faces: tuple[FoundFace, ...]
    look: int | None = None
    """See `gallery.images.look`."""
    picture: Picture | None = None
    """None where none can be told."""
    colour: int | None = None
    """The mean colour: see `gallery.images.thumbnails`; None where no thumbnail was made."""
    odd: str = ""
    """What is wrong with the file beside the picture: see `gallery.images.decode`."""
    lies: int | None = None
    """The turn that would make it upright, as its faces say: see `gallery.images.lying`."""


@dataclass(frozen=True, slots=True)
class ScoredFace(FoundFace):
    """A face ready to be stored: with what was read from its crop."""

    prediction: Prediction


@dataclass(frozen=True, slots=True)
class NewPhoto(PhotoWithFaces):
    """The same ready to be stored: its faces are read, and in the order in which they are numbered."""

    faces: tuple[ScoredFace, ...]
    searched: int | None = None
    """The turn with which they were looked for, as a person had said; None where nobody had."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model whose predictions are stored; `id` identifies the weights, `name` is what people call it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """A face as shown to people: `emotion` is a label or "uncertain", `source` is "model" or "person".

    `number` is its own among the faces of the photo, as in PHOTO#2: see `gallery.store.numbering`.
    """

    id: int | None
    number: int
    box: Box
    confidence: float
    emotion: str
    score: float
    scores: Mapping[str, float]
    source: str
    landmarks: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of_model(cls, number: int, face: Detection, prediction: Prediction, min_score: float) -> FaceRecord:
        """What a model says of a face, `uncertain` where its best score is below `min_score`."""
        emotion = prediction.emotion if prediction.score >= min_score else UNCERTAIN
        scores = dict(zip(EMOTIONS, prediction.probabilities, strict=True))
        return cls(None, number, face.box, face.confidence, emotion, prediction.score, scores, "model", face.landmarks)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object; pixels to a tenth, scores to four digits."""
        return {
            "id": self.id,
            "number": self.number,
            "box": self.box.as_json(),
            "confidence": rounded_down(self.confidence),
            "emotion": self.emotion,
            "score": rounded_down(self.score),
            "scores": {label: rounded_down(value) for label, value in self.scores.items()},
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """A photo as shown to people. `path` is the first of `paths`; `missing`: none of them exists any more.

    `hash` is hexadecimal SHA-256 of the bytes at `path`; see `hash_of` for the other files. `unwanted` says why no file
    of it is wanted any more: see `gallery.store.unwanted.Why`; None for all others. `faces` are those that count, in
    the order of their numbers, between which there may be gaps. `matched`: where the query that found it speaks of
    paths, those of `paths` that it means, which come first. `word`: "pick" or "reject", where a person said so.
    """

    path: str
    paths: Sequence[str]
    hash: str
    width: int
    height: int
    capture: Capture
    faces: Sequence[FaceRecord]
    missing: bool = False
    matched: Sequence[str] | None = None
    hashes: Sequence[str] = ()
    """Of the bytes at each of `paths`; empty where all are as those at `path`."""
    replaced: bool = False
    """Another photo took the place of its last file: at `path` lies that one now. For people see `told`."""
    first_hash: str = ""
    """Of the bytes in which it was seen first, by which is kept what people say of it; empty where that is `hash`."""
    unwanted: str | None = None
    captures: Sequence[Capture] = ()
    """What the file at each of `paths` says of itself; empty where `hashes` is, and all say what `capture` does."""
    word: str | None = None
    lies: int | None = None
    """The turn that would make it upright, as its faces say, while no person has said how it lies."""
    turn: int = 1
    """How a person turned it: it is shown so, and width, height and faces are those of the picture in the file."""

    @property
    def told(self) -> str:
        """The path as it is told to people, who take a path for that of this photo."""
        return was_at(self.path) if self.replaced else self.path

    @property
    def meant(self) -> Sequence[str]:
        """The files to do something to: all, unless the query that found the photo speaks of paths."""
        return self.paths if self.matched is None else self.matched

    @property
    def key(self) -> str:
        """The hash by which is kept what people say of it, whichever of its files has what bytes now."""
        return self.first_hash or self.hash

    def hash_of(self, path: str) -> str:
        """Hexadecimal SHA-256 of the bytes at one of its paths when it was indexed."""
        return dict(zip(self.paths, self.hashes, strict=False)).get(path, self.hash)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "path": self.path,
            "paths": list(self.paths),
            "hash": self.hash,
            "width": self.width,
            "height": self.height,
            "taken_at": self.capture.iso8601(),
            "turned": DEGREES[self.turn],
            "sideways": self.lies and DEGREES[self.lies],
            "faces": [face.as_json() for face in self.faces],
            "replaced": self.replaced,
            "word": self.word,
            "files": [_file_json(*file) for file in zip(self.paths, self.hashes, self.captures, strict=False)],
            **self.capture.odd_json(),
        }


def was_at(path: str) -> str:
    """Where a photo was of which another one has the place of the last file: the one wording for it."""
    return f"was at {path or 'a place unknown by now'}, where another photo is now"


def _file_json(path: str, digest: str, capture: Capture) -> dict[str, Any]:
    place = {"latitude": capture.latitude, "longitude": capture.longitude}
    told = {"path": path, "hash": digest, "taken_at": capture.iso8601(), "camera": capture.camera, **place}
    return {**told, **capture.odd_json()}


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """A file that couldn't be read, and why."""

    path: str
    size: int
    mtime_ns: int
    reason: str
    transient: bool
    failed_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        told = {"path": self.path, "reason": self.reason, "transient": self.transient}
        return {**told, "size": self.size, "failed_at": self.failed_at.isoformat()}


def shown_score(score: float) -> float:
    """Two digits for people, rounded down as `rounded_down` does it for programs."""
    return rounded_down(score, 2)


def rounded_down(value: float, digits: int = 4) -> float:
    """So many digits after the point, never upwards: 0.79996 must not print as a 0.8 that `--min-score 0.8` misses.

    What arithmetic leaves of a 0.1, such as 0.09999999999999999, is one.
    """
    nearest = round(value, digits)
    return nearest if nearest <= value + _LEFT_BY_ARITHMETIC else round(nearest - 10**-digits, digits)
