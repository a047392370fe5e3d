"""Texts and files as a stranger or a bad disk would hand them to the program, and what may come of each.

A target takes what its strategy draws, and returns, or raises a GalleryError; anything else is a fault. The suite
tries each for seconds, `python -m benchmarks.fuzz` as long as it is told.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from gallery.curation.dump_lines import read_dump
from gallery.errors import GalleryError
from gallery.export.manifest import MANIFEST, Manifest
from gallery.export.page.folder import PageFolder
from gallery.images.decode import Wanted
from gallery.images.effort import complaints
from gallery.images.ignore_patterns import IgnorePatterns
from gallery.images.recognise import Known, recognise
from gallery.query.query import Query
from gallery.settings import load_settings
from gallery.xmp.embedded import own_keywords
from gallery.xmp.packet import Packet
from gallery.xmp.properties import LISTS
from tests.support import repairs
from tests.support.photos import DAMAGED_EXIF
from tests.support.sidecars import STYLES

FORMATS = ("jpeg", "png", "webp", "tiff", "bmp", "gif", "avif", "heif")


@dataclass(frozen=True)
class Target:
    """What is drawn, and what takes it."""

    drawn: st.SearchStrategy[Any]
    take: Callable[[Any], object]

    def try_one(self, drawn: Any) -> None:
        """Raises what is no GalleryError."""
        with suppress(GalleryError):
            self.take(drawn)


@cache
def _picture(form: str) -> bytes:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    picture, content, exif = Image.effect_noise((40, 30), 60).convert("RGB"), io.BytesIO(), Image.Exif()
    exif[271], exif[274], exif[306] = "Camera", 6, "2023:01:02 03:04:05"
    picture.save(content, form, **({} if form in ("bmp", "gif") else {"exif": exif}))
    return content.getvalue()


def _cut_and_flipped(base: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with some of them changed, mostly near the head, where all the numbers are, and perhaps an end."""
    place = st.one_of(st.integers(0, min(200, len(base) - 1)), st.integers(0, len(base) - 1))
    change = st.tuples(place, st.one_of(st.sampled_from([0, 1, 127, 128, 255]), st.integers(0, 255)))

    def changed(changes: list[tuple[int, int]], end: int) -> bytes:
        content = bytearray(base)
        for at, value in changes:
            content[at] = value
        return bytes(content[:end])

    ends = st.one_of(st.just(len(base)), st.integers(0, len(base)))
    return st.builds(changed, st.lists(change, max_size=8), ends)


def _in_file(take: Callable[[Path], object], name: str = "a.jpg") -> Callable[[bytes], None]:
    def write_and_take(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            take(path)

    return write_and_take


def _read(path: Path) -> None:
    with complaints():
        recognise(path, Known(), Wanted(96, 1, quick=True))


def _keywords(path: Path) -> None:
    with complaints():
        own_keywords(path)


def _with_exif(exif: bytes) -> bytes:
    content = _picture("jpeg")
    segment = b"Exif\0\0" + exif
    return content[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + content[2:]


def _packet(content: bytes) -> None:
    packet = Packet(content, "a.xmp")
    for one in LISTS:
        packet.values(one)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_DUMP = (
    b'{"gallery dump": 2, "facts": 3}\n'
    b'{"fact": "label", "hash": "%s", "box": [1, 2, 3, 4.5], "kind": "emotion", "emotion": "sad", '
    b'"said_at": "2024-01-02T03:04:05.000000+00:00"}\n'
    b'{"fact": "album", "name": "A", "note": "", "created_at": "2024-01-02T03:04:05.000000+00:00", "cover": null, '
    b'"query": "emotion:happy limit:3"}\n'
    b'{"fact": "query", "name": "Q", "text": "faces:2..", "created_at": "2024-01-02T03:04:05.000000+00:00"}\n'
) % (b"a" * 64)
_ENTRY = b'{"gallery_export": 1}\n{"name": "a.jpg", "hash": "a", "size": 1, "mtime_ns": 1, "album": "", "photo": "a"}\n'
_MARKER = b'{"made_by": "gallery page 1", "pictures": ["a.jpg"]}'
_CONFIG = b'db = "a.db"\nlong_side = 960\nmin_score = 0.5\nmax_megapixels = 200.0\n'
_QUERY_PARTS = st.sampled_from(
    [
        *("emotion:", "happy", "or", "not", "-", "(", ")", '"', "..", ":", "date:", "-3w", "faces:", "2", "9" * 25),
        *("sort:", "limit:", "path:", "/", "~", "album:", "is:", "has:", "sad:", "0.8", ",", "\\", "\0", "\udcff", "*"),
    ]
)

TARGETS: dict[str, Target] = {
    **{
        form: Target(st.deferred(lambda form=form: _cut_and_flipped(_picture(form))), _in_file(_read))
        for form in FORMATS
    },
    "exif": Target(
        st.builds(_with_exif, st.one_of(st.binary(max_size=200), _cut_and_flipped(DAMAGED_EXIF))), _in_file(_read)
    ),
    "repairs": Target(repairs.damaged(), repairs.check),
    "keywords": Target(st.deferred(lambda: _cut_and_flipped(_picture("tiff"))), _in_file(_keywords)),
    "sidecar": Target(st.sampled_from(sorted(STYLES.values())).flatmap(_cut_and_flipped), _packet),
    "dump": Target(_cut_and_flipped(_DUMP), lambda content: read_dump("a.dump", io.BytesIO(content))),
    "config": Target(
        st.one_of(_cut_and_flipped(_CONFIG), st.text().map(lambda text: text.encode(errors="replace"))),
        _in_file(lambda path: load_settings(environ={}, config=path)),
    ),
    "query": Target(
        st.lists(st.one_of(_QUERY_PARTS, st.text(max_size=3)), max_size=12).map("".join)
        | st.lists(_QUERY_PARTS, max_size=12).map(" ".join),
        Query.parse,
    ),
    "page marker": Target(
        _cut_and_flipped(_MARKER), _in_file(lambda path: PageFolder.of(path.parent, []), ".gallery-page.json")
    ),
    "manifest": Target(_cut_and_flipped(_ENTRY), _in_file(lambda path: Manifest.read(path.parent), MANIFEST)),
    "ignore file": Target(st.tuples(st.text(), st.text()), lambda drawn: _ignored(*drawn)),
}


def _ignored(patterns: str, path: str) -> None:
    with suppress(ValueError):  # which the walk tells of
        IgnorePatterns(patterns.splitlines()).verdict(path)
