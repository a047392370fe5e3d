"""Why a shot is the best of its burst, in words that follow from what it is scored by."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.errors import ImageError
from gallery.faces import Box
from gallery.records import Capture, FaceRecord, PhotoRecord
from gallery.similar.best import RankedBurst, RankedShot
from gallery.similar.series import Series
from gallery.similar.shot_reasons import shot_reasons


def shot(
    *emotions: str,
    happy: float | None = None,
    eyes: float | None = None,
    sharp: float | None = None,
    lost: int = 0,
    word: str | None = None,
    score: float = 0.0,
    problem: ImageError | None = None,
) -> RankedShot:
    faces = [
        FaceRecord(None, number, Box(0, 0, 9, 9), 0.99, emotion, 0.9, {}, "model")
        for number, emotion in enumerate(emotions, start=1)
    ]
    photo = PhotoRecord("/a.jpg", ["/a.jpg"], "0" * 64, 9, 9, Capture(), faces)
    return RankedShot(photo, happy, lost, eyes, sharp, score, problem, word)


def reasons(*shots: RankedShot, series: Series | None = None) -> list[str]:
    return shot_reasons(RankedBurst(shots, series))


def test_one_face_looks_happy_or_not() -> None:
    assert reasons(shot("happy", happy=0.9, score=0.9), shot("sad", happy=0.1, score=0.1)) == [
        "looks happy, happier than in the other",
        "doesn't look happy",
    ]


def test_of_several_faces_is_told_how_many() -> None:
    best, some = shot("happy", "happy", happy=0.8, score=0.8), shot("happy", "sad", happy=0.1)
    assert reasons(best, some, shot("sad", "fear", happy=0.0)) == [
        "everybody looks happy, the least happy face happier than in the others",
        "1 of 2 look happy",
        "nobody looks happy",
    ]


def test_a_face_that_most_show_is_missed() -> None:
    assert reasons(shot("happy", "happy", happy=0.8), shot("happy", happy=0.0, lost=1), shot(lost=2))[1:] == [
        "a face that most others show is missing",
        "2 faces that most others show are missing",
    ]


def test_a_shade_of_a_smile_is_no_reason() -> None:
    best, next_one = shot("happy", happy=0.95, score=1.0), shot("happy", happy=0.9, score=0.96)
    assert reasons(best, next_one) == ["looks happy, hardly better than the next", "looks happy"]


def test_eyes_are_a_guess_and_told_where_they_differ() -> None:
    told = reasons(shot(eyes=0.9, score=1), shot(eyes=0.05), shot(eyes=0.3))
    assert told == ["eyes seem open", "eyes may be shut", ""]
    assert reasons(shot(eyes=0.9, score=1), shot(eyes=0.8)) == ["", ""]


@pytest.mark.parametrize(
    ("sharpness", "told"),
    [
        ((0.4, 0.39), ["", ""]),
        ((0.4, 0.3), ["the sharpest", "a little less sharp"]),
        ((0.4, 0.2), ["the sharpest", "blurred beside the sharpest"]),
        ((0.4, 0.38, 0.2), ["sharp", "sharp", "blurred beside the sharpest"]),
        ((0.0, 0.0), ["", ""]),
        ((None, 0.3), ["", ""]),
    ],
)
def test_sharpness_is_told_beside_the_others(sharpness: tuple[float | None, ...], told: list[str]) -> None:
    shots = [shot(sharp=sharp, score=1.0 - place) for place, sharp in enumerate(sharpness)]
    assert reasons(*shots) == told


def test_what_a_person_said_comes_first() -> None:
    assert reasons(shot("happy", happy=0.9, word="pick"), shot("happy", happy=0.9, word="reject")) == [
        "picked by you, looks happy",
        "rejected by you, looks happy",
    ]


def test_of_a_series_none_is_better() -> None:
    told = "one of a focus stack, which is kept whole"
    assert reasons(shot(sharp=0.4), shot(sharp=0.1), series=Series.FOCUS_STACK) == [told, told]


def test_a_shot_that_cant_be_read_says_so() -> None:
    lost = shot(problem=ImageError(Path("/a.jpg"), "is damaged"))
    assert reasons(shot(sharp=0.4, score=1), lost) == ["", "is damaged"]
