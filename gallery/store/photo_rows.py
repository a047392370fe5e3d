"""Turns the rows of photos into the records that leave the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, select

from gallery.db import schema
from gallery.db.columns import DamagedValueError
from gallery.db.keyed import chunked
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.faces import Box
from gallery.records import Capture, FaceRecord, PhotoRecord, was_at
from gallery.search.conditions import is_counted
from gallery.search.copies import ALL_HOLDS, Copies
from gallery.search.matches import Gate
from gallery.search.other_names import OtherNames
from gallery.store import versions
from gallery.store.not_indexed import not_indexed
from gallery.store.picks import words_on
from gallery.store.shown import scores_by_face
from gallery.store.turned import turns_said


class Files(NamedTuple):
    """The files of a photo: those that exist; where none does, those `unwanted`, for this reason, or those that did.

    `matched`: where a search speaks of paths, the files that it means; they come first.
    """

    paths: tuple[str, ...]
    missing: bool
    matched: tuple[str, ...] | None = None
    replaced: bool = False
    unwanted: str | None = None

    @property
    def told(self) -> str:
        """The first path as it is told to people, who take a path for that of this photo."""
        return was_at(self.paths[0]) if self.replaced else self.paths[0]


def records(
    connection: Connection, content_ids: Sequence[int], gate: Gate, copies: Copies | None = None
) -> list[PhotoRecord]:
    """The photos in the order of `content_ids`; the faces of each in the order of their numbers.

    With `copies` the files that a search means come first.
    """
    try:
        return [record for chunk in chunked(content_ids) for record in _records(connection, chunk, gate, copies)]
    except (TypeError, ValueError) as error:
        raise DamagedValueError(f"a photo in the database can't be read: {error}") from error


def photo_at(connection: Connection, file: str, gate: Gate) -> PhotoRecord:
    """The photo in this file; its `path` is this file if it exists, as it is known. Raises NotIndexedError."""
    number = _content_at(connection, file)
    if number is None:
        file, number = _by_its_other_name(connection, file)
    record = records(connection, [number], gate)[0]
    if file not in record.paths:
        return record
    paths = (file, *(other for other in record.paths if other != file))
    digest = record.hash_of(file)
    hashes = tuple(map(record.hash_of, paths)) if record.hashes else ()
    said = dict(zip(record.paths, record.captures, strict=False))
    captures = tuple(said[path] for path in paths) if said else ()
    first = "" if digest == record.key else record.key
    return replace(record, path=file, paths=paths, hash=digest, hashes=hashes, first_hash=first, captures=captures)


def number_at(connection: Connection, file: str) -> int:
    """The number of the photo in this file, by whatever path leads to it. Raises NotIndexedError."""
    number = _content_at(connection, file)
    return _by_its_other_name(connection, file)[1] if number is None else number


def contents_at(connection: Connection, paths: Sequence[str]) -> dict[str, int]:
    """The numbers of the photos in these files. Raises NotIndexedError for the first that isn't known."""
    path = schema.path.c
    found: dict[str, int] = {}
    for chunk in chunked(paths):
        found |= dict(connection.execute(select(path.path, path.content_id).where(path.path.in_(chunk))).all())
    names = OtherNames(connection)
    for file in (file for file in paths if file not in found):
        found[file] = _by_its_other_name(connection, file, names)[1]
    return found


def _content_at(connection: Connection, file: str) -> int | None:
    path = schema.path.c
    number: int | None = connection.execute(select(path.content_id).where(path.path == file)).scalar()
    return number


def _by_its_other_name(connection: Connection, file: str, names: OtherNames | None = None) -> tuple[str, int]:
    names = names or OtherNames(connection)
    known = names.file(file)
    number = None if known is None else _content_at(connection, known)
    if known is None or number is None:
        raise not_indexed(connection, file, names)
    return known, number


def files(connection: Connection, content_ids: Sequence[int], copies: Copies | None = None) -> Iterator[Files]:
    """The files of each photo, in the order of the numbers; with `copies` those that a search means first."""
    for chunk in chunked(content_ids):
        found = _files(connection, chunk, copies)
        yield from (found[number] for number in chunk)


def _files(connection: Connection, content_ids: Sequence[int], copies: Copies | None) -> dict[int, Files]:
    path = schema.path.c
    columns = select(path.content_id, path.path, path.missing_since.is_not(None), path.unwanted)
    present: defaultdict[int, list[str]] = defaultdict(list)
    unwanted: defaultdict[int, dict[str, str]] = defaultdict(dict)
    gone: defaultdict[int, list[str]] = defaultdict(list)
    for number, file, missing, why in connection.execute(
        columns.where(path.content_id.in_(content_ids)).order_by(path.path)
    ):
        if why is None:
            (gone if missing else present)[number].append(file)
        else:
            unwanted[number][file] = why
    nameless = {number for number in content_ids if not any(number in files for files in (present, unwanted, gone))}
    for number, file in _former_paths(connection, nameless):
        gone[number].append(file or "")
    found = {number: _told(present[number], unwanted[number], gone[number]) for number in content_ids}
    found |= {number: found[number]._replace(replaced=True) for number in nameless}
    return _best_first(connection, found, copies) if copies else found


