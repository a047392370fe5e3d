"""Why a face is shown as it is, or isn't counted: what was found, what models and people said, what was asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from gallery.db import schema
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.faces import Box, Prediction
from gallery.images.long_pictures import detailed_side
from gallery.query.query import Query
from gallery.records import PhotoRecord, rounded_down, shown_score
from gallery.search.matches import Gate
from gallery.settings import Settings
from gallery.store import photo_rows
from gallery.store.store import Store
from gallery.store.words import Word, placed, words
from gallery.system.paths import AnyPath, absolute


@dataclass(frozen=True, slots=True)
class Check:
    """A gate of the program that a face is held to: `passed` where its `value` is at least what the setting asks for.

    Below `min_confidence` a detection isn't counted, below `min_score` a face is shown as uncertain, unless a person
    said what it shows. Below `min_face` it is smaller than what is looked for; some such are found, and there is little
    in them to read.
    """

    setting: str
    value: float
    least: float

    @property
    def passed(self) -> bool:
        return self.value >= self.least


@dataclass(frozen=True, slots=True)
class ModelsWord:
    """What a model said of a face: seven probabilities in the order of EMOTIONS. That of the one in use comes first."""

    model: str
    in_use: bool
    scores: tuple[float, ...]

    @property
    def emotion(self) -> str:
        """The most probable one."""
        return Prediction(self.scores).emotion

    @property
    def score(self) -> float:
        """Its probability."""
        return max(self.scores)


@dataclass(frozen=True, slots=True)
class PersonsWord:
    """What a person said of a place in a photo: an emotion, or None for "this is no face".

    `of_other`: it was said of another picture of the same shot, in which the box lies.
    """

    box: Box
    emotion: str | None
    said_at: datetime
    of_other: bool = False

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object of a word on a place where no face is."""
        return {"box": self.box.as_json(), "of_other": self.of_other, **_persons_word_as_json(self)}


@dataclass(frozen=True, slots=True)
class FaceReasons:
    """All about one detection. `models` begins with the one whose word counts, `people` with the first who spoke.

    `number` is its own among all of the photo, as in PHOTO#2: see `gallery.store.numbering`.
    """

    id: int
    number: int
    box: Box
    confidence: float
    checks: tuple[Check, ...]
    models: tuple[ModelsWord, ...]
    people: tuple[PersonsWord, ...]
    drawn: bool = False
    """By a person: no detector found it."""

    @property
    def rejected(self) -> bool:
        """Whether the last word of a person is that it is no face."""
        return bool(self.people) and self.people[-1].emotion is None

    @property
    def counts(self) -> bool:
        """Whether searches and albums see this face."""
        return (self.check("min_confidence").passed or bool(self.people)) and not self.rejected

    @property
    def shown(self) -> str | None:
        """The emotion as which the face is shown, or "uncertain"; None where it doesn't count."""
        if not self.counts:
            return None
        if self.people:
            return self.people[-1].emotion
        return self.models[0].emotion if self.models and self.check("min_score").passed else UNCERTAIN

    @property
    def because(self) -> str:
        """A sentence that says why it is shown so."""
        if self.rejected:
            return f"not counted: on {_day(self.people[-1])} a person said that it is no face"
        sure, score = self.check("min_confidence"), self.check("min_score")
        if not self.counts:
            return (
                f"not counted: the detector is sure by {_two(sure.value)} that it is a face, "
                f"min_confidence asks for {_two(sure.least)}"
            )
        if self.people:
            return f"shown as {self.shown}: on {_day(self.people[-1])} a person said so"
        if not self.models:
            return "shown as uncertain: no model has read it yet; run `gallery rescore`"
        best = f"the highest score is {_two(score.value)} for {self.models[0].emotion}, min_score asks for"
        return f"shown as {self.shown}: {best} {_two(score.least)}"

    def check(self, setting: str) -> Check:
        """The gate of this name."""
        return next(check for check in self.checks if check.setting == setting)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "id": self.id,
            "number": self.number,
            "box": self.box.as_json(),
            "confidence": rounded_down(self.confidence),
            "counts": self.counts,
            "shown": self.shown,
            "because": self.because,
            "checks": [
                {"setting": c.setting, "value": rounded_down(c.value), "least": c.least, "passed": c.passed}
                for c in self.checks
            ],
            "models": [
                {
                    "model": said.model,
                    "in_use": said.in_use,
                    "emotion": said.emotion,
                    "scores": {label: rounded_down(score) for label, score in zip(EMOTIONS, said.scores, strict=True)},
                }
                for said in self.models
            ],
            "people": [_persons_word_as_json(said) for said in self.people],
            "drawn": self.drawn,
        }


