"""What would change if another model spoke: from the scores of both that are stored, without opening a photo."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, FromClause, LargeBinary, and_, func, select, type_coerce

from gallery.db import schema
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.errors import UsageError
from gallery.query.query import Query
from gallery.records import ModelInfo
from gallery.search.chosen import chosen
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.checkpoints import find_model, read_card

MOST_TOLD: Final = 10
_SHORTEST_ID: Final = 6
_TWO_SIDED_95: Final = 1.96
_NAMES: Final = (*EMOTIONS, UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Change:
    """So many faces, and photos with such a face, that the first model shows as `before` and the second as `after`."""

    before: str
    after: str
    faces: int
    photos: int


@dataclass(frozen=True, slots=True)
class ChangedFace:
    """A face that the models show as different emotions, with the probability each gives to its own."""

    path: str
    number: int
    before: str
    before_score: float
    after: str
    after_score: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """How both did on the `judged` faces of which a person said what they show.

    `low` and `high` bound the gain of the second in the share of right answers, with 95 % confidence.
    """

    judged: int
    right_before: int
    right_after: int
    low: float
    high: float

    @classmethod
    def of(cls, both: int, first: int, second: int, neither: int) -> Verdict:
        """Of how many faces both, only the first, only the second and neither was right about.

        The interval is Wald's for paired shares, each count raised by a half (Agresti and Min 2005, "Simple improved
        confidence intervals for comparing matched proportions").
        """
        judged = both + first + second + neither
        lost, won, count = first + 0.5, second + 0.5, judged + 2
        gain = (won - lost) / count
        reach = _TWO_SIDED_95 * math.sqrt(won + lost - (won - lost) ** 2 / count) / count
        return cls(judged, both + first, both + second, max(gain - reach, -1.0), min(gain + reach, 1.0))


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """Two models side by side on the faces that count and that both have read; a person's words stand in both.

    `unread_before` and `unread_after` are the faces that only the other one has read. `changes` come by their number of
    faces, `telling` are those on which the models differ most, one a photo; `verdict` is None where no person spoke.
    """

    before: ModelInfo
    after: ModelInfo
    faces: int
    unread_before: int
    unread_after: int
    changed_faces: int
    changed_photos: int
    changes: tuple[Change, ...]
    telling: tuple[ChangedFace, ...]
    verdict: Verdict | None

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        models = {name: {"id": one.id, "name": one.name} for name, one in (("a", self.before), ("b", self.after))}
        return {
            **models,
            "faces": self.faces,
            "unread": {"a": self.unread_before, "b": self.unread_after},
            "changed": {"faces": self.changed_faces, "photos": self.changed_photos},
            "changes": [asdict(change) for change in self.changes],
            "telling": [asdict(face) for face in self.telling],
            "judged": asdict(self.verdict) if self.verdict else None,
        }


def model_diff(
    store: Store,
    before: str,
    after: str,
    query: Query | None = None,
    settings: Settings | None = None,
    *,
    most: int = MOST_TOLD,
) -> ModelDiff:
    """What changes on the photos that match, on all without a query, if the model `after` speaks in place of `before`.

    Each is named as `find_model` has it, or by its name or the beginning of its id in the database; a face is shown as
    its best emotion where that reaches `min_score`, else as uncertain. Raises UsageError for a model that has read no
    face here, with the command that makes it read them.
    """
    settings = settings or Settings()
    first, second = (_known(store, name) for name in (before, after))
    if first.id == second.id:
        raise UsageError(f"{before} and {after} are the same model")
    with store.read() as connection:
        faces = _Faces(connection, first, second, query or Query(), settings)
        telling = _telling(connection, faces, most)
    return ModelDiff(
        first,
        second,
        len(faces.contents),
        faces.unread_first,
        faces.unread_second,
        int(faces.changed.sum()),
        len(np.unique(faces.contents[faces.changed])),
        _changes(faces),
        telling,
        faces.verdict(),
    )


def _known(store: Store, name: str) -> ModelInfo:
    """The model of the database that is meant."""
    known = [ModelInfo(model.id, model.name) for model in store.models() if model.predictions]
    try:
        digest: str | None = read_card(find_model(name)).model_id()
    except UsageError:
        digest = None
    found = [model for model in known if model.id == digest]
    if digest is None:
        is_id = len(name) >= _SHORTEST_ID
        found = [model for model in known if model.name == name or (is_id and model.id.startswith(name))]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} models here are called {name}; give one's id: {_listed(found)}")
    if digest is not None:
        raise UsageError(f"{name} has read no face here; `gallery rescore --model {name}` has it read them")
    raise UsageError(f"no model {name!r} has read faces here; those that have: {_listed(known) or 'none'}")


def _listed(models: Sequence[ModelInfo]) -> str:
    return ", ".join(f"{model.name} ({model.id[:12]})" for model in models)


class _Faces:
    """The faces that both have read, as arrays with a place for each: what the models and people say of it."""

    def __init__(
        self, connection: Connection, first: ModelInfo, second: ModelInfo, query: Query, settings: Settings
    ) -> None:
        rows = _rows(connection, first, second, query, settings)
        both = [row for row in rows if row[-1] is not None and row[-2] is not None]
        self.unread_first = sum(row[-2] is None for row in rows)
        self.unread_second = sum(row[-1] is None for row in rows)
        self.numbers = np.array([row.id for row in both], dtype=np.int64)
        self.contents = np.array([row.content_id for row in both], dtype=np.int64)
        self.said = np.array([_NAMES.index(row.emotion) if _is_said(row) else -1 for row in both], dtype=np.int64)
        self.first, self.second = _scores([row[-2] for row in both]), _scores([row[-1] for row in both])
        self.before, self.after = (_shown(scores, settings.min_score) for scores in (self.first, self.second))
        self.changed = (self.before != self.after) & (self.said < 0)

    def verdict(self) -> Verdict | None:
        """By their best scores, however low."""
        judged = self.said >= 0
        if not judged.any():
            return None
        first, second = (scores[judged].argmax(1) == self.said[judged] for scores in (self.first, self.second))
        counts = (first & second, first & ~second, ~first & second, ~first & ~second)
        return Verdict.of(*(int(rows.sum()) for rows in counts))


def _rows(
    connection: Connection, first: ModelInfo, second: ModelInfo, query: Query, settings: Settings
) -> Sequence[Any]:
    face, model = schema.face.c, schema.model.c
    joined: FromClause = schema.face
    said = []
    for record in (first, second):
        number = select(model.id).where(model.digest == record.id).scalar_subquery()
        table = schema.prediction.alias()
        joined = joined.outerjoin(table, and_(table.c.face_id == face.id, table.c.model_id == number))
        said.append(table.c.scores)
    columns = select(face.id, face.content_id, face.emotion, face.source, *(type_coerce(s, LargeBinary) for s in said))
    counts = (face.confidence >= settings.min_confidence) | (face.source == "person")
    among = chosen(connection, query, settings)(face.content_id)
    read = (said[0].is_not(None) | said[1].is_not(None), face.rejected.is_(False), counts)
    return connection.execute(columns.select_from(joined).where(*read, *among).order_by(face.id)).all()


def _is_said(row: Any) -> bool:
    return bool(row.source == "person" and row.emotion is not None)


def _scores(stored: Sequence[bytes]) -> np.ndarray:
    """float64 [N, 7]."""
    return np.frombuffer(b"".join(stored), dtype="<f8").reshape(-1, len(EMOTIONS))


def _shown(scores: np.ndarray, min_score: float) -> np.ndarray:
    """Places in _NAMES, int64 [N]."""
    best: np.ndarray = np.where(scores.max(1, initial=0) >= min_score, scores.argmax(1), len(EMOTIONS))
    return best


def _changes(faces: _Faces) -> tuple[Change, ...]:
    counts: Counter[tuple[int, int]] = Counter()
    photos: dict[tuple[int, int], set[int]] = {}
    rows = faces.changed.nonzero()[0]
    for before, after, content in zip(faces.before[rows], faces.after[rows], faces.contents[rows], strict=True):
        pair = int(before), int(after)
        counts[pair] += 1
        photos.setdefault(pair, set()).add(int(content))
    ordered = sorted(counts, key=lambda pair: (-counts[pair], pair))
    return tuple(Change(_NAMES[a], _NAMES[b], counts[a, b], len(photos[a, b])) for a, b in ordered)


def _telling(connection: Connection, faces: _Faces, most: int) -> tuple[ChangedFace, ...]:
    """By how much each model prefers its own best emotion to the other's, both together."""
    rows = faces.changed.nonzero()[0]
    old, new = faces.first[rows].argmax(1), faces.second[rows].argmax(1)
    apart = faces.first[rows, old] - faces.first[rows, new] + faces.second[rows, new] - faces.second[rows, old]
    rows = rows[np.lexsort((faces.numbers[rows], -apart))]
    one_a_photo = list(dict.fromkeys(faces.contents[rows].tolist()))[:most]
    first_row = {int(faces.contents[row]): int(row) for row in rows[::-1]}
    told = [first_row[content] for content in one_a_photo]
    places = _places(connection, [int(faces.numbers[row]) for row in told])
    return tuple(_told(faces, row, *places[int(faces.numbers[row])]) for row in told)


def _places(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, int]]:
    """For each face a path of its photo, and what it is called there."""
    face, path = schema.face.c, schema.path.c
    rows = connection.execute(
        select(face.id, func.coalesce(func.min(path.path), schema.content.c.former_path, ""), face.number)
        .join_from(schema.face, schema.content)
        .outerjoin(schema.path, path.content_id == face.content_id)
        .where(face.id.in_(numbers))
        .group_by(face.id, schema.content.c.id)
    )
    return {number: (where, name) for number, where, name in rows}


def _told(faces: _Faces, row: int, path: str, number: int) -> ChangedFace:
    before, after = (_NAMES[int(shown[row])] for shown in (faces.before, faces.after))
    return ChangedFace(path, number, before, float(faces.first[row].max()), after, float(faces.second[row].max()))