def _told(present: Sequence[str], unwanted: Mapping[str, str], gone: Sequence[str]) -> Files:
    if not present and unwanted:
        return Files(tuple(unwanted), missing=False, unwanted=next(iter(unwanted.values())))
    return Files(tuple(present or gone), missing=not present)


def _best_first(connection: Connection, found: dict[int, Files], copies: Copies) -> dict[int, Files]:
    found = {number: photo._replace(matched=photo.paths) for number, photo in found.items()}
    # Most photos have one file, of which nothing has to be asked.
    several = [number for number, photo in found.items() if len(photo.paths) > 1]
    ranks = copies.ranks(connection, several) if several else {}
    return found | {number: _ordered(found[number], ranks) for number in several}


def _ordered(photo: Files, ranks: Mapping[str, int]) -> Files:
    ordered = tuple(sorted(photo.paths, key=lambda path: -ranks[path]))
    least = min(ranks[ordered[0]], ALL_HOLDS)
    return photo._replace(paths=ordered, matched=tuple(path for path in ordered if ranks[path] >= least))


def _former_paths(connection: Connection, content_ids: Collection[int]) -> Sequence[Any]:
    if not content_ids:
        return ()
    content = schema.content.c
    return connection.execute(select(content.id, content.former_path).where(content.id.in_(content_ids))).all()


def _records(
    connection: Connection, content_ids: Sequence[int], gate: Gate, copies: Copies | None
) -> Iterator[PhotoRecord]:
    content = schema.content
    rows = connection.execute(select(content).where(content.c.id.in_(content_ids))).all()
    photos = {row.id: row for row in rows}
    where = _files(connection, content_ids, copies)
    faces = _faces(connection, content_ids, gate)
    others = versions.hashes_at_paths(connection, content_ids)
    words = words_on(connection, content_ids)
    hashes_of = {number: _hashes(where[number], row.hash, others) for number, row in photos.items()}
    differing = [number for number, hashes in hashes_of.items() if len(set(hashes)) > 1]
    said = _captures(connection, differing) if differing else {}
    turns = turns_said(connection, content_ids)
    for number in content_ids:
        row, found, hashes = photos[number], where[number], hashes_of[number]
        shown = Capture(*_CAPTURED(row))
        yield PhotoRecord(
            path=found.paths[0],
            paths=found.paths,
            hash=hashes[0],
            width=row.width,
            height=row.height,
            capture=shown,
            faces=tuple(faces[number]),
            missing=found.missing,
            matched=found.matched,
            unwanted=found.unwanted,
            replaced=found.replaced,
            hashes=hashes if number in differing else (),
            captures=[said.get(digest, shown) for digest in hashes] if number in differing else (),
            first_hash=row.hash if hashes[0] != row.hash else "",
            word=words.get(number),
            lies=None if number in turns else row.lies,
            turn=turns.get(number, 1),
        )


_CAPTURED: Final = attrgetter(*(field.name for field in fields(Capture)))
"""Of a row of `content` or `version`."""


def _hashes(found: Files, own: str, others: Mapping[str, str]) -> list[str]:
    """Of the bytes in each file; at a former path those of the photo that is there now aren't meant."""
    return [own if found.replaced else others.get(path, own) for path in found.paths]


def _captures(connection: Connection, content_ids: Sequence[int]) -> dict[str, Capture]:
    """What each version of these photos says of itself, by the hash of its bytes."""
    version = schema.version
    rows = connection.execute(select(version).where(version.c.content_id.in_(content_ids)))
    return {row.hash: Capture(*_CAPTURED(row)) for row in rows}


def _faces(connection: Connection, content_ids: Sequence[int], gate: Gate) -> defaultdict[int, list[FaceRecord]]:
    face, said, model = schema.face.c, schema.prediction.c, schema.model.c
    current = select(model.id).where(model.is_current).limit(1).scalar_subquery()
    found = (face.number, face.confidence, face.landmarks, face.left, face.top, face.right, face.bottom)
    shown = (face.emotion, face.score, face.source)
    rows = connection.execute(
        # The time comes last and is in no record: a damaged one is noticed when it is read.
        select(face.content_id, face.id, said.scores, *found, *shown, face.taken_at)
        .join_from(
            schema.face, schema.prediction, and_(said.face_id == face.id, said.model_id == current), isouter=True
        )
        .where(face.content_id.in_(content_ids), *is_counted(face, gate))
        .order_by(face.content_id, face.number)
    ).all()
    unseen = [face_id for _, face_id, scores, *_ in rows if scores is None]
    others = {
        face_id: scores for chunk in chunked(unseen) for face_id, scores in scores_by_face(connection, chunk).items()
    }
    faces: defaultdict[int, list[FaceRecord]] = defaultdict(list)
    for content_id, face_id, scores, *rest in rows:
        faces[content_id].append(_face(face_id, scores or others.get(face_id, ()), rest, gate))
    return faces


def _face(face_id: int, scores: tuple[float, ...], row: Sequence[Any], gate: Gate) -> FaceRecord:
    number, confidence, landmarks, left, top, right, bottom, emotion, score, source, _ = row
    return FaceRecord(
        id=face_id,
        number=number,
        box=Box(left, top, right, bottom),
        confidence=confidence,
        emotion=emotion if gate.shows(emotion, score) else UNCERTAIN,
        score=score or 0.0,
        scores=dict(zip(EMOTIONS, scores, strict=False)),
        source=source or "model",
        landmarks=landmarks,
    )
