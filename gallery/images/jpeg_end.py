"""JPEGs without their end marker: whether all of the picture is there.

A decoder fills what is missing with grey, and says so in a warning at most, which it gives for whole pictures as well.
So the picture is decoded as if other data followed, of different kinds: where that changes a pixel, something was
missing. It is decoded with another last byte, too: where that changes none, something else lies there. A progressive
picture has to be refined to its last bit besides, and where decoding begins anew every now and then, each of these
intervals has to be there.
"""

from __future__ import annotations

import math
import os
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image, ImageChops, JpegImagePlugin

from gallery.images.effort import HUGE_FILE_BYTES

_END: Final = b"\xff\xd9"
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_RESTART: Final = re.compile(rb"\xff([\xd0-\xd7])")
_SEQUENTIAL, _PROGRESSIVE = (0xC0, 0xC1), 0xC2
_SCAN, _RESTART_INTERVAL = 0xDA, 0xDD
_SEEDS: Final = (1, 2)
_MASKS: Final = (0x80, 0xFF, 0xAA)
"""What is turned in the last byte, in which at least the first bit is of the picture. One in 50 looks the same then."""
_MOST_ZEROS: Final = 2
"""Data may end in as many."""
_MOST_PIXELS: Final = 64_000_000
"""More than that three times over is too much memory for a picture that is damaged in most cases."""


@dataclass
class _Scans:
    """What the segments of a JPEG tell of its scans."""

    frame: int = 0
    size: tuple[int, int] = (0, 0)
    components: dict[int, tuple[int, int]] = field(default_factory=dict)
    """How many blocks of each a unit of the picture has, across and down."""
    bits_missing: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(lambda: 99))
    """By component and frequency, how many low bits aren't told yet."""
    interval: int = 0
    """After so many units a marker says that decoding begins anew; 0: never."""
    last_scan: int = 0
    """Where its data begins."""

    @property
    def pixels(self) -> int:
        return self.size[0] * self.size[1]

    @property
    def are_all_there(self) -> bool:
        """Whether each component was refined to its last bit."""
        wanted = [(component, frequency) for component in self.components for frequency in range(64)]
        return bool(wanted) and not any(self.bits_missing[key] for key in wanted)

    def restarts_in(self, components: bytes) -> int:
        """How many restart markers a whole scan of these components has (ITU-T T.81, A.2 and B.2.4.4)."""
        if not self.interval:
            return 0
        units = 1
        for axis, side in enumerate(self.size):
            most = max(1, *(blocks[axis] for blocks in self.components.values()))
            own = self.components.get(components[0], (1, 1))[axis] if len(components) == 1 else 1
            units *= math.ceil(side * own / (8 * most))
        return (units - 1) // self.interval


def lacks_end(file: BinaryIO) -> bool:
    """Whether no end marker follows the picture in a JPEG; nearly all files are told by their last bytes."""
    size = file.seek(-len(_END), os.SEEK_END) + len(_END)
    if file.read() == _END or size > HUGE_FILE_BYTES:
        return False
    file.seek(0)
    content, at = file.read(), 2
    while (found := _MARKER.search(content, at)) is not None:
        if content[found.start() + 1] == _END[1]:
            return False
        at = found.start() + 2 + max(2, int.from_bytes(content[found.end() : found.end() + 2], "big"))
    return True


def with_end(content: bytes) -> bytes | None:
    """The JPEG with an end marker where only that is missing; None where more is, or it has one."""
    content = _without_rest(content)
    scans = _scans(content)
    if scans is None or not scans.are_all_there or scans.pixels > _MOST_PIXELS:
        return None
    whole = content + _END
    first = _decoded(whole)
    if any(_differ(first, content + _more_data(content, scans, seed) + _END) for seed in _SEEDS):
        return None
    if not any(_differ(first, content[:-1] + bytes([content[-1] ^ mask]) + _END) for mask in _MASKS):
        return None  # what comes last is no data of this picture, and may stand in for what lacks
    return whole


def _differ(picture: Image.Image, content: bytes) -> bool:
    try:
        return ImageChops.difference(picture, _decoded(content)).getbbox() is not None
    except OSError:  # what takes the place of data may be none
        return True


def _without_rest(content: bytes) -> bytes:
    """Up to where the data ends: zeros behind it are room a copy never filled, and would stand in for what lacks."""
    data = content.rstrip(b"\0")
    zeros = len(content) - len(data)
    if not data.endswith(b"\xff"):
        return content if zeros <= _MOST_ZEROS else data
    return data + b"\0" if zeros else data[:-1]  # a byte of data that is 255, or half a marker


def _decoded(content: bytes) -> Image.Image:
    with JpegImagePlugin.JpegImageFile(BytesIO(content), "") as image:
        image.load()
        return image.copy()


def _more_data(content: bytes, scans: _Scans, seed: int) -> bytes:
    """What could follow: for a picture with restarts, all the next intervals as well."""
    if not scans.interval:
        return _some(256, seed)
    restarts = _RESTART.findall(content, scans.last_scan)
    following = restarts[-1][0] + 1 if restarts else 0xD0
    parts = [bytes([0xFF, 0xD0 + (following + step) % 8]) + _some(256, seed + step) for step in range(8)]
    return _some(256, seed) + b"".join(parts)


def _some(count: int, seed: int) -> bytes:
    """Data without a marker."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run
    return bytes(chance.randrange(255) for _ in range(count))


def _scans(content: bytes) -> _Scans | None:
    """What is told up to the last scan; None where the picture has an end, is built wrong, or of another kind."""
    scans, at = _Scans(), 2
    while (found := _MARKER.search(content, at)) is not None:
        marker, body = content[found.start() + 1], found.start() + 4
        end = found.start() + 2 + int.from_bytes(content[found.end() : body], "big")
        if marker == _END[1] or end < body or end > len(content):
            return None
        _take(scans, marker, content[body:end])
        at = end
        if marker == _SCAN:
            scans.last_scan = end
            if not _has_its_restarts(content, scans, content[body:end]):
                return None
    return scans if scans.last_scan and scans.frame in (*_SEQUENTIAL, _PROGRESSIVE) else None


def _has_its_restarts(content: bytes, scans: _Scans, head: bytes) -> bool:
    """Whether no part of a scan, which begins here, is missing or too much."""
    following = _MARKER.search(content, scans.last_scan)
    found = _RESTART.findall(content, scans.last_scan, following.start() if following else len(content))
    wanted = scans.restarts_in(head[1 : 1 + 2 * head[0] : 2]) if head else 0
    return found == [bytes([0xD0 + number % 8]) for number in range(wanted)]


def _take(scans: _Scans, marker: int, body: bytes) -> None:
    if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC) and len(body) >= 6:
        scans.frame = marker
        scans.size = int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
        places = range(6, min(6 + 3 * body[5], len(body) - 1), 3)
        scans.components = {body[at]: (body[at + 1] >> 4, body[at + 1] & 15) for at in places}
    elif marker == _RESTART_INTERVAL:
        scans.interval = int.from_bytes(body, "big")
    elif marker == _SCAN and body and len(body) == 4 + 2 * body[0]:
        first, last, bits = (body[-3], body[-2], body[-1] & 15) if scans.frame == _PROGRESSIVE else (0, 63, 0)
        for component in body[1 : 1 + 2 * body[0] : 2]:
            for frequency in range(first, min(last, 63) + 1):
                scans.bits_missing[component, frequency] = bits
