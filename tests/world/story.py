"""The story of a seed: so many steps, and the shortest one that still shows a difference."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.world import album_steps, disk_steps, index_steps, person_steps
from tests.world.world import STEPS, WEIGHTS, World

__all__ = ["Failure", "Moment", "shortest", "story", "told"]

MODULES = (album_steps, disk_steps, index_steps, person_steps)
"""What makes the steps known."""


@dataclass(frozen=True)
class Moment:
    """A step and the chance that it has by itself, so that others may be left out."""

    name: str
    chance: str


@dataclass(frozen=True)
class Failure:
    """After so many steps; what was done till then, in words."""

    steps: int
    reason: str
    log: Sequence[str]

    @property
    def kind(self) -> str:
        """Of what sort the difference is."""
        kind, _, rest = self.reason.partition(": ")
        return f"{kind} {rest.partition(' of ')[0]}" if " of " in rest else self.reason[:32]


class _Chance:
    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)

    def below(self, count: int) -> int:
        return self._dice.randrange(count)


def story(seed: int, steps: int) -> list[Moment]:
    """Photos are taken first, then anything may happen."""
    dice = random.Random(seed)
    names = sorted(STEPS)
    beginning = ["take_photo"] * 8 + ["copy_file", "index", "make_album", "label"]
    drawn = dice.choices(names, [WEIGHTS[name] for name in names], k=max(0, steps - len(beginning)))
    return [Moment(name, f"{seed} {number}") for number, name in enumerate([*beginning, *drawn])]


def told(moments: Sequence[Moment], *, compared: str = "each") -> Failure | None:
    """Lives through it; where something is shown otherwise than it should be, or fails, what and when.

    `compared` may be "last": what is shown is looked at after the last step alone, which is sooner done.
    """
    with tempfile.TemporaryDirectory(prefix="world") as folder, World(Path(folder)) as world:
        for number, moment in enumerate(moments, start=1):
            world.is_compared = compared == "each" or number == len(moments)
            try:
                world.do(moment.name, _Chance(moment.chance))
            except Exception as error:
                reason = str(error).replace(folder, "") or repr(error)
                kind = type(error).__name__
                return Failure(number, f"{kind}: {reason}", [line.replace(folder, "") for line in world.log])
    return None


def shortest(moments: Sequence[Moment], *, seconds: float = 60.0) -> tuple[list[Moment], Failure | None]:
    """Leaves out all steps without which there still is such a failure, half of them at a time, then fewer.

    After so long it is as short as it is.
    """
    end = time.monotonic() + seconds
    failure = first = told(moments)
    kept = list(moments[: failure.steps if failure else 0])
    size = len(kept) // 2
    while size:
        place = 0
        while place < len(kept) and time.monotonic() < end:
            tried = kept[:place] + kept[place + size :]
            now = told(tried, compared="last")
            if now is None or now.steps < len(tried) or first is None or now.kind != first.kind:
                place += size
            else:
                kept, failure = tried, now
        size //= 2
    return kept, failure
