"""What people on Windows type of paths, from the text of a query to the photos that it finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.query import terms
from gallery.query.paths import parse_path, place
from gallery.query.query import Query
from gallery.search import matches
from gallery.settings import Settings
from tests.support.make import added, open_store, write
from tests.support.windows import windows_paths

BEACH = "C:\\Users\\ana\\Photos\\Italy\\beach.jpg"
CORFU = "C:\\Users\\ana\\Photos\\Italy 2\\corfu.jpg"
SHARE = "\\\\nas\\family\\Été\\swim.jpg"
PHOTOS = (BEACH, CORFU, SHARE)


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("C:\\Users\\ana", "C:\\Users\\ana"),
        ("C:/Users/ana", "C:\\Users\\ana"),
        ("c:\\Users\\ana\\..\\tom", "c:\\Users\\tom"),
        ("~\\Photos", "C:\\Users\\ana\\Photos"),
        ("~/Photos", "C:\\Users\\ana\\Photos"),
        ("\\\\nas\\family", "\\\\nas\\family"),
        ("//nas/family", "\\\\nas\\family"),
        ("Italy", "Italy"),
        ("Italy/beach", "Italy\\beach"),
        ("Italy\\beach", "Italy\\beach"),
    ],
)
def test_places_and_parts_are_understood_with_either_separator(typed: str, held: str) -> None:
    with windows_paths():
        assert (place(typed), parse_path(typed)) == (held, held)


@pytest.mark.parametrize("typed", ["C:\\Users\\ana", "C:/Users/ana", "path:C:\\Users\\ana", '"C:\\Users\\ana"'])
def test_drive_is_no_field_of_the_language(typed: str) -> None:
    with windows_paths():
        assert Query.parse(typed).where == terms.Path("C:\\Users\\ana")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("path:C:\\Users\\ana\\Photos", [BEACH, CORFU]),
        ("path:c:/users/ANA/photos", [BEACH, CORFU]),
        ("path:C:\\Users\\ana\\Photos\\Italy", [BEACH]),
        ("path:c:\\users\\ana\\photos\\italy\\BEACH.JPG", [BEACH]),
        ("path:C:\\", [BEACH, CORFU]),
        ("path:D:\\", []),
        ("path:\\\\NAS\\family", [SHARE]),
        ("path:\\\\nas\\family\\e\u0301te\u0301", [SHARE]),
        ("path:italy/beach", [BEACH]),
        ("ITALY\\", [BEACH]),
        ("Été/swim", [SHARE]),
    ],
)
def test_photos_are_found_whatever_the_case_and_the_separator(tmp_path: Path, query: str, found: list[str]) -> None:
    with open_store(tmp_path) as store:
        write(store, *map(added, PHOTOS))
        with store.read() as connection, windows_paths():
            numbers = matches.matching_ids(connection, Query.parse(query), Settings())
    assert [PHOTOS[number - 1] for number in sorted(numbers)] == found
