"""TIFF files of every kind, written tag by tag: half of these kinds no library we use can write."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_PACKED = {"H": 3, "I": 4}


@dataclass(frozen=True)
class Tiff:
    """How a picture is kept; see TIFF 6.0 for the numbers. `planes` is 1 (pixel by pixel) or 2 (colour by colour)."""

    bits: int = 8
    photometric: int = 1
    planes: int = 1
    order: str = "<"
    kind: int = 1
    """Of the numbers: 1 unsigned, 2 signed, 3 floating."""
    is_packed: bool = False
    extra: tuple[int, ...] = ()
    colours: tuple[int, ...] = ()
    rows: int = 0
    """Of a strip; 0: all."""
    more: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def file(self, values: np.ndarray[Any, Any]) -> bytes:
        """The file with these values: height x width, or height x width x samples."""
        values = values[..., None] if values.ndim == 2 else values
        strips = self._strips(values)
        return _written(self.order, self._tags(values, strips), strips)

    def _strips(self, values: np.ndarray[Any, Any]) -> list[bytes]:
        rows = self.rows or len(values)
        planes = [values] if self.planes == 1 else [values[..., index : index + 1] for index in range(values.shape[2])]
        parts = [plane[top : top + rows] for plane in planes for top in range(0, len(values), rows)]
        packed = [b"".join(self._row(row.reshape(-1)) for row in part) for part in parts]
        return [zlib.compress(part) if self.is_packed else part for part in packed]

    def _row(self, values: np.ndarray[Any, Any]) -> bytes:
        if self.bits in (8, 16, 32, 64):
            kind = {1: "u", 2: "i", 3: "f"}[self.kind]
            return values.astype(f"{self.order}{kind}{self.bits // 8}").tobytes()
        bits = "".join(f"{int(value):0{self.bits}b}" for value in values)
        bits += "0" * (-len(bits) % 8)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")

    def _tags(self, values: np.ndarray[Any, Any], strips: list[bytes]) -> dict[int, tuple[str, tuple[int, ...]]]:
        height, width, samples = values.shape
        tags: dict[int, tuple[str, tuple[int, ...]]] = {
            256: ("I", (width,)),
            257: ("I", (height,)),
            258: ("H", (self.bits,) * samples),
            259: ("H", (8 if self.is_packed else 1,)),
            262: ("H", (self.photometric,)),
            273: ("I", tuple(strips and _places(strips))),
            277: ("H", (samples,)),
            278: ("I", (self.rows or height,)),
            279: ("I", tuple(len(strip) for strip in strips)),
            284: ("H", (self.planes,)),
            339: ("H", (self.kind,) * samples),
        }
        if self.extra:
            tags[338] = ("H", self.extra)
        if self.colours:
            tags[320] = ("H", self.colours)
        return tags | {number: ("H", content) for number, content in self.more.items()}


def _places(strips: list[bytes]) -> list[int]:
    """The pixels lie behind the head of eight bytes."""
    return [8 + sum(map(len, strips[:index])) for index in range(len(strips))]


def _written(order: str, tags: dict[int, tuple[str, tuple[int, ...]]], strips: list[bytes]) -> bytes:
    pixels = b"".join(strips)
    pixels += b"\0" * (len(pixels) % 2)
    first = 8 + len(pixels)
    behind = first + 2 + 12 * len(tags) + 4
    table, values = b"", b""
    for number, (kind, content) in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(content)}{kind}", *content)
        if len(packed) > 4:
            place, values = behind + len(values), values + packed
            packed = struct.pack(f"{order}I", place)
        table += struct.pack(f"{order}HHI", number, _PACKED[kind], len(content)) + packed.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", first)
    return head + pixels + struct.pack(f"{order}H", len(tags)) + table + bytes(4) + values
