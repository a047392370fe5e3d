"""BMP of the kinds that Pillow takes for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import BmpImagePlugin, ImagePalette

if TYPE_CHECKING:
    from PIL._imaging import PixelAccess

_OLDEST_HEAD: Final = 12
"""Its length in bytes."""
_EXPECTED_BITS: Final = {"1": 1, "L": 8}
"""Of a pixel, in a picture of this mode."""


class BmpPicture(BmpImagePlugin.BmpImageFile):
    """A BMP whose pixels are right once loaded."""

    def _open(self) -> None:
        super()._open()
        bits = self._bits()
        # A palette of greys alone makes Pillow forget how many bits a pixel has.
        if bits <= 8 and self.mode in _EXPECTED_BITS and bits != _EXPECTED_BITS[self.mode]:
            greys = (0, 255) if self.mode == "1" else range(1 << bits)
            self._mode = "P"
            self.palette = ImagePalette.raw("RGB", bytes(value for grey in greys for value in (grey,) * 3))
            raw_mode = "P" if bits == 8 else f"P;{bits}"
            self.tile = [tile._replace(args=_with_raw_mode(tile.args, raw_mode)) for tile in self.tile]

    def load(self) -> PixelAccess | None:
        """Shows a picture that is transparent all over, too: programs leave the fourth byte at 0."""
        is_new = bool(self.tile)
        access = super().load()
        if is_new and self.mode == "RGBA" and self.getchannel("A").getextrema() == (0, 0):
            self.putalpha(255)
            access = super().load()
        return access

    def _bits(self) -> int:
        assert self.fp is not None  # noqa: S101
        at = self.fp.tell()
        self.fp.seek(14)
        head = int.from_bytes(self.fp.read(4), "little")
        self.fp.seek(24 if head == _OLDEST_HEAD else 28)
        bits = int.from_bytes(self.fp.read(2), "little")
        self.fp.seek(at)
        return bits


def _with_raw_mode(args: object, raw_mode: str) -> tuple[object, ...]:
    assert isinstance(args, tuple)  # noqa: S101
    return (raw_mode, *args[1:])