@dataclass(frozen=True, slots=True)
class PhotoReasons:
    """All detections of a photo, those that count and those that don't, in the order of their numbers.

    `photo` has the faces that count, `detector` is what found them, with its settings. `unplaced`: what people said of
    places where no face is found any more, and of faces of other pictures of the shot that weren't found in this one.
    """

    photo: PhotoRecord
    detector: str
    faces: tuple[FaceReasons, ...]
    unplaced: tuple[PersonsWord, ...]

    @property
    def waiting(self) -> tuple[PersonsWord, ...]:
        """What people said of faces of other pictures of this shot, that weren't found in this one."""
        return tuple(said for said in self.unplaced if said.of_other)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "path": self.photo.path,
            "hash": self.photo.hash,
            "detector": self.detector,
            "faces": [face.as_json() for face in self.faces],
            "unplaced": [said.as_json() for said in self.unplaced],
        }


def explain_faces(store: Store, path: AnyPath, settings: Settings | None = None) -> PhotoReasons:
    """Why each face of the photo in this file is shown as it is. Raises NotIndexedError."""
    settings = settings or Settings()
    with store.read() as connection:
        photo = photo_rows.photo_at(connection, absolute(path), Gate.of(Query(), settings))
        return reasons_in(connection, photo, photo_rows.number_at(connection, absolute(path)), settings)


def reasons_in(connection: Connection, photo: PhotoRecord, content_id: int, settings: Settings) -> PhotoReasons:
    """The same of the photo with this number, for whoever has it and a connection."""
    content = schema.content.c
    detector = connection.execute(select(content.detector).where(content.id == content_id)).scalar_one()
    said = words(connection, [photo.key])[photo.key]
    size = photo.width, photo.height
    scale = min(1.0, detailed_side(size, settings.long_side) / max(size))
    found = _detections(connection, content_id)
    boxes = [Box(*sides) for _, _, *sides, _, _ in found]
    owned = [(place, _persons_word(word)) for place, word in placed(said, boxes)]
    faces = [_reasons(connection, row, _of(place, owned), settings, scale) for place, row in enumerate(found)]
    return PhotoReasons(photo, detector, tuple(faces), _of(None, owned))


def _of(place: int | None, words: Sequence[tuple[int | None, PersonsWord]]) -> tuple[PersonsWord, ...]:
    """What was said of the face at this place; of None at all with None."""
    return tuple(word for owned_by, word in words if owned_by == place)


def _detections(connection: Connection, content_id: int) -> Sequence[Any]:
    face = schema.face.c
    sides = (face.left, face.top, face.right, face.bottom)
    columns = select(face.id, face.number, *sides, face.confidence, face.drawn)
    return connection.execute(columns.where(face.content_id == content_id).order_by(face.number)).all()


def _reasons(
    connection: Connection, row: Any, people: tuple[PersonsWord, ...], settings: Settings, scale: float
) -> FaceReasons:
    """`scale` leads from pixels of the photo to those of the picture in which faces are looked for."""
    face_id, number, *sides, confidence, drawn = row
    box = Box(*sides)
    models = _models(connection, face_id)
    checks = (
        Check("min_confidence", confidence, settings.min_confidence),
        Check("min_score", models[0].score if models else 0.0, settings.min_score),
        Check("min_face", math.floor(min(box.width, box.height) * scale), settings.min_face),
    )
    return FaceReasons(face_id, number, box, confidence, checks, models, people, drawn)


def _models(connection: Connection, face_id: int) -> tuple[ModelsWord, ...]:
    """That of the model in use first, then the newest first: the order in which they are asked."""
    said, model = schema.prediction.c, schema.model.c
    columns = select(model.name, model.is_current, said.scores).join_from(
        schema.prediction, schema.model, model.id == said.model_id
    )
    ordered = columns.where(said.face_id == face_id).order_by(model.is_current.desc(), model.id.desc())
    return tuple(ModelsWord(*row) for row in connection.execute(ordered))


def _persons_word(word: Word) -> PersonsWord:
    return PersonsWord(word.said_box, word.emotion, word.said_at, word.of_other)


def _persons_word_as_json(said: PersonsWord) -> dict[str, Any]:
    return {"emotion": said.emotion, "is_face": said.emotion is not None, "said_at": said.said_at.isoformat()}


def _day(said: PersonsWord) -> str:
    return said.said_at.astimezone().date().isoformat()


def _two(share: float) -> str:
    return f"{shown_score(share):.2f}"
