"""How often models were right about the faces of which a person said what they show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from gallery.db import schema
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.faces import Box, Prediction
from gallery.query.query import Query
from gallery.search.chosen import Among, chosen
from gallery.settings import Settings
from gallery.store.overlap import SAME_FACE_IOU
from gallery.store.shown import clamped
from gallery.store.store import Store
from gallery.store.succession import are_any
from gallery.store.words import words_of_shots

FEW_FACES: Final = 30
"""Of fewer faces than this a share of right answers means little."""

_SIDES: Final = ("left", "top", "right", "bottom")


@dataclass(frozen=True, slots=True)
class ModelAccuracy:
    """How one model did: of the faces `judged`, those with a right best score, and likewise of those it was sure of."""

    id: str
    name: str
    is_current: bool
    judged: int
    right: int
    sure: int
    sure_right: int

    @property
    def share(self) -> float:
        """The share right, 0 to 1."""
        return self.right / self.judged


@dataclass(frozen=True, slots=True)
class EmotionAccuracy:
    """Of the faces a person called this, how many the model did too, and what it mostly said instead, of how many."""

    emotion: str
    said: int
    right: int
    instead: str | None
    instead_faces: int


@dataclass(frozen=True, slots=True)
class Shift:
    """How many of the faces a person spoke of are shown as this without the person's words, and with them."""

    emotion: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class AccuracyReport:
    """What a person's words say of the models.

    `judged` are the faces whose emotion a person said last, `rejected` the detections called no face. `emotions` and
    `shifts` go by the model in use, for a face it hasn't read by the newest that has. Of the judged faces
    `right_before` would be counted, and shown as what the person said, without those words; with them all are.
    `waiting_faces` are labels with no face at their place now, `waiting_photos` those of photos not in the database.
    """

    judged: int
    rejected: int
    models: tuple[ModelAccuracy, ...]
    emotions: tuple[EmotionAccuracy, ...]
    right_before: int
    shifts: tuple[Shift, ...]
    waiting_faces: int
    waiting_photos: int

    @property
    def rejected_share(self) -> float | None:
        """The share of no faces among all detections a person spoke of; None where there are none."""
        spoken = self.judged + self.rejected
        return self.rejected / spoken if spoken else None

    @property
    def is_empty(self) -> bool:
        """Whether a person has said nothing yet."""
        return not (self.judged or self.rejected or self.waiting_faces or self.waiting_photos)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "judged": self.judged,
            "rejected": self.rejected,
            "rejected_share": self.rejected_share,
            "models": [{**asdict(model), "share": model.share} for model in self.models],
            "emotions": [asdict(emotion) for emotion in self.emotions],
            "search": {
                "faces": self.judged,
                "right_before": self.right_before,
                "right_after": self.judged,
                "shown": [asdict(shift) for shift in self.shifts],
            },
            "waiting": {"no_face": self.waiting_faces, "no_photo": self.waiting_photos},
        }


