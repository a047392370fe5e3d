"""Generated queries are about those faces that a slow and obvious look at each face says.

The library is drawn at random, from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.query.query import Query
from gallery.search.faces import matched_faces
from gallery.settings import Settings
from tests.support.plain_faces import (
    USUAL,
    Ask,
    Meaning,
    Said,
    both,
    either,
    emotion,
    files,
    found,
    negated,
    plain,
    score,
    uncertain,
)
from tests.support.plain_library import Photo, library, save

PHOTOS: Final = 60

ITALIAN = plain("path:italy", lambda photo, ask: any("italy" in file.lower() for file in files(photo, ask)))
LEAVES: list[Said] = [
    *(said for names in (("happy",), ("sad",), ("happy", "surprise")) for said in emotion(*names)),
    *emotion(*EMOTIONS)[1:],
    *(score(*bounds) for bounds in (("happy", 0.8, 1), ("happy", 0, 0.49), ("sad", 0.3, 0.9), ("fear", 0.2, 1))),
    uncertain(),
    plain("faces:2", lambda photo, _: len(photo.counted) == 2),
    ITALIAN,
    plain("camera:canon", lambda photo, _: "canon" in (photo.camera or "").lower()),
    plain("album:best", lambda photo, _: "Best" in photo.albums),
    plain("is:missing", lambda photo, _: photo.missing),
]

SMILES = both(emotion("happy")[0], negated(emotion("sad")[0], "not "))
FEARS = either(score("fear", 0.2, 0.95), both(emotion("sad")[2], ITALIAN))
SERIOUS = emotion("happy")[1]


def limited(kept: str, said: Said, limit: int, photos: list[Photo]) -> Said:
    """Found by a kept query with a limit: what it asks for is judged as if it stood alone."""
    alone = Ask(USUAL, gone=False)
    few = {photo.number for photo in found(said.yes, alone, photos)[:limit]}
    return Said(
        kept,
        Meaning(lambda photo, _: photo.number in few, lambda photo, _: said.yes.about(photo, alone)),
        Meaning(lambda photo, _: photo.number not in few, lambda photo, _: said.no.about(photo, alone)),
    )


def kept(photos: list[Photo]) -> list[Said]:
    """What the names of queries and albums in `asked` mean."""
    few = limited("query:few", emotion("happy", "sad")[0], 9, photos)
    return [
        replace(SMILES, text="album:smiles"),
        replace(FEARS, text="query:fears"),
        few,
        limited("query:serious", SERIOUS, 12, photos),
        replace(either(both(few, FEARS), SMILES), text="album:mixture"),
    ]


@dataclass(frozen=True)
class Library:
    """The same photos in a database and as plain values."""

    connection: Connection
    photos: list[Photo]
    numbers: dict[tuple[int, int], int]
    """Of each face in the database, by its photo's number and its place there."""
    leaves: list[Said]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    store, photos = library(tmp_path_factory.mktemp("library"), PHOTOS, seed=8)
    save(store, "album", "Smiles", SMILES.text)
    save(store, "query", "fears", FEARS.text)
    save(store, "query", "few", "emotion:happy,sad limit:9")
    save(store, "query", "serious", f"{SERIOUS.text} limit:12")
    save(store, "album", "Mixture", "query:few query:fears or album:smiles")
    face = schema.face.c
    with store, store.read() as connection:
        stored = connection.execute(select(face.content_id, face.id).order_by(face.content_id, face.id)).all()
        drawn = [(photo.number, place) for photo in photos for place in range(len(photo.faces))]
        assert [content for content, _ in stored] == [number for number, _ in drawn]
        numbers = dict(zip(drawn, (number for _, number in stored), strict=True))
        yield Library(connection, photos, numbers, [*LEAVES, *kept(photos)])


Flags = dict[str, Any]


