"""Generated queries find what a slow and obvious look at each photo finds.

Each generated query comes with the condition that it means, written down here from what `gallery fields` says. The
library is drawn at random, from a fixed seed.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gallery.emotions import EMOTIONS
from gallery.query.fields import FIELDS, HAS, IS
from gallery.query.query import Query
from gallery.search import counting, matches
from gallery.search.chosen import copies_meant
from gallery.settings import Settings
from gallery.store import photo_rows
from tests.support.plain_library import HOURS_EAST, Face, Photo, library, save

NOW = datetime(2024, 3, 31, 12)
PHOTOS = 60

Holds = Callable[[Photo, bool], bool]
"""Whether a condition holds for a photo; the other value: files that are gone count as files."""
Said = tuple[str, Holds]
"""A query and what it means."""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Connection, list[Photo]]]:
    """The library, on a computer east of Greenwich, with smart albums and saved queries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", f"EAST-{HOURS_EAST}")
        time.tzset()
        store, photos = library(tmp_path_factory.mktemp("library"), PHOTOS, seed=5)
        for kind, name, text, _ in KEPT:
            save(store, kind, name, text)
        with store, store.read() as connection:
            yield connection, photos
    time.tzset()


def faces_shown(photo: Photo) -> list[str]:
    return [one.shown for one in photo.counted]


def files(photo: Photo, gone: bool) -> list[str]:
    return [path for path, exists in photo.files.items() if exists or gone]


def has_emotion(names: tuple[str, ...]) -> Holds:
    return lambda photo, _: any(shown in names for shown in faces_shown(photo))


def emotion(names: tuple[str, ...]) -> list[Said]:
    some, listed = has_emotion(names), ",".join(names)
    return [
        (f"emotion:{listed}", some),
        (f"none:{listed}", lambda photo, gone: not some(photo, gone)),
        (
            f"all:{listed}",
            lambda photo, _: faces_shown(photo) != [] and all(shown in names for shown in faces_shown(photo)),
        ),
        (
            f"most:{listed}",
            lambda photo, _: sum(shown in names for shown in faces_shown(photo)) > len(photo.counted) / 2,
        ),
    ]


def is_scored(face: Face, name: str, least: float, most: float) -> bool:
    return face.best[0] == name and least <= face.best[1] <= most


def score(name: str, least: str, most: str) -> Said:
    low, high = float(least or 0), float(most or 1)
    return (
        f"{name}:{least}..{most}",
        lambda photo, _: any(is_scored(one, name, low, high) for one in photo.counted),
    )


def number(least: str, most: str) -> Said:
    low, high = int(least or 0), int(most or 99)
    return f"faces:{least}..{most}", lambda photo, _: low <= len(photo.counted) <= high


DAYS = {
    "2022": (datetime(2022, 1, 1), datetime(2023, 1, 1)),
    "2023-06": (datetime(2023, 6, 1), datetime(2023, 7, 1)),
    "2024-02-29": (datetime(2024, 2, 29), datetime(2024, 3, 1)),
    "2023-03-01T10:30": (datetime(2023, 3, 1, 10, 30), datetime(2023, 3, 1, 10, 31)),
    "-3w": (datetime(2024, 3, 10), datetime(2024, 3, 11)),
    "-1m": (datetime(2024, 2, 29), datetime(2024, 3, 1)),
    "-1y": (datetime(2023, 3, 31), datetime(2023, 4, 1)),
    "-20d": (datetime(2024, 3, 11), datetime(2024, 3, 12)),
    "today": (datetime(2024, 3, 31), datetime(2024, 4, 1)),
}


def times(field: str, first: str, last: str) -> Said:
    since = DAYS[first][0] if first else datetime.min
    until = DAYS[last][1] if last else datetime.max

    def holds(photo: Photo, _: bool) -> bool:
        when = photo.taken_at if field == "date" else photo.added_at
        return when is not None and since <= when < until

    return f"{field}:{first}..{last}", holds


def day(field: str, name: str) -> Said:
    return f"{field}:{name}", times(field, name, name)[1]


RANGES = [(first, last) for first in ("", *DAYS) for last in ("", *DAYS) if (first or last)]
ORDERED = [(first, last) for first, last in RANGES if not (first and last) or (DAYS[first][0] < DAYS[last][1])]


