"""What lies in the folders of the tour: who was where, when, and how they looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.tour.photographs import Cut

Size = tuple[int, int]
WIDE, HIGH, SQUARE, PANORAMA = (1200, 800), (800, 1000), (900, 900), (1500, 640)


@dataclass(frozen=True)
class View:
    """A landscape."""

    place: str
    light: str
    seed: int
    size: Size = WIDE


@dataclass(frozen=True)
class Group:
    """People before a landscape, with what they show; of a burst one shot a dictionary, seconds apart."""

    shots: tuple[Mapping[str, str], ...]
    place: str
    light: str
    seed: int
    size: Size = WIDE


def group(place: str, light: str, seed: int, size: Size = WIDE, **feelings: str) -> Group:
    """One photo of these people."""
    return Group((feelings,), place, light, seed, size)


@dataclass(frozen=True)
class Story:
    """The photos of one day, half an hour apart."""

    folder: str
    day: str
    photos: tuple[View | Group | Cut, ...]
    camera: tuple[str, str] = ("Canon", "Canon EOS 90D")
    place: tuple[float, float] | None = None


PHONE = ("Google", "Pixel 8")
BERGEN, CAPE, LAKE, SEA = (60.39, 5.32), (28.57, -80.65), (46.42, 6.27), (54.18, 7.89)

PICNIC = Group(
    (
        {"ana": "happy", "ben": "asleep", "mia": "happy", "tom": "neutral"},
        {"ana": "happy", "ben": "happy", "mia": "happy", "tom": "happy"},
        {"ana": "neutral", "ben": "happy", "mia": "surprise", "tom": "happy"},
        {"ana": "happy", "ben": "happy", "mia": "asleep", "tom": "sad"},
    ),
    *("meadow", "noon", 61),
)
CAKE = Group(
    (
        {"ida": "happy", "mia": "asleep"},
        {"ida": "happy", "mia": "happy"},
        {"ida": "neutral", "mia": "surprise"},
    ),
    *("town", "evening", 62),
)
FRIENDS = Group(
    ({"leo": "happy", "noor": "neutral"}, {"leo": "happy", "noor": "happy"}),
    *("sea", "evening", 63),
)

EVERY_DAY = (
    *(("2025-01-05", "ana", "happy"), ("2025-01-19", "tom", "happy"), ("2025-02-02", "ben", "neutral")),
    *(("2025-02-23", "mia", "surprise"), ("2025-04-06", "ida", "happy"), ("2025-04-21", "otto", "neutral")),
    *(("2025-05-11", "noor", "happy"), ("2025-05-29", "leo", "happy"), ("2025-06-14", "tom", "sad")),
    *(("2025-07-05", "ana", "happy"), ("2025-08-17", "mia", "happy"), ("2025-09-07", "ben", "happy")),
    *(("2025-09-27", "ida", "surprise"), ("2025-10-12", "leo", "neutral"), ("2025-11-02", "noor", "happy")),
    *(("2025-12-06", "mia", "angry"), ("2025-12-24", "tom", "surprise"), ("2025-12-25", "otto", "happy")),
    *(("2026-01-11", "ana", "neutral"), ("2026-01-25", "ben", "sad"), ("2026-02-14", "leo", "happy")),
    *(("2026-03-01", "tom", "happy"), ("2026-03-15", "noor", "neutral"), ("2026-04-05", "mia", "happy")),
    *(("2026-04-19", "ida", "happy"), ("2026-06-07", "otto", "happy"), ("2026-06-21", "ben", "fear")),
    *(("2026-07-12", "ana", "happy"),),
)
"""A portrait now and then: when, of whom, and with what in the face."""

LIGHTS = ("morning", "noon", "evening", "autumn", "winter", "night")
PLACES = ("meadow", "lake", "mountains", "town", "sea", "balloons")


def _everyday() -> tuple[Story, ...]:
    """One photo a day, before places that change."""
    return tuple(
        Story(
            f"{day[:4]} Every day",
            day,
            (
                group(
                    PLACES[number % 6],
                    LIGHTS[number % 5],
                    200 + number,
                    (HIGH, SQUARE, WIDE)[number % 3],
                    **{who: feeling},
                ),
            ),
            PHONE,
        )
        for number, (day, who, feeling) in enumerate(EVERY_DAY)
    )


STORIES = (
    *_everyday(),
    Story(
        *("2019 Norway", "2019-07-12"),
        (
            View("mountains", "morning", 0),
            View("lake", "noon", 3),
            group("lake", "noon", 3, ana="happy", ben="happy"),
            View("mountains", "noon", 21, HIGH),
            View("sea", "noon", 22, PANORAMA),
        ),
        place=BERGEN,
    ),
    Story(
        *("2019 Norway", "2019-07-14"),
        (
            View("sea", "evening", 6),
            group("sea", "evening", 6, HIGH, ana="neutral"),
            View("lake", "evening", 24),
            group("mountains", "morning", 25, ben="surprise", ana="happy"),
        ),
        place=BERGEN,
    ),
    Story(
        *("2019 Norway", "2019-07-15"),
        (View("mountains", "evening", 1), View("lake", "night", 5, HIGH), View("meadow", "noon", 27)),
        place=BERGEN,
    ),
    Story(
        *("2020 Winter", "2020-12-26"),
        (
            View("mountains", "winter", 2),
            group("mountains", "winter", 4, ida="happy", otto="sad"),
            View("lake", "winter", 31, PANORAMA),
            group("lake", "winter", 31, HIGH, otto="neutral"),
            Cut("cat", (0, 0, 1, 1)),
            Cut("cat", (0.1, 0, 0.85, 0.9), warmth=0.06),
        ),
    ),
    Story(
        *("2021 Balloons", "2021-09-18"),
        (
            View("balloons", "morning", 17),
            View("balloons", "noon", 16, HIGH),
            group("balloons", "noon", 16, mia="surprise", tom="happy"),
            View("balloons", "autumn", 34),
            group("balloons", "autumn", 34, ana="happy", ben="neutral", ida="happy"),
            View("balloons", "evening", 36, PANORAMA),
            group("balloons", "evening", 36, HIGH, tom="fear"),
        ),
    ),
    Story(
        *("2022 By the sea", "2022-08-06"),
        (
            View("sea", "noon", 41),
            group("sea", "noon", 41, noor="happy", leo="happy"),
            View("sea", "morning", 42, PANORAMA),
            FRIENDS,
            View("sea", "evening", 44, HIGH),
        ),
        PHONE,
        SEA,
    ),
    Story(
        *("2022 By the sea", "2022-08-07"),
        (View("sea", "night", 45), group("sea", "morning", 42, HIGH, leo="neutral"), View("meadow", "evening", 46)),
        PHONE,
        SEA,
    ),
    Story(
        *("2023 Launch", "2023-02-11"),
        (
            Cut("rocket"),
            Cut("astronaut", (0.05, 0, 0.85, 0.6), warmth=0.05),
            Cut("hopper", (0.15, 0, 0.9, 0.55), warmth=0.04),
            Cut("stars", (0.2, 0.2, 0.6, 0.8), light=1.2),
            Cut("astronaut", (0.1, 0, 0.75, 0.5), grey=True),
        ),
        place=CAPE,
    ),
    Story(
        *("2026 Cape Canaveral", "2026-08-15"),
        (
            Cut("astronaut"),
            Cut("camera", (0, 0.02, 1, 0.72), grey=True),
            Cut("rocket", (0, 0.2, 1, 1), light=1.1),
            Cut("hopper", (0, 0, 1, 0.84)),
            Cut("stars", (0, 0, 1, 0.7)),
        ),
        place=CAPE,
    ),
    Story(
        *("2024 Birthday", "2024-05-04"),
        (
            Cut("coffee", (0, 0, 1, 1), warmth=0.03),
            CAKE,
            group("town", "noon", 51, ana="happy", ida="happy", otto="happy", mia="happy"),
            group("meadow", "noon", 52, HIGH, mia="disgust"),
            group("meadow", "noon", 53, tom="angry", mia="sad"),
            View("town", "evening", 54),
            Cut("coffee", (0.15, 0, 0.85, 0.95), light=0.95, mirrored=True),
        ),
        PHONE,
    ),
    Story(
        *("2023 Autumn", "2023-10-20"),
        (
            View("mountains", "autumn", 55),
            View("lake", "autumn", 4),
            group("lake", "autumn", 4, ben="neutral", tom="happy"),
            View("meadow", "autumn", 57, PANORAMA),
            Cut("cat", (0, 0, 0.8, 1), mirrored=True, warmth=0.03),
        ),
    ),
    Story(
        *("2025 Town at night", "2025-03-15"),
        (
            View("town", "night", 10),
            group("town", "night", 6, noor="surprise", leo="happy"),
            View("town", "evening", 71, HIGH),
            group("town", "night", 72, HIGH, leo="angry"),
            group("town", "evening", 73, ana="sad", ben="fear", noor="neutral"),
            View("town", "night", 74, PANORAMA),
        ),
        PHONE,
    ),
    Story(
        *("2026 Picnic", "2026-05-23"),
        (
            View("meadow", "morning", 81),
            PICNIC,
            group("meadow", "noon", 61, mia="happy", tom="happy"),
            View("meadow", "noon", 83, PANORAMA),
            group("lake", "noon", 84, HIGH, otto="happy"),
            Cut("coffee", (0, 0.1, 0.8, 1), warmth=-0.03),
            group("lake", "noon", 86, ida="surprise", otto="neutral"),
        ),
        place=LAKE,
    ),
    Story(
        *("2026 Lake", "2026-07-31"),
        (
            View("lake", "morning", 91),
            group("lake", "morning", 2, ana="happy", ben="happy", mia="happy", tom="surprise"),
            View("lake", "noon", 93, HIGH),
            group("lake", "noon", 93, ben="disgust", ana="happy"),
            View("balloons", "morning", 94),
            group("mountains", "evening", 95, HIGH, ana="happy"),
            View("lake", "evening", 96, PANORAMA),
        ),
        place=LAKE,
    ),
    Story(
        *("2026 Lake", "2026-08-01"),
        (
            View("mountains", "evening", 97),
            group("mountains", "evening", 97, noor="happy", leo="neutral", ana="happy"),
            View("lake", "night", 98),
            group("meadow", "evening", 99, tom="happy"),
        ),
        place=LAKE,
    ),
)
