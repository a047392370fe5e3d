"""What is asked of an export, of whatever format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gallery.export.template import BY_STEM, NameTemplate
from gallery.records import PhotoRecord
from gallery.settings import Settings

Originals = Callable[[str], Sequence[str]]
"""The known paths of a content hash."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the photos: the note may have lines; the photo at the path `cover` is large, if it is here."""

    title: str = ""
    note: str = ""
    cover: str | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """Which photos, where to, and how. A format uses what means something to it.

    `album` is the name of the album that they are, empty for a query; `owner` tells it from all others: an album's
    `uid`. With `update`, what changed since an earlier export is replaced; with `cleanup`, what no longer belongs to it
    is removed, if a photo's original is still known. With `dry_run` nothing is written.
    """

    photos: Sequence[PhotoRecord]
    dest: Path
    heading: Heading = Heading()
    album: str = ""
    name: NameTemplate = BY_STEM
    update: bool = False
    cleanup: Originals | None = None
    dry_run: bool = False
    settings: Settings = field(default_factory=Settings)
    owner: str = ""
