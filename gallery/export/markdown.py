"""Photos as a table in Markdown, for notes and wikis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gallery.export import wording
from gallery.export.request import Export
from gallery.records import PhotoRecord

_MARKS: Final = re.compile(r"[\\`*_\[\]<>|&~@:]|(?<=www)\.")
"""What would be formatting, a link or HTML; addresses become links on many sites without any mark."""
_START: Final = re.compile(r"^(\d{0,9})([#+=.)-])")
"""What would be a heading, a list or a line at the beginning of a line."""


def photos_as_markdown(export: Export) -> bytes:
    """A row per photo with its file's name, date and faces in words, below name and note of the album; in UTF-8.

    Whatever names and notes contain is text in it and nothing else.
    """
    rows = ["| photo | taken | faces |\n| --- | --- | --- |", *map(_row, export.photos)]
    return "\n\n".join([*_heading(export), "\n".join(rows)]).encode() + b"\n"


def _heading(export: Export) -> Iterator[str]:
    if export.album:
        yield f"# {_escaped(export.album)}"
        yield from (_escaped(line) for line in export.heading.note.splitlines() if line.strip())


def _row(photo: PhotoRecord) -> str:
    said = wording.faces(photo.faces) or "no face"
    return f"| {_escaped(wording.file_name(photo))} | {wording.date(photo.capture)} | {said} |"


def _escaped(text: str) -> str:
    """One line of plain text: `a_b|c.jpg` becomes `a\\_b\\|c.jpg`."""
    line = _MARKS.sub(r"\\\g<0>", wording.plain(text.replace("\t", " ").strip()))
    return _START.sub(r"\1\\\2", line)
