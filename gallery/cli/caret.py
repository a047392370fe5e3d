"""Shows the place in a query at which it can't be understood."""

from __future__ import annotations

from typing import Final

from gallery.cli.output import printable
from gallery.errors import QueryError

_AROUND: Final = 60
"""Characters of a long query that are shown before and after the place."""


def caret_lines(error: QueryError) -> list[str]:
    """The query, or the part of it around the place, and a line with a caret under the place. None for an empty query.

    The caret stands right also where characters are twice as wide, without width, or shown as escapes.
    """
    from rich.cells import cell_len

    if not error.text:
        return []
    start, end = max(0, error.position - _AROUND), error.position + _AROUND
    before = ("…" if start else "") + printable(error.text[start : error.position])
    after = printable(error.text[error.position : end]) + ("…" if end < len(error.text) else "")
    return [f"  {before}{after}", f"  {' ' * cell_len(before)}^"]
