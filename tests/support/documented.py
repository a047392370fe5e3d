"""The tables in docstrings, of which a test reads each line."""

from __future__ import annotations

import inspect
import re


def documented(function: object) -> list[tuple[str, str]]:
    """Input and result of each line in the table of a docstring."""
    rows = re.findall(r"^\| (.*?) *\| (.+?) *\|$", inspect.getdoc(function) or "", re.MULTILINE)
    return [row for row in rows if row[0] != "input"]
