"""The keywords of ACDSee: `acdsee:categories` is one text, in which they stand as XML, one inside another.

No parser of XML reads it: digiKam writes names as they are, `A & B` and all. So nothing in it is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import unescape

_DEEPEST: Final = 50
_MOST_PATHS: Final = 5_000
_LONGEST_TEXT: Final = 1_000_000
_TAG: Final = re.compile(r"<(?P<end>/?)Category\b(?P<attributes>[^<>]*)>|</?Categories\b[^<>]*>")
_ASSIGNED: Final = re.compile(r"""\bAssigned\s*=\s*["']1["']""")
_QUOTES: Final = {"&quot;": '"', "&apos;": "'"}


@dataclass
class _Category:
    is_assigned: bool
    name: str = ""
    has_others_in_it: bool = False


def category_paths(text: str) -> list[tuple[str, ...]]:
    """The names from the outermost to that of each keyword. Raises ValueError for more than anybody has.

    | text                                                                        | paths                 |
    |-----------------------------------------------------------------------------|-----------------------|
    | `<Category Assigned="1">Kim</Category>`                                     | `Kim`                 |
    | `<Category Assigned="0">A<Category Assigned="1">B</Category></Category>`    | `A`, `B`              |
    | `<Category Assigned="1">A<Category Assigned="1">B</Category></Category>`    | `A`, `B` and `A` alone |

    One that has no others in it is a keyword whatever is said of it, for digiKam shows it.
    """
    if len(text) > _LONGEST_TEXT:
        raise ValueError("acdsee:categories is longer than anybody's")
    found: dict[tuple[str, ...], None] = {}
    for path in _closed(text):
        found[path] = None
        if len(found) > _MOST_PATHS:
            raise ValueError("acdsee:categories has more keywords than any photo")
    return list(found)


def _closed(text: str) -> Iterator[tuple[str, ...]]:
    """At each end of a category its path, if it is a keyword."""
    above: list[_Category] = []
    at = 0
    for tag in _TAG.finditer(text):
        if above:
            above[-1].name += text[at : tag.start()]
        at = tag.end()
        if tag["attributes"] is None:
            continue
        if not tag["end"]:
            if len(above) == _DEEPEST:
                raise ValueError("acdsee:categories lie deeper in each other than anybody's")
            if above:
                above[-1].has_others_in_it = True
            above.append(_Category(_ASSIGNED.search(tag["attributes"]) is not None))
        elif above:
            path = tuple(name for one in above if (name := _line(one.name)))
            last = above.pop()
            if path and (last.is_assigned or not last.has_others_in_it):
                yield path


def _line(name: str) -> str:
    text = unescape(name, _QUOTES)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
