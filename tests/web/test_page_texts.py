"""The page's texts stand in one place, and each is said somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import gallery.web

STATIC = Path(gallery.web.__file__).parent / "static"
SCRIPTS = {file: file.read_text(encoding="utf-8") for file in STATIC.rglob("*.js")}


def test_every_text_is_said_somewhere_and_every_text_that_is_said_is_there() -> None:
    source = SCRIPTS[STATIC / "texts.js"]
    written = set(re.findall(r"^  (\w+)[:,]", source.partition("export const texts = {")[2], re.MULTILINE))
    assert len(written) > 100
    said = {name for text in SCRIPTS.values() for name in re.findall(r"\btexts\.(\w+)", text.replace("/texts.js", ""))}
    assert (written - said, said - written) == (set(), set())


def test_what_is_counted_is_named_among_the_texts() -> None:
    named = {file.name for file, source in SCRIPTS.items() if "counted(" in source}
    assert named == {"texts.js"}


def test_no_text_for_people_stands_outside() -> None:
    """Attributes that are read or heard, and what buttons say."""
    found = {
        (file.name, text)
        for file, source in SCRIPTS.items()
        for text in re.findall(r'(?:\btext|title|placeholder|"aria-label"): "([^"]*[a-z]{2}[^"]*)"', source)
        if file.name != "texts.js"
    }
    assert found == set()