@dataclass(frozen=True, slots=True)
class _Read:
    """A model's word on a face."""

    model: tuple[str, str, bool]
    emotion: str
    is_sure: bool

    @property
    def shown(self) -> str:
        return self.emotion if self.is_sure else UNCERTAIN


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A detection a person spoke of, None for no face; what models said, the one that is asked first coming first.

    `is_sure`: it counts without the person's word.
    """

    said: str | None
    is_sure: bool
    reads: tuple[_Read, ...]


def accuracy_report(store: Store, query: Query | None = None, settings: Settings | None = None) -> AccuracyReport:
    """How the models did on the photos that match, whatever the limit; on all without a query.

    A model is sure from `min_score` on. Labels of photos that aren't in the database match no query.
    """
    query, settings = query or Query(missing=True), settings or Settings()
    with store.read() as connection:
        # A word may wait on a picture of which the successor doesn't have the face.
        among = chosen(connection, query, settings, followed_too=True)
        spoken = _spoken(connection, among, settings)
        waiting_faces, waiting_photos = _waiting(connection, among)
    judged = [face for face in spoken if face.said is not None]
    return AccuracyReport(
        judged=len(judged),
        rejected=len(spoken) - len(judged),
        models=tuple(_models(judged)),
        emotions=tuple(_emotions(judged)),
        right_before=sum(face.is_sure and _before(face) == face.said for face in judged),
        shifts=tuple(_shifts(spoken)),
        waiting_faces=waiting_faces,
        waiting_photos=waiting_photos,
    )


def _spoken(connection: Connection, among: Among, settings: Settings) -> list[_Spoken]:
    face, said, model = schema.face.c, schema.prediction.c, schema.model.c
    by_person = (face.source == "person", *among(face.content_id), *_not_twice(connection, face.content_id))
    faces = connection.execute(select(face.id, face.emotion, face.confidence).where(*by_person).order_by(face.id)).all()
    reads: dict[int, list[_Read]] = defaultdict(list)
    rows = connection.execute(
        select(said.face_id, said.scores, model.digest, model.name, model.is_current)
        .join_from(schema.prediction, schema.model, model.id == said.model_id)
        .join(schema.face, face.id == said.face_id)
        .where(*by_person)
        .order_by(said.face_id, model.is_current.desc(), model.id.desc())
    )
    for number, scores, *known in rows:
        prediction = Prediction(scores)
        is_sure = clamped(prediction.score) >= settings.min_score
        reads[number].append(_Read((known[0], known[1], known[2]), prediction.emotion, is_sure))
    return [
        _Spoken(emotion, confidence >= settings.min_confidence, tuple(reads[number]))
        for number, emotion, confidence in faces
    ]


def _models(judged: Sequence[_Spoken]) -> list[ModelAccuracy]:
    """The one in use first, then by name."""
    words: dict[tuple[str, str, bool], list[tuple[bool, bool]]] = defaultdict(list)
    for face in judged:
        for read in face.reads:
            words[read.model].append((read.emotion == face.said, read.is_sure))
    verdicts = [
        ModelAccuracy(
            *model,
            judged=len(pairs),
            right=sum(right for right, _ in pairs),
            sure=sum(sure for _, sure in pairs),
            sure_right=sum(right and sure for right, sure in pairs),
        )
        for model, pairs in words.items()
    ]
    return sorted(verdicts, key=lambda found: (not found.is_current, found.name, found.id))


def _emotions(judged: Sequence[_Spoken]) -> Iterable[EmotionAccuracy]:
    for emotion in EMOTIONS:
        faces = [face for face in judged if face.said == emotion]
        if not faces:
            continue
        said = Counter(face.reads[0].emotion for face in faces if face.reads)
        right = said.pop(emotion, 0)
        instead = max((other for other in EMOTIONS if said[other]), key=lambda other: said[other], default=None)
        yield EmotionAccuracy(emotion, len(faces), right, instead, said[instead] if instead else 0)


def _before(face: _Spoken) -> str:
    return face.reads[0].shown if face.reads else UNCERTAIN


def _shifts(spoken: Sequence[_Spoken]) -> Iterable[Shift]:
    before = Counter(_before(face) for face in spoken if face.is_sure)
    after = Counter(face.said for face in spoken)
    return (Shift(emotion, before[emotion], after[emotion]) for emotion in (*EMOTIONS, UNCERTAIN))


def _not_twice(connection: Connection, content_id: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    """A photo whose place another one of the same shot took has the same faces, and no file any more."""
    if not are_any(connection):
        return ()
    content, path, follows = schema.content.c, schema.path.c, schema.succession.c
    tied = content.hash.in_(select(follows.old).union_all(select(follows.new)))
    somewhere = select(path.id).where(path.content_id == content.id).exists()
    return (content_id.not_in(select(content.id).where(tied, ~somewhere)),)


def _waiting(connection: Connection, among: Among) -> tuple[int, int]:
    """How many labels find no face in their photo, and how many find no photo."""
    label, face = schema.label.c, schema.face.c
    rows = connection.execute(
        select(label.id, label.content_id, *(label[side] for side in _SIDES), *(face[side] for side in _SIDES))
        .join_from(schema.label, schema.face, face.content_id == label.content_id, isouter=True)
        .where(*among(label.content_id))
    )
    placed: dict[int, bool] = {}
    absent: set[int] = set()
    for number, content, *sides in rows:
        if content is None:
            absent.add(number)
        elif not placed.get(number):
            placed[number] = sides[4] is not None and Box(*sides[:4]).iou(Box(*sides[4:])) >= SAME_FACE_IOU
    found, lost = words_of_shots(connection)
    placed |= {number: number in found for number in placed.keys() | absent if number in found | lost}
    absent -= placed.keys()
    return sum(not found for found in placed.values()), len(absent)
