"""Names of exported files: harmless on every system, and compared as the pickiest of them compares."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Final

from gallery.folding import folded

_NAME_BYTES: Final = 255
"""Longest file name on ext4, APFS, NTFS and exFAT alike."""
_SUFFIX_BYTES: Final = 16
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
"""Separators, and what FAT, exFAT and NTFS refuse: albums are carried on sticks."""
_DIRECTION_MARKS: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RESERVED: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)


def export_name(path: str) -> str:
    """The name under which the photo at `path` is exported: its own, made harmless on every system.

    | path                 | name             |
    |----------------------|------------------|
    | /photos/beach.jpg    | beach.jpg        |
    | /photos/a:b\\nc.jpg  | a_b_c.jpg        |
    | /photos/..jpg        | jpg              |
    | /photos/-rf.jpg      | _rf.jpg          |
    | /photos/aux.jpg      | _aux.jpg         |
    """
    return harmless(Path(path).name)


def harmless(name: str, otherwise: str = "photo") -> str:
    """One component of a path from what a stranger wrote; `otherwise` where nothing of it is left."""
    kept = "".join("_" if _is_harmful(char) else char for char in name).lstrip(". ").rstrip(". ")
    if kept.startswith("-"):
        kept = "_" + kept[1:]
    if kept.split(".", 1)[0].rstrip().lower() in _RESERVED:
        kept = "_" + kept
    return shortened(kept).rstrip(". ") or otherwise


def shortened(name: str, addition: str = "") -> str:
    """`name` with `addition` before its suffix, the stem cut at the end to what a file system takes."""
    stem, suffix = Path(name).stem, Path(name).suffix
    if len(os.fsencode(suffix)) > _SUFFIX_BYTES:
        stem, suffix = name, ""
    room = _NAME_BYTES - len(os.fsencode(addition + suffix))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + addition + suffix


def stays_inside(name: str) -> bool:
    """Whether a relative name with slashes can't lead out of the folder it is meant for, on any system."""
    return all(part not in ("", ".", "..") and not any(map(_is_harmful, part)) for part in name.split("/"))


def name_key(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    return folded(name)


def _is_harmful(char: str) -> bool:
    return char in _FORBIDDEN or char in _DIRECTION_MARKS or unicodedata.category(char) in ("Cc", "Zl", "Zp")
