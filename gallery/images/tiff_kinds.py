"""TIFF of the kinds that Pillow takes for others, and shows as noise, as a negative or as black.

Its table of kinds is keyed on tags. A tag is told otherwise where the pixels come out right then, and how the numbers
of grey are to be taken is kept beside; two kinds are left to `tiff_samples`, and every other one is refused. What each
kind must look like: TIFF 6.0.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from io import BytesIO
from typing import Any, Final

from PIL import Image, TiffImagePlugin
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    COLORMAP,
    COMPRESSION,
    EXTRASAMPLES,
    PHOTOMETRIC_INTERPRETATION,
    PLANAR_CONFIGURATION,
    SAMPLEFORMAT,
    SAMPLESPERPIXEL,
)

from gallery.images.pixels import DEEP_GREY, DeepGrey
from gallery.images.refusals import UnsupportedKindError
from gallery.images.tiff_samples import UNASSOCIATED, Samples, picture_of, samples_of

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE, _INKS, _YCBCR, _LAB = 0, 1, 3, 5, 6, 8
_UNSIGNED, _SIGNED, _FLOATING = 1, 2, 3
_UNCOMPRESSED, _BY_LIBTIFF = 1, 8
_BY_PIXEL, _BY_PLANE = 1, 2
_INK_SET, _CMYK = 332, 1
_NATIVE: Final = {"I;16BS": "I;16NS", "I;32BS": "I;32NS", "F;32F": "F;32NF", "F;32BF": "F;32NF"}
"""What libtiff hands out is in the machine's own order of bytes, whatever the file's."""
_COLOURS: Final = {0: "grey", 1: "grey", 2: "RGB", 3: "palette", 5: "CMYK", 6: "YCbCr", 8: "Lab"}
_NUMBERS: Final = {_SIGNED: "signed ", _FLOATING: "floating-point "}


class TiffPicture(TiffImagePlugin.TiffImageFile):
    """A TIFF whose pixels are right once loaded. Opening it raises UnsupportedKindError for kinds that none are of."""

    _samples: Samples | None = None
    """How the pixels lie that `tiff_samples` reads."""
    _kind = ""

    def _setup(self) -> None:
        kind = self._kind = self._described()
        self._samples = samples_of(self.tag_v2)
        if self._samples is not None:
            self._take_as_8_bits(self._samples.bands)
        elif self._comes_out_wrong():
            raise UnsupportedKindError("TIFF", kind)
        elif self._number(PHOTOMETRIC_INTERPRETATION, 0) in (_WHITE_IS_ZERO, _BLACK_IS_ZERO):
            self._take_grey()
        self._take_layout()
        self._take_palette()
        try:
            super()._setup()
        except (SyntaxError, KeyError, IndexError) as error:
            raise UnsupportedKindError("TIFF", kind) from error
        if self._samples is not None:
            self.tile, self.use_load_libtiff = [], False
        elif self.use_load_libtiff:
            self.tile = [tile._replace(args=_native(tile.args)) for tile in self.tile]

    def load(self) -> Any:
        """The pixels, decoded at the first call.

        Raises UnsupportedKindError where the decoder was built without the compression of this kind.
        """
        if self._samples is not None and self.fp is not None:
            picture = picture_of(self.fp, self._samples, self._kind)
            self.im, self._mode, self._size, self._samples = picture.im, picture.mode, picture.size, None
            self.load_end()  # turns it
        try:
            return super().load()
        except OSError as error:
            if error.errno is None and not _is_built_in(str(self.info.get("compression"))):
                raise UnsupportedKindError("TIFF", self._kind) from error
            raise

    def _take_as_8_bits(self, bands: int) -> None:
        """So that Pillow takes it for a kind that it knows."""
        self.tag_v2[BITSPERSAMPLE], self.tag_v2[SAMPLEFORMAT] = (8,) * bands, (_UNSIGNED,) * bands
        self.tag_v2[PLANAR_CONFIGURATION] = _BY_PIXEL
        if bands == 2:
            self.tag_v2[PHOTOMETRIC_INTERPRETATION] = _BLACK_IS_ZERO
        if bands in (2, 4):
            self.tag_v2[EXTRASAMPLES] = (UNASSOCIATED,)

    def _number(self, tag: int, default: int) -> int:
        """The first of its values."""
        value = self.tag_v2.get(tag, default)
        if isinstance(value, tuple):
            value = value[0] if value else default
        return value if isinstance(value, int) else default

    def _described(self) -> str:
        numbers = _NUMBERS.get(self._number(SAMPLEFORMAT, _UNSIGNED), "")
        photometric = self._number(PHOTOMETRIC_INTERPRETATION, 0)
        colours = _COLOURS.get(photometric, f"colours of kind {photometric}")
        samples = self._number(SAMPLESPERPIXEL, 1)
        compression = self._number(COMPRESSION, _UNCOMPRESSED)
        name = TiffImagePlugin.COMPRESSION_INFO.get(compression, f"compression {compression}").removeprefix("tiff_")
        values = "1 value" if samples == 1 else f"{samples} values"
        return f"{self._number(BITSPERSAMPLE, 1)}-bit {numbers}{colours}, {values} a pixel, {name}"

    def _comes_out_wrong(self) -> bool:
        photometric = self._number(PHOTOMETRIC_INTERPRETATION, 0)
        if photometric == _INKS and self._number(_INK_SET, _CMYK) != _CMYK:
            return True
        if self._number(SAMPLEFORMAT, _UNSIGNED) == _SIGNED and self._number(BITSPERSAMPLE, 1) == 8:
            return True
        if self._number(PLANAR_CONFIGURATION, _BY_PIXEL) != _BY_PLANE or self._number(SAMPLESPERPIXEL, 1) == 1:
            return False
        is_transparent = any(self.tag_v2.get(EXTRASAMPLES, ()))
        return photometric == _LAB or (photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE) and is_transparent)

    def _take_grey(self) -> None:
        """Has more than 8 bits taken as black is zero, 32 as signed; what they really are is kept beside."""
        bits, numbers = self._number(BITSPERSAMPLE, 1), self._number(SAMPLEFORMAT, _UNSIGNED)
        if bits <= 8:
            return
        is_negative = self._number(PHOTOMETRIC_INTERPRETATION, 0) == _WHITE_IS_ZERO
        is_wide = bits == 32 and numbers == _UNSIGNED
        white = {(12, _UNSIGNED): 4095.0, (16, _SIGNED): 32767.0}.get((bits, numbers))
        self.info[DEEP_GREY] = DeepGrey(white, is_negative=is_negative, is_unsigned=is_wide)
        self.tag_v2[PHOTOMETRIC_INTERPRETATION] = _BLACK_IS_ZERO
        if is_wide:
            self.tag_v2[SAMPLEFORMAT] = (_SIGNED,) * self._number(SAMPLESPERPIXEL, 1)

    def _take_layout(self) -> None:
        """Leaves to libtiff what Pillow's own reader of uncompressed pixels knows too little of."""
        if self._number(SAMPLESPERPIXEL, 1) == 1:
            self.tag_v2[PLANAR_CONFIGURATION] = _BY_PIXEL
        is_by_plane = self._number(PLANAR_CONFIGURATION, _BY_PIXEL) == _BY_PLANE
        is_ycbcr = self._number(PHOTOMETRIC_INTERPRETATION, 0) == _YCBCR
        if self._number(COMPRESSION, _UNCOMPRESSED) == _UNCOMPRESSED and (is_by_plane or is_ycbcr):
            self.tag_v2[COMPRESSION] = _BY_LIBTIFF  # which asks the file itself

    def _take_palette(self) -> None:
        """Old programs wrote colours of 8 bits, where those of 16 belong."""
        colours = self.tag_v2.get(COLORMAP, ())
        if isinstance(colours, tuple) and colours and max(colours) < 256:
            self.tag_v2[COLORMAP] = tuple(257 * colour for colour in colours)


@cache
def _is_built_in(compression: str) -> bool:
    for mode in ("RGB", "1"):  # faxes' are of black and white alone
        with suppress(OSError, RuntimeError, ValueError):
            Image.new(mode, (16, 16)).save(BytesIO(), "TIFF", compression=compression)
            return True
    return False


def _native(args: object) -> tuple[object, ...]:
    assert isinstance(args, tuple)  # noqa: S101
    return (_NATIVE.get(args[0], args[0]), *args[1:])
