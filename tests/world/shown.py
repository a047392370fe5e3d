"""What the program tells of a gallery, in the words of the model, and what the model says it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from unittest import mock

from gallery.curation import albums
from gallery.curation.albums import album_photos, list_albums
from gallery.curation.history import list_actions
from gallery.curation.roots import list_roots
from gallery.curation.saved_queries import list_queries
from gallery.errors import GalleryError
from gallery.query.query import Query
from gallery.records import FaceRecord, PhotoRecord
from gallery.similar.duplicates import exact_duplicates
from gallery.store.store import KnownFile, Store
from tests.world.disk import Disk
from tests.world.model import Model
from tests.world.said import NOT_A_FACE, Album, Asked, key

View = Mapping[str, Mapping[str, Any]]
"""By section what is shown of each thing there."""

Holds = Callable[[Model, str], bool]


def faces(model: Model, picture: str) -> list[tuple[int, str, str]]:
    """Number, emotion, and who says so, of the faces that are shown of a photo."""
    told = []
    for face, number in sorted(model.photos[picture].numbers.items(), key=lambda one: one[1]):
        shown = model.shown(picture, face)
        if shown != NOT_A_FACE:
            told.append((number, shown, "person" if model.word(picture, face) else "model"))
    return told


def emotions(model: Model, picture: str) -> list[str]:
    """As which the faces are shown."""
    return [emotion for _, emotion, _ in faces(model, picture)]


def is_spoken_of(model: Model, picture: str) -> bool:
    """A person said something of a face in it."""
    said_here = any(word.picture == picture for word in model.said.words)
    return said_here or any(model.word(picture, face) for face in model.photos[picture].numbers)


def lies_in(model: Model, picture: str, part: str) -> bool:
    """One of its files that are there."""
    return any(part in path for path in model.paths(picture) if model.files[path].state == "there")


SEARCHES: Final[dict[str, Holds]] = {
    "": lambda *_: True,
    "emotion:happy": lambda model, picture: "happy" in emotions(model, picture),
    "-emotion:sad": lambda model, picture: "sad" not in emotions(model, picture),
    "faces:2..": lambda model, picture: len(faces(model, picture)) >= 2,
    "is:corrected": is_spoken_of,
    "path:trip": lambda model, picture: lies_in(model, picture, "trip"),
    "date:2003": lambda model, picture: model.date(picture)[0].year == 2003,
}


def found(model: Model, holds: Holds, *states: str) -> set[str]:
    """The pictures of known photos in these states for which it holds."""
    return {picture for picture in model.photos if model.state(picture) in states and holds(model, picture)}


def asked(model: Model, query: Asked) -> set[str] | None:
    """What a kept query finds among the photos that are there; None where it has no answer."""
    within = None
    if query.album is not None:
        album = model.said.albums.get(key(query.album))
        if album is None:
            return None
        within = in_album(model, album)
        if within is None:
            return None
    emotion = query.emotion
    everything = found(model, lambda model, one: emotion is None or emotion in emotions(model, one), "there")
    return everything if within is None else everything & set(within)


def in_album(model: Model, album: Album) -> list[str] | None:
    """The pictures that are shown in an album, a smart one by name; None where its query has no answer."""
    if album.query is not None:
        inside = asked(model, album.query)
        return None if inside is None else sorted(inside)
    homes = dict.fromkeys(model.home(picture) for picture in album.photos)
    return [one for one in homes if one is not None and model.state(one) != "unwanted"]


def expected(model: Model) -> View:
    """What should be shown."""
    return {
        "files": {path: (model.picture(path), file.state) for path, file in model.files.items()},
        "photos": {one: _photo(model, one) for one in model.photos if model.state(one) in ("there", "missing")},
        "albums": {album.name: _album(model, album) for album in model.said.albums.values()},
        "searches": {text: found(model, holds, "there") for text, holds in SEARCHES.items()}
        | ({"date:2003": mock.ANY} if any(photo.is_date_doubtful for photo in model.photos.values()) else {})
        | {"is:missing": found(model, lambda *_: True, "missing")}
        | {f"query:{name}": asked(model, query) for name, query in model.said.queries.values()},
        "queries": {name: key(query.text) for name, query in model.said.queries.values()},
        "roots": {root: _root(model, root) for root in model.roots},
        "failures": dict.fromkeys([*model.broken, *model.away], True),
        "duplicates": _duplicates(model),
        "history": {"actions": len(model.history.steps)},
        "figures": {"missing": len(found(model, lambda *_: True, "missing"))},
    }


def _photo(model: Model, picture: str) -> dict[str, Any]:
    paths = model.paths(picture)
    there = [path for path in paths if model.files[path].state == "there"]
    return {
        "missing": model.state(picture) == "missing",
        "paths": there or paths,
        "faces": faces(model, picture),
        "date": mock.ANY if model.photos[picture].is_date_doubtful else model.date(picture),
    }


def _album(model: Model, album: Album) -> dict[str, Any]:
    inside = in_album(model, album)
    cover = None if album.cover is None else model.home(album.cover)
    return {
        "photos": inside,
        "smart": album.query is not None,
        "count": inside is not None and len(inside),
        "missing": inside is not None and sum(model.state(one) == "missing" for one in inside),
        "waiting": sum(model.home(one) is None for one in album.photos),
        "cover": cover if cover is not None and model.paths(cover) else None,
        "problem": inside is None,
    }


def _root(model: Model, root: str) -> tuple[int, int, int]:
    states = [file.state for path, file in model.files.items() if f"{path}/".startswith(f"{root}/")]
    there, missing = states.count("there"), states.count("missing")
    return there, missing, len(states) - there - missing


def _duplicates(model: Model) -> dict[str, int]:
    """By digest in how many files the same bytes lie that are there: links and hard links to one file are one."""
    files: dict[str, set[int]] = {}
    for path, file in model.files.items():
        inode = model.disk.inode(path, file.stamp)
        if file.state == "there" and inode is not None:
            files.setdefault(file.digest, set()).add(inode)
    return {digest: len(inodes) for digest, inodes in files.items() if len(inodes) > 1}


@dataclass
class Told:
    """What the program tells of a gallery."""

    store: Store
    disk: Disk
    _pictures: dict[str, str] = field(default_factory=dict)
    """By path."""

    def view(self) -> View:
        """In the same sections as `expected`."""
        known = {path: file for path, file in self.store.known_files().items() if file.hash}
        self._pictures = {path: self._picture(str(file.hash)) for path, file in known.items()}
        return {
            "files": {path: self._file(path, file) for path, file in known.items()},
            "photos": {self._name(photo): self._photo(photo) for photo in self.store.search(Query(missing=True))},
            "albums": {album.name: self._album(album) for album in list_albums(self.store)},
            "searches": {text: self._search(text) for text in (*SEARCHES, "is:missing", *self._kept())},
            "queries": {query.name: key(query.text.replace('"', "")) for query in list_queries(self.store)},
            "roots": {one.root.path: (one.photos, one.missing, one.unwanted) for one in list_roots(self.store)},
            "failures": {failure.path: True for failure in self.store.failures()},
            "duplicates": {
                photo.hash: len(photo.paths) for group in exact_duplicates(self.store) for photo in group.photos
            },
            "history": {"actions": len(list_actions(self.store))},
            "figures": {"missing": self.store.stats().missing},
        }

    def _picture(self, digest: str) -> str:
        facts = self.disk.catalogue.of(digest)
        assert facts is not None, f"nobody ever wrote {digest}"
        return facts.picture

    def _name(self, photo: PhotoRecord) -> str:
        return self._picture(photo.hash)

    def _file(self, path: str, known: KnownFile) -> tuple[str, str]:
        state = "missing" if known.missing else "there"
        return self._pictures[path], str(known.unwanted) if known.unwanted else state

    def _photo(self, photo: PhotoRecord) -> dict[str, Any]:
        capture = photo.capture
        return {
            "missing": photo.missing,
            "paths": [] if photo.replaced else sorted(photo.paths),
            "faces": [_face(face) for face in photo.faces],
            "date": (capture.taken_at, capture.taken_source),
        }

    def _album(self, album: albums.Album) -> dict[str, Any]:
        inside = None if album.problem else [self._name(photo) for photo in album_photos(self.store, album.name)]
        return {
            "photos": sorted(inside) if inside is not None and album.query is not None else inside,
            "smart": album.query is not None,
            "count": inside is not None and album.count,
            "missing": inside is not None and album.missing,
            "waiting": album.waiting,
            "cover": album.cover and self._pictures[album.cover],
            "problem": album.problem is not None,
        }

    def _kept(self) -> list[str]:
        return [f"query:{query.name}" for query in list_queries(self.store)]

    def _search(self, text: str) -> set[str] | None:
        try:
            query = Query.parse(text)
            if text == "is:missing":  # a former path may be another photo's by now
                return {self._name(photo) for photo in self.store.search(query)}
            return {self._pictures[path] for path in self.store.search_paths(query)}
        except GalleryError:
            return None


def _face(face: FaceRecord) -> tuple[int, str, str]:
    return face.number, face.emotion, face.source


def differences(wanted: View, got: View) -> list[str]:
    """A line for each thing that is shown otherwise than it should be."""
    lines = []
    for section, things in wanted.items():
        for name in sorted({*things, *got[section]}, key=str):
            one, other = things.get(name), got[section].get(name)
            if isinstance(one, dict) and isinstance(other, dict):
                parts = [field for field in one if one[field] != other[field]]
                lines += [f"{section} {field} of {name}: should be {one[field]}, is {other[field]}" for field in parts]
            elif one != other:
                lines.append(f"{section} of {name}: should be {one}, is {other}")
    return lines
