"""What each term of the search language means, as SQL: one entry for each kind of term.

Each condition is true or false, never NULL: under a `not`, NULL would lose the photos of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, Select, and_, cast, func, not_, or_, select, true, union_all

from gallery.db import schema
from gallery.query import terms
from gallery.query.query import Query
from gallery.query.terms import Leaf, Term
from gallery.search import conditions
from gallery.search.conditions import Condition, Conditions, Photo

# Under other names than what is walked; see `conditions`.
_PATH: Final = schema.path.alias()
_PLACE: Final = schema.album_photo.alias()
_LABEL: Final = schema.label.alias()
_CONTENT: Final = schema.content.alias()
_FACE: Final = schema.face.alias()
_PICK: Final = schema.pick.alias()
_LATER: Final = schema.pick.alias()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a term means; of `holds` and `listed` one at least is given.

    `holds`: whether the photo is one. `listed`: the contents for which it holds, some perhaps twice, where a table
    lists just them. `faces`: whether a face is one that the term asks for, where it asks for an emotion.
    """

    holds: Callable[[Any, Photo, Conditions], Condition] | None = None
    listed: Callable[[Any, Conditions], Select[Any]] | None = None
    faces: Callable[[Any, Any, Conditions], Condition] | None = None


def holds(term: Term, photo: Photo, search: Conditions) -> Condition:
    """Whether the term holds for the photo."""
    match term:
        case terms.And(inner):
            return and_(true(), *(holds(one, photo, search) for one in inner))
        case terms.Or(inner):
            return or_(*(holds(one, photo, search) for one in inner))
        case terms.Not(one):
            return not_(holds(one, photo, search.negated()))
        case terms.Path(place) if search.file is not None:
            return conditions.lies_in(search.file, place)
    meant = meaning(term)
    if meant.listed is not None:
        found = meant.listed(term, search)
        return found.where(found.selected_columns[0] == photo.id).exists()
    assert meant.holds is not None, f"{term!r} means nothing"  # noqa: S101
    return meant.holds(term, photo, search)


def met(term: Term, photo: Photo, search: Conditions) -> Condition:
    """Whether the photo is as wanted: the term holds, or within a `not`, doesn't."""
    found = holds(term, photo, search)
    return found if search.wanted else not_(found)


def listed(term: Term, search: Conditions) -> Select[Any] | None:
    """The contents for which the term holds, some perhaps twice, where a table lists just them; else None."""
    if not isinstance(term, Leaf):
        return None
    found = meaning(term).listed
    return None if found is None else found(term, search)


def asked_of(term: Leaf, face: Any, search: Conditions) -> Condition | None:
    """Whether the face is one that the term asks for; None for a term that asks for no emotion."""
    found = meaning(term).faces
    return None if found is None else found(term, face, search)


def meaning(term: Leaf) -> Meaning:
    """The entry for the term. Raises KeyError for one that means nothing, or that expansion should have replaced."""
    match term:
        case terms.Has(what):
            return HAS[what]
        case terms.Is(what):
            return IS[what]
    return MEANING[type(term)]


def _by_face(term: terms.HasEmotion | terms.Score, photo: Photo, search: Conditions) -> Condition:
    return search.has_any_face(photo, lambda face: search.by_face(term, face))


def _one_of(term: terms.AllFaces | terms.MostFaces, face: Any, search: Conditions) -> Condition:
    return search.by_face(terms.HasEmotion(term.emotions), face)


def _all_faces(term: terms.AllFaces, photo: Photo, search: Conditions) -> Condition:
    def verdict(face: Any) -> Condition:
        return and_(func.count() > 0, search.shown_as(face, term.emotions) == func.count())

    return search.judge_faces(photo, verdict)


def _most_faces(term: terms.MostFaces, photo: Photo, search: Conditions) -> Condition:
    return search.judge_faces(photo, lambda face: 2 * search.shown_as(face, term.emotions) > func.count())


def _mixed(_: terms.Mixed, photo: Photo, search: Conditions) -> Condition:
    return search.judge_faces(photo, lambda face: conditions.number_of_emotions(face, search.gate) >= 2)


def _faces(term: terms.Faces, photo: Photo, search: Conditions) -> Condition:
    return conditions.within(search.number_of_faces(photo), term.least, term.most)


def _uncertain(_: terms.Is, photo: Photo, search: Conditions) -> Condition:
    return search.has_face(photo, lambda face: conditions.is_uncertain(face, search.gate))


def _uncertain_face(_: terms.Is, face: Any, search: Conditions) -> Condition:
    return and_(*conditions.is_counted(face, search.gate), conditions.is_uncertain(face, search.gate))


def _between(term: terms.Between, photo: Photo, _: Conditions) -> Condition:
    if term.field == "date":
        return conditions.between(photo.taken_at, term.since, term.until)
    since, until = conditions.instant(term.since), conditions.instant(term.until)
    return conditions.in_row(photo, lambda row: conditions.between(row.added_at, since, until))


def _says(term: terms.Says, photo: Photo, _: Conditions) -> Condition:
    def says(row: Any) -> Condition:
        return conditions.contains(cast(func.coalesce(row[term.field], ""), LargeBinary), term.part)

    return conditions.in_row(photo, says)


