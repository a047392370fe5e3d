"""Reads the lines that `dump` writes; they may have been damaged or made up, so every field is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from gallery.curation import dump_shots
from gallery.curation.album_rows import check_note
from gallery.curation.dump import HEADER, VERSION, version_of
from gallery.curation.dump_facts import (
    AlbumFact,
    DrawnFact,
    Fact,
    LabelFact,
    PhotoFact,
    PickFact,
    QueryFact,
    RootFact,
    TurnedFact,
)
from gallery.curation.dump_values import (
    read_box,
    read_folder,
    read_hash,
    read_moment,
    read_name,
    read_names,
    read_picture,
    read_query,
    read_text,
    read_uid,
    shown,
)
from gallery.curation.turning import TURNS
from gallery.emotions import EMOTIONS
from gallery.errors import AlbumError, DumpError
from gallery.store.picks import PICK, REJECT
from gallery.system.outside import OutsideError, read_json
from gallery.system.paths import AnyPath, expanded

LONGEST_LINE: Final = 1_000_000
"""In bytes."""

_LAST_POSITION: Final = 2**31 - 1
_KINDS: Final = ("emotion", "not_face")


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of a dump that can't be restored, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Dump:
    """What could be read of a dump: the facts by the number of their line, and what couldn't."""

    path: str
    facts: tuple[tuple[int, Fact], ...]
    problems: tuple[Problem, ...]


def read_dump(path: AnyPath, file: BinaryIO | None = None) -> Dump:
    """Reads a dump, from an open `file` if given, which then is only called `path`.

    Raises DumpError for a file that can't be read, is no dump, or is of a newer version.
    """
    path = expanded(path)
    try:
        with path.open("rb") if file is None else nullcontext(file) as lines:
            promised = _check_header(path, lines.readline(LONGEST_LINE))
            return _read(path, lines, promised)
    except OSError as error:
        raise DumpError(path, f"can't be read: {error.strerror or error}") from error


def _check_header(path: Path, line: bytes) -> int | None:
    """How many facts follow, where the header says so."""
    try:
        # An editor may have put a byte order mark in front.
        header = _decoded(line.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        header = None
    version = version_of(header)
    if version is None or version < 1:
        reason = f'is no dump: its first line isn\'t {{"{HEADER}": {VERSION}, ...}}; name a file that '
        raise DumpError(path, f"{reason}`gallery dump` wrote")
    if version > VERSION:
        raise DumpError(path, f"was written by a newer gallery (dump version {version}); update gallery to restore it")
    promised = header.get("facts") if isinstance(header, dict) else None
    return promised if type(promised) is int else None


def _read(path: Path, file: BinaryIO, promised: int | None) -> Dump:
    facts: list[tuple[int, Fact]] = []
    problems: list[Problem] = []
    last = 1
    for last, line in enumerate(_lines(file), start=2):
        if line is not None and not line.strip():
            continue
        try:
            facts.append((last, _fact(line)))
        except ValueError as error:
            problems.append(Problem(last, str(error)))
    came = len(facts) + len(problems)
    if promised is not None and came < promised:
        reason = f"the dump ends here, but its first line tells of {promised} facts and only {came} came: it was cut "
        problems.append(Problem(last, f"{reason}short, unless you took lines out yourself"))
    return Dump(str(path), tuple(facts), tuple(problems))


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """None for a line that is too long, of which no more than that is ever held."""
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)
        yield None


def _decoded(line: bytes) -> object:
    try:
        return read_json(line.rstrip())
    except OutsideError as error:
        raise ValueError(f"isn't JSON: {error}") from None


def _fact(line: bytes | None) -> Fact:
    """Raises ValueError with a reason for people."""
    if line is None:
        raise ValueError(f"is longer than {LONGEST_LINE} bytes")
    given = _decoded(line)
    if not isinstance(given, dict):
        raise ValueError("is no JSON object")
    kind = given.pop("fact", None)
    if not isinstance(kind, str) or kind not in _READERS:
        raise ValueError(f"fact is {shown(kind)}; known are {', '.join(_READERS)}")
    fields, optional, read = _READERS[kind]
    if missing := [name for name in fields if name not in given]:
        raise ValueError(f"has no {missing[0]}")
    if strange := [name for name in given if name not in (*fields, *optional)]:
        raise ValueError(f"has an unknown field: {shown(strange[0])}")
    return read(given)


