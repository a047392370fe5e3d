"""What a result may be narrowed by, with counts: emotions, faces, years, albums, cameras, folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gallery.emotions import UNCERTAIN
from gallery.insight.facts import SHOWN, Facts, cameras_like
from gallery.query import terms
from gallery.query.editing import Piece, pieces, with_term, without
from gallery.query.terms import Term

if TYPE_CHECKING:
    from gallery.search.order import Numbers

MOST_CAMERAS: Final = 12

Counted = tuple[str, Term, int]
"""What people call it, the term that asks for it, and how many photos of the result it holds for."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A term that the query has, `is_on`, or may have: `query` is the text without it, or with it besides."""

    label: str
    query: str
    count: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class Facets:
    """Facets of one kind."""

    name: str
    items: tuple[Facet, ...]


def facets(text: str, numbers: Numbers, facts: Facts, shows_album: Callable[[str], bool] | None = None) -> list[Facets]:
    """By what a result may be narrowed, given the query that found it and the numbers of its photos.

    What holds for none of them is left out unless the query has it. `shows_album` says which albums may be named; then
    no folder is.
    """
    result = _Result(facts.known(numbers), facts)
    given = pieces(text)
    groups = {
        "emotion": result.by_emotion(),
        "faces": result.by_faces(),
        "years": result.by_year(),
        "albums": result.by_album(shows_album or (lambda _: True)),
        "cameras": result.by_camera(),
        "folders": result.by_folder() if shows_album is None else (),
    }
    return [Facets(name, tuple(_offered(text, given, items))) for name, items in groups.items()]


def _offered(text: str, given: list[Piece], items: Any) -> Iterator[Facet]:
    for label, term, count in items:
        piece = next((one for one in given if one.term == term), None)
        if piece is not None:
            yield Facet(label, without(text, piece), count, is_on=True)
        elif count:
            yield Facet(label, with_term(text, str(term)), count, is_on=False)


class _Result:
    """A result, and what is known of all photos."""

    def __init__(self, numbers: Numbers, facts: Facts) -> None:
        import numpy as np

        self._numbers, self._facts = numbers, facts
        self._has = np.zeros(len(facts.years), dtype=bool)
        self._has[numbers] = True

    def by_emotion(self) -> Iterator[Counted]:
        shown = self._facts.shown[self._numbers]
        for place, name in enumerate(SHOWN):
            term = terms.Is(name) if name == UNCERTAIN else terms.HasEmotion((name,))
            yield name, term, int((shown[:, place] > 0).sum())

    def by_faces(self) -> Iterator[Counted]:
        faces = self._facts.shown[self._numbers].sum(axis=1)
        for count in range(3):
            yield _faces(count), terms.Faces(count, count), int((faces == count).sum())
        yield "3 faces and more", terms.Faces(3, None), int((faces >= 3).sum())

    def by_year(self) -> Iterator[Counted]:
        import numpy as np

        years, counts = np.unique(self._facts.years[self._numbers], return_counts=True)
        found = dict(zip(years.tolist(), counts.tolist(), strict=True))
        for year in sorted(filter(None, found), reverse=True):
            yield f"{year:04}", terms.Dated("date", f"{year:04}", f"{year:04}"), found[year]
        yield "no date", terms.Not(terms.Has("date")), found.get(0, 0)

    def by_album(self, shows: Callable[[str], bool]) -> Iterator[Counted]:
        for name, numbers in self._facts.albums.items():
            if shows(name):
                yield name, terms.InAlbum(name), self._count(numbers)

    def by_camera(self) -> Iterator[Counted]:
        own = {camera: self._count(numbers) for camera, numbers in self._facts.cameras.items()}
        often = sorted(own, key=lambda camera: (-own[camera], camera))[:MOST_CAMERAS]
        for camera in often:
            found = sum(own[one] for one in cameras_like(list(own), camera))
            yield camera, terms.Says("camera", camera), found

    def by_folder(self) -> Iterator[Counted]:
        for folder, numbers in self._facts.folders.items():
            yield os.path.basename(folder), terms.Path(folder), self._count(numbers)  # noqa: PTH119

    def _count(self, numbers: Numbers) -> int:
        return int(self._has[self._facts.known(numbers)].sum())


def _faces(count: int) -> str:
    return ("no face", "1 face", "2 faces")[count]
