"""What a person said, as plain values, and how the last of it is taken back."""

from __future__ import annotations

import unicodedata
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Final

NOT_A_FACE: Final = "not a face"


@dataclass(frozen=True)
class Asked:
    """A kept query: an emotion, an album, or both."""

    emotion: str | None = None
    album: str | None = None

    @property
    def text(self) -> str:
        """In the search language."""
        parts = [f"album:{self.album}"] if self.album else []
        return " ".join([*parts, *([f"emotion:{self.emotion}"] if self.emotion else [])])


def key(name: str) -> str:
    """Names are told apart by it: capitals and how accents are encoded don't count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


@dataclass
class Album:
    """`photos` are names of pictures, in order, without a query; `cover` is one, too."""

    name: str
    photos: list[str] = field(default_factory=list)
    query: Asked | None = None
    cover: str | None = None


@dataclass(frozen=True)
class Word:
    """Of the face that is drawn with `face` in a picture: an emotion, or NOT_A_FACE."""

    picture: str
    face: str
    said: str


@dataclass
class Said:
    """All that people typed in; the last of `words` on a face counts. Albums and queries are kept by their keys."""

    words: list[Word] = field(default_factory=list)
    albums: dict[str, Album] = field(default_factory=dict)
    queries: dict[str, tuple[str, Asked]] = field(default_factory=dict)

    def pictures(self) -> set[str]:
        """Of which something was said."""
        albums = self.albums.values()
        covers = {album.cover for album in albums if album.cover is not None}
        return {word.picture for word in self.words} | {one for album in albums for one in album.photos} | covers

    def rename(self, before: str, after: str) -> None:
        """An album has another name, and what asks for it follows, unless it finds it as it is written."""
        album = self.albums.pop(key(before))
        album.name = after
        self.albums[key(after)] = album
        if key(before) == key(after):
            return
        for name, (shown, asked) in self.queries.items():
            if asked.album is not None and key(asked.album) == key(before):
                self.queries[name] = (shown, replace(asked, album=after))

    def copy(self) -> Said:
        """As it is now."""
        return deepcopy(self)


@dataclass(frozen=True)
class Restored:
    """What was said before all that was said elsewhere came in, and the folders that came with it."""

    before: Said
    roots: frozenset[str]


@dataclass
class History:
    """What can be taken back: what was said before each action, or the folder that was forgotten."""

    steps: list[Said | str | Restored] = field(default_factory=list)

    def note(self, before: Said, after: Said) -> None:
        """An action that changed nothing is none."""
        if before != after:
            self.steps.append(before)