def _label(given: dict[str, Any]) -> LabelFact:
    kind, emotion = given["kind"], given["emotion"]
    if kind not in _KINDS:
        raise ValueError(f"kind is {shown(kind)}; allowed: {', '.join(_KINDS)}")
    if kind == "emotion" and emotion not in EMOTIONS:
        raise ValueError(f"emotion is {shown(emotion)}; allowed: {', '.join(EMOTIONS)}")
    if kind == "not_face" and emotion is not None:
        raise ValueError(f"emotion is {shown(emotion)}, but what is no face shows none")
    box, said_at = read_box(given["box"]), read_moment(given, "said_at")
    return LabelFact(read_hash(given, "hash"), box, kind, emotion, said_at, read_picture(given, "picture"))


def _drawn(given: dict[str, Any]) -> DrawnFact:
    box, said_at = read_box(given["box"]), read_moment(given, "said_at")
    return DrawnFact(read_hash(given, "hash"), box, said_at, read_picture(given, "picture"))


def _pick(given: dict[str, Any]) -> PickFact:
    word = given["word"]
    if word not in (PICK, REJECT):
        raise ValueError(f"word is {shown(word)}; allowed: {PICK}, {REJECT}")
    return PickFact(read_hash(given, "hash"), word, read_moment(given, "said_at"), read_picture(given, "picture"))


def _turned(given: dict[str, Any]) -> TurnedFact:
    degrees = given["degrees"]
    if type(degrees) is not int or degrees not in TURNS:
        raise ValueError(f"degrees is {shown(degrees)}; allowed: {', '.join(map(str, TURNS))}")
    said_at, picture = read_moment(given, "said_at"), read_picture(given, "picture")
    return TurnedFact(read_hash(given, "hash"), TURNS[degrees], said_at, picture)


def _album(given: dict[str, Any]) -> AlbumFact:
    name = read_name(given, "name")
    try:
        note = check_note(name, read_text(given, "note"))
    except AlbumError as error:
        raise ValueError(f"note: {error.reason}") from None
    cover = None if given["cover"] is None else read_hash(given, "cover")
    query = None if given["query"] is None else read_query(given, "query")
    pictured = read_picture(given, "cover_picture")
    return AlbumFact(name, note, read_moment(given, "created_at"), cover, query, read_uid(given.get("uid")), pictured)


def _photo(given: dict[str, Any]) -> PhotoFact:
    position = given["position"]
    if type(position) is not int or not 0 <= position <= _LAST_POSITION:
        raise ValueError(f"position is {shown(position)}; it is a whole number up to {_LAST_POSITION}")
    added_at, picture = read_moment(given, "added_at"), read_picture(given, "picture")
    return PhotoFact(read_name(given, "album"), position, read_hash(given, "hash"), added_at, picture)


def _saved(given: dict[str, Any]) -> QueryFact:
    return QueryFact(read_name(given, "name"), read_query(given, "text"), read_moment(given, "created_at"))


def _root(given: dict[str, Any]) -> RootFact:
    follow_links = given["follow_links"]
    if type(follow_links) is not bool:
        raise ValueError(f"follow_links is {shown(follow_links)}; it is true or false")
    include = read_names(given, "include")
    return RootFact(read_folder(given, "path"), include, follow_links, read_moment(given, "added_at"))


_READERS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[dict[str, Any]], Fact]]]] = {
    "label": (("hash", "box", "kind", "emotion", "said_at"), ("path", "picture"), _label),
    "drawn": (("hash", "box", "said_at"), ("path", "picture"), _drawn),
    "pick": (("hash", "word", "said_at"), ("path", "picture"), _pick),
    "turned": (("hash", "degrees", "said_at"), ("path", "picture"), _turned),
    "album": (("name", "note", "created_at", "cover", "query"), ("uid", "cover_picture"), _album),
    "photo": (("album", "position", "hash", "added_at"), ("path", "picture"), _photo),
    "query": (("name", "text", "created_at"), (), _saved),
    "root": (("path", "include", "follow_links", "added_at"), (), _root),
    "succession": (dump_shots.FIELDS, dump_shots.OPTIONAL, dump_shots.read_shot),
}
"""By the kind of fact: its fields, what may stand beside them, and what reads it."""
