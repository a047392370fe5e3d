"""Names are found however their accents are encoded: as macOS writes them, or as everybody else does."""

from __future__ import annotations

import os
import unicodedata

import pytest

from gallery.folding import MOST_SPELLINGS, folded, spellings
from gallery.query.query import Query, album_key
from gallery.records import Capture, NewPhoto
from gallery.store.changes import AddPhoto
from gallery.store.store import Store
from tests.support.make import added, digest, stamp, write

COMPOSED, DECOMPOSED = "\u00c9t\u00e9", "E\u0301te\u0301"
"""Été."""
IN_ONE, IN_OTHER = f"/p/Ren\u00e9/{COMPOSED}/x.jpg", f"/p/Ren\u00e9/{DECOMPOSED}/x.jpg"
"""The second as a folder lies that was copied from macOS into the home of somebody on Linux."""
PLAIN, BYTES = "/p/Ete/x.jpg", os.fsdecode(b"/p/\xc3\x89\xe9/x.jpg")
"""No accent; and a byte that is no UTF-8 behind a letter that is."""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (COMPOSED, DECOMPOSED),
        (COMPOSED.upper(), DECOMPOSED.lower()),
        ("IMG_1.JPG", "img_1.jpg"),
        ("Stra\u00dfe", "STRASSE"),
        ("\u212bngstr\u00f6m", "A\u030angstro\u0308m"),
        # The small letter is decomposed in itself.
        ("\u0390", "\u03b9\u0308\u0301"),
        ("\u30ac", "\u30ab\u3099"),
    ],
)
def test_names_that_look_the_same_but_for_case_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other) == album_key(f" {other} ")


def test_accents_themselves_count() -> None:
    assert len({folded(name) for name in ("ete", "\u00e9te", "\u00e9t\u00e9", "et\u00e9")}) == 4


def test_place_is_spelled_with_each_name_for_itself() -> None:
    assert spellings("/p/x") == ["/p/x"]
    assert spellings(f"/p/{DECOMPOSED}/x") == [f"/p/{DECOMPOSED}/x", f"/p/{COMPOSED}/x"]
    assert set(spellings(f"/{COMPOSED}/{DECOMPOSED}")) == {
        f"/{one}/{other}" for one in (COMPOSED, DECOMPOSED) for other in (COMPOSED, DECOMPOSED)
    }
    deep = "/" + "/".join([COMPOSED, DECOMPOSED] * 5)
    assert len(spellings(deep)) == 3 <= MOST_SPELLINGS
    assert spellings(deep)[0] == deep
    assert {unicodedata.is_normalized("NFC", one) for one in spellings(deep)[1:]} == {True, False}


@pytest.fixture
def store(store: Store) -> Store:
    cameras = {"/q/1.jpg": "Cam\u00e9ra", "/q/2.jpg": "CAME\u0301RA"}
    photos = [
        AddPhoto(stamp(path), NewPhoto(digest(path), 640, 480, "JPEG", Capture(camera=camera), ()))
        for path, camera in cameras.items()
    ]
    write(store, *map(added, (IN_ONE, IN_OTHER, PLAIN, BYTES)), *photos)
    return store


@pytest.mark.parametrize("spelled", [COMPOSED, DECOMPOSED])
def test_paths_are_found_in_either_encoding(store: Store, spelled: str) -> None:
    both = {IN_ONE, IN_OTHER}
    for part in (spelled, spelled.upper(), f"{spelled}/x", "Ren\u00e9", "Rene\u0301"):
        assert set(store.search_paths(Query.of(where=f"path:{part}"))) == both
    for home in ("Ren\u00e9", "Rene\u0301"):
        place = f"/p/{home}/{spelled}"
        assert set(store.search_paths(Query.of(where=place))) == both
        assert set(store.search_paths(Query.of(path=f"{place}/"))) == both
        assert set(store.search_paths(Query.of(where=f"path:{place}/x.jpg"))) == both
        assert store.count(Query.of(where=f"{place} or {place}/x.jpg")) == 2
        assert store.search_paths(Query.of(where=f"{place}/y")) == []


def test_place_is_told_apart_by_case_and_accents(store: Store) -> None:
    assert store.search_paths(Query.of(where=f"/p/Ren\u00e9/{COMPOSED.lower()}")) == []
    assert store.search_paths(Query.of(where="/p/Rene")) == []
    assert store.search_paths(Query.of(where="/p/Ete")) == [PLAIN]
    assert store.search_paths(Query.of(where="ete")) == [PLAIN]


def test_bytes_that_are_no_text_are_found_beside_text(store: Store) -> None:
    for part in (os.fsdecode(b"\xe9/x"), os.fsdecode(b"\xc3\x89\xe9"), os.fsdecode(b"E\xcc\x81\xe9"), "\u00c9"):
        assert BYTES in store.search_paths(Query.of(path=part))
    assert store.search_paths(Query.of(path=os.fsdecode(b"/p/E\xcc\x81\xe9"))) == [BYTES]
    assert store.search_paths(Query.of(path=os.fsdecode(b"\xc3"))) == []


def test_cameras_are_found_in_either_encoding(store: Store) -> None:
    for name in ("cam\u00e9ra", "came\u0301ra", "CAM\u00c9RA"):
        assert set(store.search_paths(Query.of(where=f"camera:{name}"))) == {"/q/1.jpg", "/q/2.jpg"}


def test_as_many_places_as_a_query_takes_can_be_asked_for(store: Store) -> None:
    accented = " or ".join(f"path:/p/{DECOMPOSED}/{COMPOSED}/{COMPOSED}{number}" for number in range(199))
    assert len(store.search(Query.of(where=f"{accented} or path:/p/Ren\u00e9"))) == 2
