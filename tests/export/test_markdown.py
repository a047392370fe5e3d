"""Photos as a table in Markdown: for people, and for the strict readers of what strangers wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from gallery.export import Export, Heading
from gallery.export.markdown import photos_as_markdown
from gallery.records import Capture, PhotoRecord
from tests.support.exported import BEACH, CAT, face, record, sha256

HOSTILE = (
    "<script>alert(1)<!-- <b>.jpg",
    "[a](javascript:x) ![b](c).jpg",
    "a|b`c`*d* _e_ ~~f~~ &lt; \\.jpg",
    "www.example.com.jpg",
    "https:example.com ana@example.com.jpg",
    "# heading.jpg",
    "1. one.jpg",
    "- list.jpg",
    "> quote.jpg",
)


def named(*names: str) -> list[PhotoRecord]:
    return [PhotoRecord(f"/p/{name}", [f"/p/{name}"], sha256(BEACH), 4, 3, Capture(), []) for name in names]


def html(export: Export) -> str:
    """As a site of those that turn addresses into links shows it."""
    reader = MarkdownIt("gfm-like", {"html": True, "linkify": False}).enable("table")
    return reader.render(photos_as_markdown(export).decode())


def test_row_tells_name_date_and_faces_in_words(tmp_path: Path) -> None:
    photos = [
        record(tmp_path / "beach.jpg", BEACH, face("happy", 0.9), face("sad", 0.6), taken="2023-06-01T12:30"),
        record(tmp_path / "sea.jpg", CAT),
    ]
    assert photos_as_markdown(Export(photos, tmp_path)).decode() == (
        "| photo | taken | faces |\n"
        "| --- | --- | --- |\n"
        "| beach.jpg | 1 June 2023 | one happy face and one sad face |\n"
        "| sea.jpg |  | no face |\n"
    )


def test_album_has_its_name_and_note_above() -> None:
    heading = Heading("Italy", "Two weeks\n\n\twith *Ana*")
    assert photos_as_markdown(Export([], Path("x"), heading, "Italy")).decode() == (
        "# Italy\n\nTwo weeks\n\nwith \\*Ana\\*\n\n| photo | taken | faces |\n| --- | --- | --- |\n"
    )
    assert photos_as_markdown(Export([], Path("x"), heading)).startswith(b"| photo |")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_strangers_are_nothing_but_text(name: str) -> None:
    page = html(Export(named(name), Path("x"), Heading(name, name), name))
    shown = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"<h1>{shown}</h1>\n<p>{shown}</p>\n<table>" in page
    assert f"<td>{shown}</td>" in page
    # Other readers make links of bare addresses.
    raw = photos_as_markdown(Export(named(name), Path("x"))).decode()
    assert not any(address in raw for address in ("www.", "https:", "ana@"))


def test_letters_that_cannot_be_seen_are_marked() -> None:
    (row,) = photos_as_markdown(Export(named("a\u202eb\nc\udcff.jpg"), Path("x"))).decode().splitlines()[2:]
    assert row == "| a\ufffdb\ufffdc\ufffd.jpg |  | no face |"
