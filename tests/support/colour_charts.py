"""A drawn chart of colours, and files of it that tell their colour space in every way there is."""

from __future__ import annotations

import io
import struct
import zlib
from itertools import product
from typing import Any

import numpy as np
from PIL import Image

PATCH = 8
COLUMNS = 16
_LEVELS = (0, 64, 128, 191, 255)
PATCHES = [*product(_LEVELS, repeat=3), *[(grey,) * 3 for grey in range(4, 256, 5)]]
"""Red, green and blue as they are stored: 125 colours and 51 greys."""
ROWS = len(PATCHES) // COLUMNS


def chart() -> Image.Image:
    pixels = np.array(PATCHES, dtype=np.uint8).reshape(ROWS, COLUMNS, 3)
    return Image.fromarray(pixels.repeat(PATCH, 0).repeat(PATCH, 1))


def patches(picture: Image.Image, left: int = 0, top: int = 0) -> np.ndarray[Any, Any]:
    """The mean colour of each patch, without its edges, of a chart that lies at this place: float [176, 3]."""
    part = picture.convert("RGB").crop((left, top, left + COLUMNS * PATCH, top + ROWS * PATCH))
    tiles = np.asarray(part, dtype=float).reshape(ROWS, PATCH, COLUMNS, PATCH, 3)
    return tiles[:, 2:-2, :, 2:-2].mean((1, 3)).reshape(-1, 3)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*chunks: bytes, picture: Image.Image | None = None) -> bytes:
    """The chart with these chunks before all others but the first."""
    buffer = io.BytesIO()
    (picture or chart()).save(buffer, "PNG")
    content = buffer.getvalue()
    return content[:33] + b"".join(chunks) + content[33:]


def cicp(primaries: int, transfer: int, matrix: int = 0, full_range: int = 1) -> bytes:
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full_range]))


def light_level(peak: int) -> bytes:
    return chunk(b"cLLI", struct.pack(">II", peak * 10_000, 100 * 10_000))


def screen(peak: int) -> bytes:
    return chunk(b"mDCV", bytes(16) + struct.pack(">II", peak * 10_000, 50))


def avif(primaries: int, transfer: int, *, picture: Image.Image | None = None, profile: bytes | None = None) -> bytes:
    """The chart in AVIF, nearly lossless, whose box tells these numbers."""
    buffer = io.BytesIO()
    more = {"icc_profile": profile} if profile else {}
    (picture or chart()).save(buffer, "AVIF", quality=100, subsampling="4:4:4", speed=9, **more)
    return with_numbers(buffer.getvalue(), primaries, transfer)


def heic(primaries: int, transfer: int) -> bytes:
    buffer = io.BytesIO()
    chart().save(
        buffer, "HEIF", quality=100, chroma=444, color_primaries=primaries, transfer_characteristics=transfer,
        matrix_coefficients=6, full_range_flag=1,
    )  # fmt: skip
    return buffer.getvalue()


def with_numbers(content: bytes, primaries: int, transfer: int) -> bytes:
    place = content.index(b"colrnclx") + 8
    return content[:place] + struct.pack(">HH", primaries, transfer) + content[place + 4 :]


def with_light_level(content: bytes, peak: int) -> bytes:
    """An AVIF of Pillow's whose picture has a box `clli` besides: its tables are moved, its numbers made to fit."""
    box = struct.pack(">I4sHH", 12, b"clli", peak, 100)
    out = bytearray(content)
    # The first entry of `ipma` is the picture's: one association more. `ipma` is the last box in `iprp`.
    ipma, ipco, ipco_end = out.index(b"ipma"), out.index(b"ipco"), 0
    ipco_end = ipco - 4 + int.from_bytes(out[ipco - 4 : ipco], "big")
    count, place, number = out[ipma + 14], ipco + 4, 1
    while place < ipco_end:
        place, number = place + int.from_bytes(out[place : place + 4], "big"), number + 1
    out[ipma + 14] = count + 1
    out[ipma + 15 + count : ipma + 15 + count] = bytes([number])
    out[ipco_end:ipco_end] = box
    for kind, more in ((b"ipco", 12), (b"ipma", 1), (b"iprp", 13), (b"meta", 13)):
        at = out.index(kind) - 4
        out[at : at + 4] = struct.pack(">I", int.from_bytes(out[at : at + 4], "big") + more)
    # `iloc`: offsets of four bytes, one extent for each item.
    iloc = out.index(b"iloc")
    for item in range(int.from_bytes(out[iloc + 10 : iloc + 12], "big")):
        at = iloc + 12 + 14 * item + 6
        out[at : at + 4] = struct.pack(">I", int.from_bytes(out[at : at + 4], "big") + 13)
    return bytes(out)


def cmyk_jpeg(profile: bytes | None) -> bytes:
    """The chart in CMYK, its greys in black ink alone."""
    pixels = 255 - np.asarray(chart()).astype(int)
    black = pixels.min(2, keepdims=True)
    buffer = io.BytesIO()
    inks = Image.fromarray(np.concatenate([pixels - black, black], 2).astype(np.uint8), "CMYK")
    inks.save(buffer, "JPEG", quality=100, subsampling=0, icc_profile=profile)
    return buffer.getvalue()


GRID = 9
"""Amounts of each ink in the table of `cmyk_profile`."""


def cmyk_profile() -> bytes:
    """A printer's profile: paper is white, black alone has a lightness of 15, and what is mixed lies between."""
    inks = np.array([(60, -35, -45), (50, 70, -5), (92, -5, 90), (15, 0, 0)], dtype=float)
    amounts = np.array(list(product(np.linspace(0, 1, GRID), repeat=4)))
    lightness = (1 - amounts * (1 - inks[:, 0] / 100)).prod(1)
    tints = (amounts @ inks[:, 1:]) * lightness[:, None]
    table = np.concatenate([lightness[:, None] * 255, tints + 128], 1).round().clip(0, 255).astype(np.uint8).tobytes()
    straight = bytes(range(256))
    one = struct.pack(">9i", *(65536 if place in (0, 4, 8) else 0 for place in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, GRID, 0]) + one + straight * 4 + table + straight * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1, 0.8249)))
    text = b"text" + bytes(4) + b"none\0" + bytes(3)
    desc = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(79)
    tags = {b"desc": desc, b"cprt": text, b"wtpt": white, b"A2B0": lut}
    place, entries, content = 128 + 4 + 12 * len(tags), b"", b""
    for name, tag in tags.items():
        padded = tag + bytes(-len(tag) % 4)
        entries += struct.pack(">4sII", name, place + len(content), len(tag))
        content += padded
    size = place + len(content)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, b"prtr", b"CMYK", b"Lab ") + bytes(12) + b"acsp"
    head += bytes(28) + struct.pack(">3i", *(round(value * 65536) for value in (0.9642, 1, 0.8249)))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + entries + content