def said_by(flags: Flags) -> list[Said]:
    """The terms that flags stand for."""
    said = [emotion(name)[0] for name in flags.get("all_emotions", ())]
    said += [emotion(*flags["emotions"])[0]] if "emotions" in flags else []
    return said + ([emotion(*flags["not_emotions"])[1]] if "not_emotions" in flags else [])


def expected(query: Said, flags: Flags, photos: list[Photo]) -> set[tuple[int, int]]:
    """The slow and obvious way."""
    scored = "min_score" in flags or "min_scores" in flags
    scores = {**USUAL, **dict.fromkeys(EMOTIONS, flags.get("min_score", 0.5)), **flags.get("min_scores", {})}
    ask = Ask(scores, gone="is:missing" in query.text or flags.get("missing", False))
    whole = reduce(both, [query, *said_by(flags)])
    names_one = any(word in whole.text for word in ("emotion:", "none:", "all:", "most:"))
    searched = both(whole, emotion(*EMOTIONS)[0]) if scored and not names_one else whole
    meant = set()
    for photo in found(searched.yes, ask, photos)[: flags.get("limit")]:
        about = whole.yes.about(photo, ask)
        for place, face in enumerate(photo.faces):
            chosen = face.counts if about is None else place in about
            if chosen and (not scored or ask.finds(face)):
                meant.add((photo.number, place))
    return meant


def check(asked: Library, query: Said, flags: Flags) -> None:
    parsed = Query.of(where=query.text, **flags)
    meant = {asked.numbers[one] for one in expected(query, flags, asked.photos)}
    assert matched_faces(asked.connection, parsed, Settings()) == meant, (query.text, flags)


NAME = st.sampled_from(["happy", "sad", "fear"])
SCORES = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"min_score": st.sampled_from([0.3, 0.5, 0.8, 1.0])}),
    st.fixed_dictionaries({"min_scores": st.dictionaries(NAME, st.sampled_from([None, 0.3, 0.8]), min_size=1)}),
)
NAMES = st.sampled_from([("happy",), ("sad", "fear")])
OTHERS = st.fixed_dictionaries(
    {}, optional={"emotions": NAMES, "all_emotions": NAMES, "not_emotions": NAMES, "limit": st.sampled_from([1, 7])}
)
FLAGS = st.builds(
    lambda scores, others, missing: {**scores, **others, "missing": missing}, SCORES, OTHERS, st.booleans()
)


def larger(smaller: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
    return (
        st.builds(negated, smaller, st.sampled_from(["-", "not "]))
        | st.builds(either, smaller, smaller)
        | st.builds(both, smaller, smaller)
    )


@pytest.mark.slow
def test_queries_are_about_the_faces_that_an_obvious_look_tells(asked: Library) -> None:
    queries = st.recursive(st.sampled_from(asked.leaves), larger, max_leaves=4)

    @settings(max_examples=300, derandomize=True, deadline=None, database=None)
    @given(queries, FLAGS)
    def agrees(query: Said, flags: Flags) -> None:
        check(asked, query, flags)

    agrees()


@pytest.mark.parametrize(
    "flags",
    [{}, {"min_score": 0.8}, {"min_scores": {"happy": None, "sad": 0.3}}, {"emotions": ["sad"], "limit": 7}],
    ids=str,
)
def test_each_term_alone_and_not_is_about_the_faces_that_an_obvious_look_tells(asked: Library, flags: Flags) -> None:
    for one in asked.leaves:
        check(asked, one, flags)
        check(asked, negated(one, "not "), flags)
        check(asked, either(one, negated(asked.leaves[0], "-")), flags)


def test_terms_are_about_some_faces_and_not_about_others(asked: Library) -> None:
    """Else agreeing would say little."""
    every = expected(plain("", lambda *_: True), {"missing": True}, asked.photos)
    for one in asked.leaves:
        if one.yes.about(asked.photos[1], Ask(USUAL, gone=False)) is not None:
            assert set() < expected(one, {"missing": True}, asked.photos) < every, one.text
