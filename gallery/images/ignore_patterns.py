r"""The patterns of `.gitignore`, matched in a time that grows no faster than pattern times path.

| pattern | skips |
|---|---|
| `private` | files and folders of this name, at any depth; `/private` and `a/private` only from here |
| `private/` | folders alone |
| `*`, `?`, `[a-z]`, `[!a-z]` | any letters, one, one of these, one of others; never `/` |
| `a/**/b`, `**/b`, `a/**` | any folders between, before, below; none, too, but for the last |
| `!a.jpg` | nothing: it takes back what an earlier pattern said |
| `# words`, a blank line | nothing; `\#` and `\!` stand for themselves |

A star may stand for as many letters as the first place where the rest of its part fits needs, never for more: what
comes behind it has a fixed length, so that the first place leaves most room. That is an atomic group. Without, each
star of `*a*a*a*a*a*b` multiplies the time by the length of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 4096
"""No path is longer, and a longer pattern only takes time."""
_ANY: Final = "**"
_FOLDERS: Final = "(?:[^/]++/)*"
_FEWEST_FOLDERS: Final = "(?:[^/]++/)*?"
_PIECE: Final = re.compile(
    r"\\(?P<plain>.)|(?P<any>\*+)|(?P<one>\?)|\[(?P<other>[!^])?+(?P<letters>\]?+[^\]]*)\]|(?P<char>.)", re.DOTALL
)


class _NeverMatchesError(Exception):
    """Git passes such a pattern over."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    skips: bool
    regex: re.Pattern[str]


class IgnorePatterns:
    """The patterns of a file, one a line. Raises ValueError for a line that is no pattern."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._patterns = [pattern for line in lines for pattern in _pattern(line)]

    def verdict(self, path: str) -> bool | None:
        """Whether the patterns skip a path, in which "/" parts folders and ends them; None: they don't speak of it.

        The last pattern counts; but one that speaks of the path itself before one that speaks of a folder above it.
        """
        verdict, is_of_path = None, False
        for pattern in self._patterns:
            match = pattern.regex.match(path)
            if match is None:
                continue
            is_below = match["below"] is not None
            if not (is_of_path and is_below) or pattern.skips:
                verdict, is_of_path = pattern.skips, not is_below
        return verdict


def _pattern(line: str) -> Iterator[_Pattern]:
    text = line if line.endswith("\\ ") else line.rstrip()
    if not text or text == "/" or text.startswith("#"):
        return
    if len(text) > _LONGEST:
        raise ValueError(f"a pattern of {len(text)} letters; {_LONGEST} are allowed")
    skips = not text.startswith("!")
    parts = text.removeprefix("!").split("/")
    if not parts[0]:
        del parts[0]
    elif len(parts) == 1 or parts[1:] == [""]:
        parts.insert(0, _ANY)
    if not parts:
        raise ValueError(f"{line!r} is no pattern")
    with suppress(_NeverMatchesError):
        yield _Pattern(skips, re.compile(_regex(parts), re.DOTALL))


def _regex(parts: list[str]) -> str:
    """Of what lies between slashes; an empty last part stands for folders alone."""
    is_folder = not parts[-1]
    chunks: list[list[str]] = [[]]
    for part in parts[: len(parts) - is_folder]:
        if part == _ANY:
            chunks.append([])
        else:
            chunks[-1].append(_glob(part))
    end = "(?P<below>/)" if is_folder else "/(?P<below>(?!))?" if not chunks[-1] else r"(?:(?P<below>/)|\Z)"
    anchored, *others = chunks
    floating = ["/".join(chunk) for chunk in others if chunk]
    if not anchored and not floating:
        return f"[^/]++{end}" if is_folder else "(?P<below>(?!))?"
    start = ["/".join(anchored)] if anchored else []
    if not floating:
        return f"{start[0]}{end}"
    between = [f"(?>{_FEWEST_FOLDERS}{chunk}/)" for chunk in floating[:-1]]
    return "".join([*(f"{chunk}/" for chunk in start), *between, _FOLDERS, floating[-1], end])


def _glob(part: str) -> str:
    """Of a part without slashes."""
    if part == "*":
        return "[^/]++"
    pieces = [""]
    for token in _PIECE.finditer(part):
        if token["any"]:
            pieces.append("")
        else:
            pieces[-1] += _letter(token)
    if len(pieces) == 1:
        return pieces[0]
    between = "".join(f"(?>[^/]*?{piece})" for piece in pieces[1:-1] if piece)
    return f"{pieces[0]}{between}[^/]*{pieces[-1]}"


def _letter(token: re.Match[str]) -> str:
    if token["one"]:
        return "[^/]"
    if token["letters"] is not None:
        ranges = "".join(_ranges(token["letters"]))
        if token["other"]:
            return f"[^/{ranges}]"
        return f"(?!/)[{ranges}]" if ranges else "(?!)"
    if token["char"] == "\\":
        raise ValueError("a pattern ends in a backslash, behind which a letter is missing")
    if token["char"] == "[":
        raise _NeverMatchesError
    return re.escape(token["plain"] or token["char"])


def _ranges(letters: str) -> Iterator[str]:
    """Single letters and ranges as a regular expression has them in brackets."""
    at = 0
    while at < len(letters):
        first = last = letters[at]
        if letters[at + 1 : at + 2] == "-" and at + 2 < len(letters):
            last = letters[at + 2]
            at += 2
        at += 1
        if first == last:
            yield re.escape(first)
        elif first < last:
            yield f"{re.escape(first)}-{re.escape(last)}"
