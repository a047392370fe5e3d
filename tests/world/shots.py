"""Which pictures show one shot: who followed whom, where its faces went, and which of them stands for another one."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from tests.world.pictures import Facts

Faces = frozenset[str] | None
"""Those that were found in both pictures; None where one is the whole of the other, perhaps turned."""


@dataclass(frozen=True)
class Followed:
    """`new` came into the place of `old`."""

    old: str
    new: str
    faces: Faces


@dataclass(frozen=True)
class Other:
    """A picture of the shot, the faces that could be followed there, and whether it came later all the way."""

    picture: str
    faces: Faces
    is_later: bool


@dataclass
class Shots:
    """All that followed another, the first first."""

    steps: list[Followed] = field(default_factory=list)

    def note(self, old: Facts, new: Facts) -> None:
        """Once for two pictures, whichever came first."""
        pair = {old.picture, new.picture}
        if len(pair) == 2 and not any({step.old, step.new} == pair for step in self.steps):
            faces = None if old.frame == new.frame else frozenset(old.faces) & frozenset(new.faces)
            self.steps.append(Followed(old.picture, new.picture, faces))

    def spoken_of(self, pictures: Collection[str]) -> Shots:
        """Those of shots of which something was said, of any of their pictures."""
        return Shots([step for step in self.steps if any(self.are_one(step.old, one) for one in pictures)])

    def with_earlier(self, earlier: Shots) -> Shots:
        """Together with what was noted elsewhere before; of two pictures that both have, as it is known here."""
        here = [{step.old, step.new} for step in self.steps]
        return Shots([*(step for step in earlier.steps if {step.old, step.new} not in here), *self.steps])

    def others(self, picture: str) -> Iterator[Other]:
        """The nearest first, of equally near ones those that were followed last, later ones before earlier ones."""
        came_later = set(self._later(picture))
        seen, ahead = {picture}, deque([Other(picture, None, True)])
        while ahead:
            here = ahead.popleft()
            later = [(step.new, step.faces) for step in reversed(self.steps) if step.old == here.picture]
            earlier = [(step.old, step.faces) for step in reversed(self.steps) if step.new == here.picture]
            for name, faces in (*later, *earlier):
                if name not in seen:
                    seen.add(name)
                    other = Other(name, common(here.faces, faces), name in came_later)
                    ahead.append(other)
                    yield other

    def _later(self, picture: str) -> list[str]:
        """All that came after it, one after the other; itself where they go round in a circle."""
        found = [picture]
        for here in found:
            found += {step.new for step in self.steps if step.old == here and step.new not in found}
        return found

    def are_one(self, one: str, other: str) -> bool:
        """They show the same shot, as far as is known."""
        return one == other or any(found.picture == other for found in self.others(one))

    def home(self, picture: str, known: Collection[str], pathed: Collection[str], there: Collection[str]) -> str | None:
        """The picture that stands for this one in albums; None where none of the shot is known.

        Itself while it has a file that is there, else the next later one that has; only where it has no file at all any
        more an earlier one. Where none is there, itself while it has a path.
        """
        others = [other for other in self.others(picture) if other.picture in known]
        own = [picture] if picture in known else []
        later = [other.picture for other in others if other.is_later]
        order = [one for one in (*own, *later) if one in there]
        order += [] if picture in pathed else [other.picture for other in others if other.picture in there]
        order += [one for one in (*own, *later) if one in pathed]
        order += [*own, *(other.picture for other in others)]
        return order[0] if order else None


def common(one: Faces, other: Faces) -> Faces:
    """What could be followed through both."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def is_provable(old: Facts, new: Facts) -> bool:
    """That these are one shot: the whole of it, perhaps turned, or a face is in both."""
    return old.shot == new.shot and (old.frame == new.frame or not set(old.faces).isdisjoint(new.faces))


def numbers_after(before: dict[str, int], old: Facts, new: Facts) -> dict[str, int]:
    """Faces that were found again keep their numbers, the others have the next free ones from left to right."""
    kept = {face: before[face] for face in new.faces if face in before and face in old.faces}
    free = max(before.values(), default=0)
    fresh = [face for face in new.faces if face not in kept]
    return kept | {face: free + place for place, face in enumerate(fresh, start=1)}
