"""What queries mean and which faces they are about, told by a slow and obvious look at the faces of a plain library.

Each term comes with what it means, and with what its opposite means, so that a `not` only swaps the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gallery.emotions import EMOTIONS
from tests.support.plain_library import Face, Photo, newest_first


@dataclass(frozen=True)
class Ask:
    """From which score each emotion is found (None: a person's word alone will do), and whether gone files count."""

    scores: Mapping[str, float | None]
    gone: bool

    def finds(self, face: Face, names: tuple[str, ...] = EMOTIONS) -> bool:
        """Whether this is a face that shows one of the emotions with the score asked for."""
        if not face.counts or face.best[0] not in names:
            return False
        least = self.scores[face.best[0]]
        return face.said is not None if least is None else face.best[1] >= least

    def shows(self, face: Face, names: tuple[str, ...] = EMOTIONS) -> bool:
        """Whether it is shown as one of them: from .5 on, or from what is asked for where that is lower."""
        if not face.counts or face.best[0] not in names:
            return False
        least = self.scores[face.best[0]]
        return face.best[1] >= (0.5 if least is None else min(least, 0.5))


USUAL: Final = dict.fromkeys(EMOTIONS, 0.5)

Places = set[int]
"""Of faces within their photo, the first being 0."""


@dataclass(frozen=True)
class Meaning:
    """`about`: the faces asked for in a photo for which it holds; None where no emotion is asked for."""

    holds: Callable[[Photo, Ask], bool]
    about: Callable[[Photo, Ask], Places | None] = lambda *_: None


@dataclass(frozen=True)
class Said:
    """What is typed, what it means, and what its opposite means."""

    text: str
    yes: Meaning
    no: Meaning


def opposite(said: Said, text: str) -> Said:
    return Said(text, yes=said.no, no=said.yes)


def places(photo: Photo, asked: Callable[[Face], bool]) -> Places:
    return {place for place, face in enumerate(photo.faces) if asked(face)}


def plain(text: str, holds: Callable[[Photo, Ask], bool]) -> Said:
    """Of a term that asks for no emotion."""
    return Said(text, Meaning(holds), Meaning(lambda photo, ask: not holds(photo, ask)))


def about_any(text: str, about: Callable[[Photo, Ask], Places]) -> Said:
    """Of a term that holds where there is such a face."""
    some = Meaning(lambda photo, ask: about(photo, ask) != set(), about)
    return Said(text, some, Meaning(lambda photo, ask: about(photo, ask) == set()))


def emotion(*names: str) -> list[Said]:
    """`emotion:`, `none:`, `all:` and `most:` of these emotions."""

    def about(photo: Photo, ask: Ask) -> Places:
        return places(photo, lambda face: ask.finds(face, names))

    def shown(photo: Photo, ask: Ask) -> int:
        return len(places(photo, lambda face: ask.shows(face, names)))

    def said(word: str, enough: Callable[[int, int], bool]) -> Said:
        """`enough` judges how many faces there are of these emotions, and how many in all."""
        return Said(
            f"{word}:{','.join(names)}",
            Meaning(lambda photo, ask: enough(len(about(photo, ask)), len(photo.counted)), about),
            Meaning(lambda photo, ask: not enough(shown(photo, ask), len(photo.counted))),
        )

    some = said("emotion", lambda these, _: these > 0)
    every = said("all", lambda these, faces: these == faces > 0)
    most = said("most", lambda these, faces: these > faces / 2)
    return [some, opposite(some, f"none:{','.join(names)}"), every, most]


def score(name: str, least: float, most: float) -> Said:
    def about(photo: Photo, _: Ask) -> Places:
        return places(photo, lambda face: face.counts and face.best[0] == name and least <= face.best[1] <= most)

    return about_any(f"{name}:{least}..{most}", about)


def uncertain() -> Said:
    def about(photo: Photo, ask: Ask) -> Places:
        return places(photo, lambda face: face.counts and not ask.shows(face))

    return about_any("is:uncertain", about)


def files(photo: Photo, ask: Ask) -> list[str]:
    return [path for path, exists in photo.files.items() if exists or ask.gone]


def all_of(first: Meaning, second: Meaning) -> Meaning:
    def about(photo: Photo, ask: Ask) -> Places | None:
        found = [places for one in (first, second) if (places := one.about(photo, ask)) is not None]
        return set().union(*found) if found else None

    return Meaning(lambda photo, ask: first.holds(photo, ask) and second.holds(photo, ask), about)


def any_of(first: Meaning, second: Meaning) -> Meaning:
    def about(photo: Photo, ask: Ask) -> Places | None:
        found = [(one, places) for one in (first, second) if (places := one.about(photo, ask)) is not None]
        return set().union(*(places for one, places in found if one.holds(photo, ask))) if found else None

    return Meaning(lambda photo, ask: first.holds(photo, ask) or second.holds(photo, ask), about)


def negated(said: Said, word: str) -> Said:
    return opposite(said, f"{word}({said.text})")


def both(first: Said, second: Said) -> Said:
    return Said(f"({first.text}) ({second.text})", all_of(first.yes, second.yes), any_of(first.no, second.no))


def either(first: Said, second: Said) -> Said:
    return Said(f"({first.text} or {second.text})", any_of(first.yes, second.yes), all_of(first.no, second.no))


def found(meaning: Meaning, ask: Ask, photos: list[Photo]) -> list[Photo]:
    """The photos for which it holds, the newest first."""
    wanted = [photo for photo in photos if not photo.unwanted and (ask.gone or not photo.missing)]
    return newest_first(photo for photo in wanted if meaning.holds(photo, ask))