def _number(term: terms.Number, photo: Photo, _: Conditions) -> Condition:
    def lies_within(row: Any) -> Condition:
        number: ColumnElement[int] = row[term.field]
        return and_(number.is_not(None), conditions.within(number, term.least, term.most))

    return conditions.in_row(photo, lies_within)


def _has_gps(_: terms.Has, photo: Photo, __: Conditions) -> Condition:
    return conditions.in_row(photo, lambda row: and_(row.latitude.is_not(None), row.longitude.is_not(None)))


def _has_date(_: terms.Has, photo: Photo, __: Conditions) -> Condition:
    return photo.taken_at.is_not(None)  # type: ignore[no-any-return]


def _has_face(_: terms.Has, photo: Photo, search: Conditions) -> Condition:
    return search.has_face(photo, lambda _: true())


def _missing(_: terms.Is, photo: Photo, __: Conditions) -> Condition:
    return not_(conditions.has_file(photo.id))


def _lies_in(term: terms.Path, search: Conditions) -> Select[Any]:
    path = _PATH.c
    found = select(path.content_id).where(conditions.lies_in(path.path, term.place))
    return found.where(path.unwanted.is_(None) if search.gone else path.missing_since.is_(None))


def _in_album(term: terms.InAlbum, _: Conditions) -> Select[Any]:
    within = _PLACE.c
    number = conditions.album_number(term.name).scalar_subquery()
    return select(within.content_id).where(within.album_id == number, within.content_id.is_not(None))


def _corrected(_: terms.Is, __: Conditions) -> Select[Any]:
    """Those of which somebody spoke, and others of the same shot whose faces show it."""
    label, row, face, follows = _LABEL.c, _CONTENT.c, _FACE.c, schema.succession.c
    spoken = select(label.content_id.label("content_id")).where(label.content_id.is_not(None))
    tied = row.hash.in_(select(follows.old).union_all(select(follows.new)))
    shows = select(face.id).where(face.content_id == row.id, face.source == "person").exists()
    found = union_all(spoken, select(row.id).where(tied, shows)).subquery()
    return select(found.c.content_id)


def _picked(term: terms.Is, _: Conditions) -> Select[Any]:
    """The photos of which that is the last word: of two that proved to be one, both words are there."""
    pick, later = _PICK.c, _LATER.c
    is_later = or_(later.said_at > pick.said_at, and_(later.said_at == pick.said_at, later.id > pick.id))
    is_last = ~select(later.id).where(later.content_id == pick.content_id, is_later).exists()
    word = "pick" if term.what == "picked" else "reject"
    return select(pick.content_id).where(pick.word == word, pick.content_id.is_not(None), is_last)


def _odd(_: terms.Is, __: Conditions) -> Select[Any]:
    row = _CONTENT.c
    return select(row.id).where(row.odd.is_not(None))


def _sideways(_: terms.Is, __: Conditions) -> Select[Any]:
    """Those that the program would ask about."""
    row, said = _CONTENT.c, select(schema.turned.c.content_id).where(schema.turned.c.content_id.is_not(None))
    return select(row.id).where(row.lies.is_not(None), row.id.not_in(said))


def _among(term: terms.Among, photo: Photo, search: Conditions) -> Condition:
    found = photo.id.in_(term.statement)
    named = term.query
    if search.file is None or not isinstance(named, Query) or named.where is None:
        return found
    return and_(found, holds(named.where, photo, search))


HAS: Final[Mapping[str, Meaning]] = {"gps": Meaning(_has_gps), "face": Meaning(_has_face), "date": Meaning(_has_date)}
"""What may stand after `has:`."""

IS: Final[Mapping[str, Meaning]] = {
    "uncertain": Meaning(_uncertain, faces=_uncertain_face),
    "corrected": Meaning(listed=_corrected),
    "picked": Meaning(listed=_picked),
    "rejected-shot": Meaning(listed=_picked),
    "sideways": Meaning(listed=_sideways),
    "odd": Meaning(listed=_odd),
    "missing": Meaning(_missing),
}
"""What may stand after `is:`."""

MEANING: Final[Mapping[type[Leaf], Meaning]] = {
    terms.HasEmotion: Meaning(_by_face, faces=lambda term, face, search: search.by_face(term, face)),
    terms.Score: Meaning(_by_face, faces=lambda term, face, search: search.by_face(term, face)),
    terms.AllFaces: Meaning(_all_faces, faces=_one_of),
    terms.MostFaces: Meaning(_most_faces, faces=_one_of),
    terms.Mixed: Meaning(_mixed),
    terms.Faces: Meaning(_faces),
    terms.Between: Meaning(_between),
    terms.Says: Meaning(_says),
    terms.Number: Meaning(_number),
    terms.Path: Meaning(listed=_lies_in),
    terms.InAlbum: Meaning(listed=_in_album),
    terms.Among: Meaning(_among),
}
"""By kind of term. Those that name others, or days such as `-3w`, are replaced before: see `expansion`."""
