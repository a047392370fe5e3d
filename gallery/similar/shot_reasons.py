"""Why a shot of a burst is the best, or isn't: the scores of `gallery.similar.best` in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gallery.similar.best import RankedBurst, RankedShot

_HAPPIER: Final = 0.1
"""By so much the score of its least happy face is above those of all others: less is within what one shot varies by."""
_OPEN, _SHUT = 0.5, 0.1
"""Of the guess from 0, as the middle shut eyes have it, to 1, which three of four open ones reach."""
_AS_SHARP, _BLURRED = 0.9, 0.7
"""Of the sharpest: another exposure or framing takes up to a tenth, a blur of half a pixel of the face a sixth."""
_HARDLY: Final = 0.05
"""Of the score, in which a smile has 1, open eyes 0.2 and sharpness 0.5."""
_SAID: Final = {"pick": "picked by you", "reject": "rejected by you"}


def shot_reasons(burst: RankedBurst) -> list[str]:
    """What speaks for each shot and against it, beside the others: `looks happier than in the others, the sharpest`.

    In the order of `burst.shots`; empty for one of which nothing is to be said.
    """
    shots = burst.shots
    return [", ".join(_reasons(shot, [other for other in shots if other is not shot], burst)) for shot in shots]


def _reasons(shot: RankedShot, others: Sequence[RankedShot], burst: RankedBurst) -> Iterator[str]:
    if shot.word in _SAID:
        yield _SAID[shot.word]
    if burst.series is not None:
        yield f"one of a {burst.series}, which is kept whole"
        return
    yield from _of_faces(shot, others)
    yield from _of_eyes(shot, others)
    yield from _of_sharpness(shot, others)
    if shot.problem is not None:
        yield shot.problem.reason
    elif shot is burst.shots[0] and shot.word is None and _is_close(shot, others):
        yield "hardly better than the next"


def _of_faces(shot: RankedShot, others: Sequence[RankedShot]) -> Iterator[str]:
    faces = shot.photo.faces
    if shot.lost:
        several = f"{shot.lost} faces that most others show are missing"
        yield "a face that most others show is missing" if shot.lost == 1 else several
    elif faces and shot.happy is not None:
        happy = sum(face.emotion == "happy" for face in faces)
        yield _how_many_are_happy(happy, len(faces))
        if all(other.happy is None or shot.happy >= other.happy + _HAPPIER for other in others):
            beside = "the others" if len(others) > 1 else "the other"
            yield f"happier than in {beside}" if len(faces) == 1 else f"the least happy face happier than in {beside}"


def _how_many_are_happy(happy: int, faces: int) -> str:
    if faces == 1:
        return "looks happy" if happy else "doesn't look happy"
    if happy == faces:
        return "everybody looks happy"
    return f"{happy} of {faces} look happy" if happy else "nobody looks happy"


def _of_eyes(shot: RankedShot, others: Sequence[RankedShot]) -> Iterator[str]:
    """A guess, and told as one; open eyes only where another shot hasn't them."""
    if shot.eyes is None:
        return
    if shot.eyes <= _SHUT:
        yield "eyes may be shut"
    elif shot.eyes >= _OPEN and any(other.eyes is not None and other.eyes < _OPEN for other in others):
        yield "eyes seem open"


def _of_sharpness(shot: RankedShot, others: Sequence[RankedShot]) -> Iterator[str]:
    """Nothing where all are as sharp as each other."""
    known = [other.sharpness for other in others if other.sharpness is not None]
    if shot.sharpness is None or not known:
        return
    sharpest = max(shot.sharpness, *known)
    if not sharpest:
        return
    if shot.sharpness < _BLURRED * sharpest:
        yield "blurred beside the sharpest"
    elif shot.sharpness < _AS_SHARP * sharpest:
        yield "a little less sharp"
    elif max(known) < _AS_SHARP * sharpest:
        yield "the sharpest"
    elif min(known) < _AS_SHARP * sharpest:
        yield "sharp"


def _is_close(shot: RankedShot, others: Sequence[RankedShot]) -> bool:
    rivals = [other.score for other in others if other.word is None and (other.happy is None) == (shot.happy is None)]
    return bool(rivals) and shot.score - max(rivals) < _HARDLY