def path(part: str, holds: Callable[[str], bool]) -> Said:
    return part, lambda photo, gone: any(holds(file) for file in files(photo, gone))


def is_in_summer(file: str) -> bool:
    return file.startswith(("/home/me/\u00c9t\u00e9/", "/home/me/E\u0301te\u0301/"))


PATHS = [
    path("path:ITALY", lambda file: "italy" in file.lower()),
    path("italy/2023", lambda file: "italy/2023" in file.lower()),
    path("path:/home/me/italy", lambda file: file.startswith("/home/me/italy/")),
    path("/home/me", lambda file: file.startswith("/home/me/")),
    path('"spain (OLD)"', lambda file: "spain (old)" in file.lower()),
    path("50%", lambda file: "50%" in file),
    path("strasse", lambda file: "Straße" in file),
    path("path:\u00e9TE\u0301", is_in_summer),
    path("e\u0301t\u00e9/img", is_in_summer),
    path("path:/home/me/\u00c9t\u00e9", is_in_summer),
    path("/home/me/E\u0301te\u0301/", is_in_summer),
    path("path:IMG_0", lambda file: "/IMG_0" in file),
]

OTHERS: list[Said] = [
    ("mixed:", lambda photo, _: len({shown for shown in faces_shown(photo) if shown != "uncertain"}) >= 2),
    ("faces:2", lambda photo, _: len(photo.counted) == 2),
    ("camera:canon", lambda photo, _: "canon" in (photo.camera or "").lower()),
    ('camera:"IPHONE 13"', lambda photo, _: photo.camera == "Apple iPhone 13"),
    ("format:heif", lambda photo, _: photo.format == "HEIF"),
    ("width:640", lambda photo, _: photo.size[0] == 640),
    ("width:641..", lambda photo, _: photo.size[0] > 640),
    ("height:..800", lambda photo, _: photo.size[1] <= 800),
    ("has:gps", lambda photo, _: photo.gps),
    ("has:face", lambda photo, _: photo.counted != []),
    ("has:date", lambda photo, _: photo.taken_at is not None),
    ("date:none", lambda photo, _: photo.taken_at is None),
    ("is:uncertain", lambda photo, _: "uncertain" in faces_shown(photo)),
    ("is:corrected", lambda photo, _: photo.spoken_of),
    ("is:picked", lambda photo, _: photo.word == "pick"),
    ("is:rejected-shot", lambda photo, _: photo.word == "reject"),
    ("is:sideways", lambda photo, _: photo.lies is not None and photo.turn is None),
    ("is:odd", lambda photo, _: photo.odd is not None),
    ("is:missing", lambda photo, _: photo.missing),
    ("album:best", lambda photo, _: "Best" in photo.albums),
    ('album:"SUMMER 2023"', lambda photo, _: "Summer 2023" in photo.albums),
]

KEPT: list[tuple[str, str, str, Holds]] = [
    ("album", "Smiles", "emotion:happy -emotion:sad", lambda photo, gone: both(photo, gone)),
    ("query", "italians", "path:italy or camera:canon", lambda photo, gone: italian(photo, gone)),
    (
        "query",
        "nested",
        "album:smiles (query:italians or album:Best) sort:oldest",
        lambda photo, gone: nested(photo, gone),
    ),
    ("album", "all", "", lambda *_: True),
    ("album", "gone", "is:missing", lambda photo, _: photo.missing),
]


def both(photo: Photo, _: bool) -> bool:
    return "happy" in faces_shown(photo) and "sad" not in faces_shown(photo)


def italian(photo: Photo, gone: bool) -> bool:
    return any("italy" in file.lower() for file in files(photo, gone)) or "canon" in (photo.camera or "").lower()


def nested(photo: Photo, gone: bool) -> bool:
    return both(photo, gone) and (italian(photo, gone) or "Best" in photo.albums)


NAMED: list[Said] = [(f"{kind}:{name}", holds) for kind, name, _, holds in KEPT]

