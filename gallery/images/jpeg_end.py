"""JPEGs without their end marker: whether all of the picture is there.

A decoder fills what is missing with grey, and says so in a warning at most, which it gives for whole pictures as well.
So the picture is decoded as if other data followed, of different kinds: where that changes a pixel, something was
missing. A progressive picture has to be refined to its last bit besides.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from PIL import Image, ImageChops, JpegImagePlugin

_END: Final = b"\xff\xd9"
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_RESTART: Final = re.compile(rb"\xff([\xd0-\xd7])")
_SEQUENTIAL, _PROGRESSIVE = (0xC0, 0xC1), 0xC2
_SCAN, _RESTART_INTERVAL = 0xDA, 0xDD
_MOST_PIXELS: Final = 64_000_000
"""More than that three times over is too much memory for a picture that is damaged in most cases."""


@dataclass
class _Scans:
    """What the segments of a JPEG tell of its scans."""

    frame: int = 0
    pixels: int = 0
    components: set[int] = field(default_factory=set)
    bits_missing: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(lambda: 99))
    """By component and frequency, how many low bits aren't told yet."""
    has_restarts: bool = False
    last_scan: int = 0
    """Where its data begins."""

    @property
    def are_all_there(self) -> bool:
        """Whether each component was refined to its last bit."""
        wanted = [(component, frequency) for component in self.components for frequency in range(64)]
        return bool(wanted) and not any(self.bits_missing[key] for key in wanted)


def with_end(content: bytes) -> bytes | None:
    """The JPEG with an end marker where only that is missing; None where more is, or it has one."""
    content = _without_rest(content)
    scans = _scans(content)
    if scans is None or not scans.are_all_there or scans.pixels > _MOST_PIXELS:
        return None
    whole = content + _END
    first = _decoded(whole)
    for seed in (1, 2):
        other = _decoded(content + _more_data(content, scans, seed) + _END)
        if ImageChops.difference(first, other).getbbox() is not None:
            return None
    return whole


def _without_rest(content: bytes) -> bytes:
    """Up to where the data ends: zeros behind it are room a copy never filled, and would stand in for what lacks."""
    data = content.rstrip(b"\0")
    if not data.endswith(b"\xff"):
        return data
    return data + b"\0" if len(data) < len(content) else data[:-1]  # a byte of data that is 255, or half a marker


def _decoded(content: bytes) -> Image.Image:
    with JpegImagePlugin.JpegImageFile(BytesIO(content), "") as image:
        image.load()
        return image.copy()


def _more_data(content: bytes, scans: _Scans, seed: int) -> bytes:
    """What could follow: for a picture with restarts, all the next intervals as well."""
    chance = random.Random(seed)  # noqa: S311 - the same in every run

    def some() -> bytes:
        return bytes(chance.randrange(255) for _ in range(256))

    if not scans.has_restarts:
        return some()
    restarts = _RESTART.findall(content, scans.last_scan)
    following = restarts[-1][0] + 1 if restarts else 0xD0
    return some() + b"".join(bytes([0xFF, 0xD0 + (following + step) % 8]) + some() for step in range(8))


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
    return scans if scans.last_scan and scans.frame in (*_SEQUENTIAL, _PROGRESSIVE) else None


def _take(scans: _Scans, marker: int, body: bytes) -> None:
    if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC) and len(body) >= 6:
        scans.frame = marker
        scans.pixels = int.from_bytes(body[1:3], "big") * int.from_bytes(body[3:5], "big")
        scans.components = {body[at] for at in range(6, 6 + 3 * body[5], 3) if at < len(body)}
    elif marker == _RESTART_INTERVAL:
        scans.has_restarts = any(body)
    elif marker == _SCAN and body and len(body) == 4 + 2 * body[0]:
        first, last, bits = (body[-3], body[-2], body[-1] & 15) if scans.frame == _PROGRESSIVE else (0, 63, 0)
        for component in body[1 : 1 + 2 * body[0] : 2]:
            for frequency in range(first, min(last, 63) + 1):
                scans.bits_missing[component, frequency] = bits
