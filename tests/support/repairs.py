"""JPEGs and PNGs whose parts were cut, flipped, doubled, dropped: what is read of them must be all there.

What the pixels were is known here, and a second decoder says whether a file that shows others lacks some.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from gallery.errors import GalleryError
from gallery.images.decode import read_image
from gallery.images.effort import complaints
from tests.support.second_decoder import Pixels, apart, seen

_SIZE: Final = (72, 56)
_END_OF_HEAD: Final = 0xDA
_ALIKE: Final = 24
"""Of 255: whatever it is, it is the same picture."""
_DRAWN: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "jpeg": ("RGB", "JPEG", {"quality": 80}),
    "jpeg 4:4:4": ("RGB", "JPEG", {"quality": 92, "subsampling": 0}),
    "jpeg with restarts": ("RGB", "JPEG", {"quality": 70, "restart_marker_blocks": 4}),
    "progressive jpeg": ("RGB", "JPEG", {"quality": 80, "progressive": True}),
    "grey jpeg": ("L", "JPEG", {"quality": 80}),
    "png": ("RGB", "PNG", {}),
    "png with transparency": ("RGBA", "PNG", {}),
    "png with a palette": ("P", "PNG", {"transparency": 3}),
    "grey png": ("L", "PNG", {"transparency": 5}),
}


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file, and the same with all the data of its picture, as far as that was taken away."""

    content: bytes
    complete: bytes


@cache
def whole(base: str) -> bytes:
    """The file before anything happened to it, with much beside the picture."""
    mode, form, how = _DRAWN[base]
    noise = np.random.default_rng(7).integers(0, 60, (_SIZE[1], _SIZE[0], 3))
    ramp = np.add.outer(np.arange(_SIZE[1]) * 2, np.arange(_SIZE[0]))[..., None]
    picture = Image.fromarray((noise + ramp).clip(0, 255).astype(np.uint8)).convert(mode)
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Orientation] = "ACME", 6
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # when it was made
    beside = {"comment": "By hand"} if form == "JPEG" else {}
    content = io.BytesIO()
    picture.save(content, form, exif=exif.tobytes(), icc_profile=bytes(profile), **beside, **how)
    return content.getvalue()


def _read(content: bytes) -> Pixels:
    with tempfile.TemporaryDirectory() as folder, complaints():
        path = Path(folder) / "a"
        path.write_bytes(content)
        return np.asarray(read_image(path, long_side=None, max_megapixels=1).image)


def parts(content: bytes) -> list[bytes]:
    """The head of a PNG and its chunks; of a JPEG its segments up to the first scan, and the rest as one."""
    if content.startswith(b"\x89PNG"):
        found, at = [content[:8]], 8
        while at < len(content):
            end = at + 12 + int.from_bytes(content[at : at + 4], "big")
            found.append(content[at:end])
            at = end
        return found
    found, at = [content[:2]], 2
    while content[at + 1] != _END_OF_HEAD:
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        found.append(content[at:end])
        at = end
    return [*found, content[at:]]


def _doubled(part: bytes, where: int, value: int) -> bytes:  # noqa: ARG001
    return part * 2


def _dropped(part: bytes, where: int, value: int) -> bytes:  # noqa: ARG001
    return b""


def _flipped(part: bytes, where: int, value: int) -> bytes:
    at = where % len(part)
    return part[:at] + bytes([value]) + part[at + 1 :]


def _shortened(part: bytes, where: int, value: int) -> bytes:  # noqa: ARG001
    return part[: where % len(part)]


def _filled(part: bytes, where: int, value: int) -> bytes:
    at = where % len(part)
    return part[:at] + bytes([value]) * len(part[at : at + 40]) + part[at + 40 :]


def _retold(part: bytes, where: int, value: int) -> bytes:
    """Cut, with a length that is right for what is left."""
    if part.startswith(b"\xff"):
        body = part[4:][: where % max(1, len(part))]
        return part[:2] + (len(body) + 2).to_bytes(2, "big") + body
    body = part[8:-4][: where % max(1, len(part))]
    return len(body).to_bytes(4, "big") + part[4:8] + body + bytes([value] * 4)


_CHANGES: Final[tuple[Callable[[bytes, int, int], bytes], ...]] = (
    *(_doubled, _dropped, _flipped, _flipped, _shortened, _filled, _retold),
)


_TAKING_AWAY: Final = (_dropped, _shortened, _retold)


def _is_picture(part: bytes) -> bool:
    return part.startswith(bytes([0xFF, _END_OF_HEAD])) or part[4:8] in (b"IDAT", b"IEND")


@st.composite
def damaged(draw: st.DrawFn) -> Damaged:
    """Some parts of a file changed, and perhaps its end gone."""
    pieces = parts(whole(draw(st.sampled_from(sorted(_DRAWN)))))
    complete = list(pieces)
    for _ in range(draw(st.integers(0, 3))):
        change, number = draw(st.sampled_from(_CHANGES)), draw(st.integers(1, len(pieces) - 1))
        where, value = draw(st.integers(0, 1 << 16)), draw(st.integers(0, 255))
        if change not in _TAKING_AWAY or not _is_picture(complete[number]):
            complete[number] = _changed(change, complete[number], where, value)
        pieces[number] = _changed(change, pieces[number], where, value)
    content = b"".join(pieces)
    lost = draw(st.one_of(st.just(0), st.integers(0, 40), st.integers(0, len(content))))
    behind = draw(st.sampled_from((b"", b"", b"\xff", b"\0" * 30, b"more" * 200)))
    return Damaged(content[: len(content) - lost] + behind, b"".join(complete))


def _changed(change: Callable[[bytes, int, int], bytes], part: bytes, where: int, value: int) -> bytes:
    return change(part, where, value) if part else part


def check(file: Damaged) -> None:
    """Raises AssertionError where a picture is read of which pixels are missing, and GalleryError where none is."""
    ours = _read(file.content)
    with suppress(GalleryError):
        if np.array_equal(ours, _read(file.complete)):
            return
    if shutil.which("convert") is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(file.content)
        theirs = seen(path, in_srgb=False)
    assert not theirs.misses_pixels, f"read as whole, but: {theirs.said}"
    assert theirs.pixels is not None, f"read, though the other decoder refuses it: {theirs.said}"
    found = apart(ours, theirs.pixels)
    assert found is None or found <= _ALIKE, f"{found} of 255 from what the other decoder shows; it says: {theirs.said}"