EMOTION_LISTS = [("happy",), ("sad",), ("disgust",), ("happy", "surprise"), ("fear", "sad", "neutral"), EMOTIONS]
SCORE_BOUNDS = [("0.8", ""), ("", "0.3"), ("0.49", "0.5"), ("0.2", "0.6"), ("1", "")]
LEAVES = st.sampled_from(
    [
        *(said for names in EMOTION_LISTS for said in emotion(names)),
        *(score(name, *bounds) for name in ("happy", "sad", "fear") for bounds in SCORE_BOUNDS),
    ]
) | st.sampled_from(
    [
        *OTHERS,
        *PATHS,
        *NAMED,
        *(number(*bounds) for bounds in [("1", ""), ("", "1"), ("2", "3"), ("0", "0")]),
        *(times("date", *bounds) for bounds in ORDERED),
        *(times("added", *bounds) for bounds in ORDERED),
        *(day(field, name) for field in ("date", "added") for name in DAYS),
    ]
)


def negated(term: Said, word: str) -> Said:
    text, holds = term
    return f"{word}({text})", lambda photo, gone: not holds(photo, gone)


def conjoined(first: Said, second: Said, word: str) -> Said:
    return f"({first[0]}){word}({second[0]})", lambda photo, gone: first[1](photo, gone) and second[1](photo, gone)


def either(first: Said, second: Said, word: str) -> Said:
    return f"({first[0]}{word}{second[0]})", lambda photo, gone: first[1](photo, gone) or second[1](photo, gone)


def side_by_side(terms: list[Said]) -> Said:
    return " ".join(text for text, _ in terms), lambda photo, gone: all(holds(photo, gone) for _, holds in terms)


def larger(smaller: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    return (
        st.builds(negated, smaller, st.sampled_from(["-", "not ", "NOT", "not -not "]))
        | st.builds(either, smaller, smaller, st.sampled_from([" or ", ", ", " OR "]))
        | st.builds(conjoined, smaller, smaller, st.sampled_from(["", " ", " and "]))
    )


QUERIES = st.lists(LEAVES | st.recursive(LEAVES, larger, max_leaves=4), min_size=1, max_size=2).map(side_by_side)

OF_PATHS = st.recursive(st.sampled_from(PATHS) | LEAVES, larger, max_leaves=5)

ORDERS: dict[str, Callable[[Photo, bool], Any]] = {
    "newest": lambda photo, _: (photo.taken_at is None, -minutes(photo.taken_at), -photo.number),
    "oldest": lambda photo, _: (photo.taken_at is None, minutes(photo.taken_at), photo.number),
    "added": lambda photo, _: (-minutes(photo.added_at), -photo.number),
    "faces": lambda photo, _: (-len(photo.counted), *ORDERS["newest"](photo, False)),
    "path": lambda photo, _: (os.fsencode(shown_without_a_path(photo)), photo.number),
}


def shown_without_a_path(photo: Photo) -> str:
    """The file that is shown where nothing is said of paths."""
    return photo.listed[0] if photo.listed else photo.former


def minutes(when: datetime | None) -> float:
    return ((when or NOW) - NOW) / timedelta(minutes=1)


def found(query: Said, photos: list[Photo], order: str) -> list[Photo]:
    """The slow and obvious way. Photos without a file are passed over, unless the query speaks of them.

    Those that nobody wants are passed over whatever it speaks of.
    """
    text, holds = query
    gone = "is:missing" in text or "album:gone" in text
    wanted = [photo for photo in photos if not photo.unwanted and (gone or not photo.missing)]
    matching = [photo for photo in wanted if holds(photo, gone)]
    return sorted(matching, key=lambda photo: ORDERS[order](photo, gone))


def check(asked: tuple[Connection, list[Photo]], query: Said, order: str, limit: int | None) -> None:
    connection, photos = asked
    text = f"({query[0]}) sort:{order}" + (f" limit:{limit}" if limit else "")
    parsed = Query.parse(text, now=NOW)
    expected = found(query, photos, order)
    if order == "path" and speaks_of_paths(query):
        shown = {photo.number: one.paths[0] for photo, one in shown_files(connection, parsed, expected)}
        expected.sort(key=lambda photo: (os.fsencode(shown[photo.number]), photo.number))
    numbers = matches.matching_ids(connection, parsed, Settings())
    assert numbers == [photo.number for photo in expected][:limit], text
    for many in (0, matches.MANY) if limit else ():
        with mock.patch.object(matches, "MANY", many):
            assert counting.count(connection, parsed, Settings()) == len(expected), text


def speaks_of_paths(query: Said) -> bool:
    return any(text in query[0] for text in [*(said for said, _ in PATHS), "query:italians", "query:nested"])


def shown_files(connection: Connection, query: Query, photos: list[Photo]) -> list[tuple[Photo, photo_rows.Files]]:
    copies = copies_meant(connection, query, Settings())
    return list(zip(photos, photo_rows.files(connection, [photo.number for photo in photos], copies), strict=True))


@pytest.mark.slow
def test_files_are_meant_for_which_the_query_would_hold_without_the_others(
    asked: tuple[Connection, list[Photo]],
) -> None:
    connection, photos = asked
    several: Counter[int] = Counter()

    @settings(max_examples=400, derandomize=True, deadline=None, database=None)
    @given(OF_PATHS)
    def agrees(query: Said) -> None:
        parsed, matching = Query.parse(f"({query[0]})", now=NOW), found(query, photos, "newest")
        gone = "is:missing" in query[0] or "album:gone" in query[0]
        for photo, one in shown_files(connection, parsed, matching):
            assert sorted(one.paths, key=os.fsencode) == (photo.listed or [photo.former])
            if not speaks_of_paths(query):
                assert one.matched is None
                continue
            assert one.matched == one.paths[: len(one.matched or ())]
            holds = {path for path in photo.listed if query[1](photo.only_in(path), gone)}
            if holds:
                assert set(one.matched or ()) == holds, query[0]
                several[len(photo.listed) - len(holds)] += 1

    agrees()
    # Else agreeing would say little: many a photo has files that aren't meant.
    assert min(several[0], several[1]) > 300
    assert several[2] > 30


# Two thousand in all, in parts that fail each for itself. Each part has a seed, or all would draw the same queries.
@pytest.mark.slow
@pytest.mark.parametrize(("part", "order"), [*enumerate(ORDERS)])
def test_queries_find_what_an_obvious_look_finds(asked: tuple[Connection, list[Photo]], part: int, order: str) -> None:
    @seed(part)
    @settings(max_examples=400, deadline=None, database=None)
    @given(QUERIES, st.sampled_from([None, None, 1, 5]))
    def agrees(query: Said, limit: int | None) -> None:
        check(asked, query, order, limit)

    agrees()


EVERYTHING = [
    *(said for names in EMOTION_LISTS for said in emotion(names)),
    *(score(name, *bounds) for name in EMOTIONS for bounds in SCORE_BOUNDS),
    *OTHERS,
    *PATHS,
    *NAMED,
    *(day(field, name) for field in ("date", "added") for name in DAYS),
]


def test_no_word_of_the_language_is_left_out_here() -> None:
    compared = {text.partition(":")[0] for text, _ in EVERYTHING if ":" in text}
    assert compared >= {*FIELDS, *EMOTIONS} - {"sort", "limit"}
    words = {text for text, _ in EVERYTHING}
    assert words >= {f"has:{word}" for word in HAS} | {f"is:{word}" for word in IS}


def test_each_term_alone_and_not_finds_what_an_obvious_look_finds(asked: tuple[Connection, list[Photo]]) -> None:
    for one in EVERYTHING:
        check(asked, one, "newest", 100)
        check(asked, negated(one, "-"), "oldest", 100)


def test_photos_are_there_missing_unwanted_and_have_unwanted_files_beside_others(
    asked: tuple[Connection, list[Photo]],
) -> None:
    _, photos = asked
    aside = [photo for photo in photos if photo.aside]
    assert {photo.unwanted for photo in aside} == {True, False}
    assert sum(photo.unwanted for photo in aside) >= 3
    assert sum(photo.missing for photo in photos) >= 3


def test_most_terms_hold_for_some_photos_and_not_for_others(asked: tuple[Connection, list[Photo]]) -> None:
    """Else agreeing would say little."""
    _, photos = asked
    for text, holds in [*OTHERS, *PATHS, *(said for said in NAMED if said[0] != "album:all")]:
        assert {holds(photo, True) for photo in photos} == {True, False}, text
