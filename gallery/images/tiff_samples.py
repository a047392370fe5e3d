"""Pixels of TIFFs that Pillow has no mode for: floating-point colours, and grey of 16 bits with transparency.

A strip or tile at a time: libtiff unpacks its bytes, as if they were a picture of grey bytes, and the rest is
arithmetic. Predictors as in TIFF 6.0, section 14, and in Adobe's Photoshop TIFF Technical Note 3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, Final

from PIL import Image, TiffImagePlugin
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    COMPRESSION,
    EXTRASAMPLES,
    FILLORDER,
    IMAGELENGTH,
    IMAGEWIDTH,
    PHOTOMETRIC_INTERPRETATION,
    PLANAR_CONFIGURATION,
    PREDICTOR,
    ROWSPERSTRIP,
    SAMPLEFORMAT,
    SAMPLESPERPIXEL,
    STRIPBYTECOUNTS,
    STRIPOFFSETS,
    TILEBYTECOUNTS,
    TILELENGTH,
    TILEOFFSETS,
    TILEWIDTH,
    ImageFileDirectory_v2,
)

from gallery.images.refusals import UnsupportedKindError

if TYPE_CHECKING:
    import numpy as np

_UNCOMPRESSED: Final = 1
_BY_BYTES: Final = frozenset({_UNCOMPRESSED, 5, 8, 32773, 32946, 34925, 50000})
"""Compressions of bytes, whatever they mean: LZW, Deflate twice, PackBits, LZMA, Zstandard."""
_NO_PREDICTOR, _DIFFERENCES, _FLOATING_DIFFERENCES = 1, 2, 3
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_UNSIGNED, _FLOATING = 1, 3
_BY_PIXEL, _BY_PLANE = 1, 2
_ASSOCIATED, UNASSOCIATED = 1, 2
_LEAST_VALUE, _GREATEST_VALUE = 340, 341
_WHITE_OF_GREY: Final = 65535.0
_MODES: Final = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""Of so many bands."""
_PADDING: Final = 1 << 20
"""Pixels by which a tile may be larger than the picture."""
_PIXELS_AT_ONCE: Final = 1_000_000
_TOLERANCE: Final = 0.01
"""How far beyond black and white values may lie: sharpening leaves some there."""

_Places = tuple[tuple[int, int], ...]
"""Where each block begins, and how many bytes it has."""


@dataclass(frozen=True, slots=True)
class Samples:
    """How the values lie in the file: `bands` of a pixel, in blocks, each plane by plane or pixel by pixel.

    `number` is a numpy type without its order of bytes, `black` and `white` are the values of these.
    """

    size: tuple[int, int]
    block: tuple[int, int]
    places: _Places
    number: str
    order: str
    bands: int
    compression: int
    predictor: int
    is_by_plane: bool
    is_negative: bool
    black: float
    white: float
    transparency: int = 0
    """What the last of two or four bands is: 0 is nothing; by one of `_ASSOCIATED` the others are multiplied."""


def samples_of(tags: ImageFileDirectory_v2) -> Samples | None:
    """How the values lie in a file with these tags; None for a kind that isn't read here."""
    photometric, bands = _number(tags, PHOTOMETRIC_INTERPRETATION, 0), _number(tags, SAMPLESPERPIXEL, 1)
    extra: tuple[int, ...] = tags.get(EXTRASAMPLES, ())
    is_float, is_grey = photometric == _RGB, photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
    kinds = {
        (bits, number) for bits in tags.get(BITSPERSAMPLE, (1,)) for number in tags.get(SAMPLEFORMAT, (_UNSIGNED,))
    }
    allowed = {(bits, _FLOATING) for bits in (16, 32, 64)} if is_float else {(16, _UNSIGNED)}
    if len(kinds) != 1 or not kinds <= allowed or bands != (3 if is_float else 1) + len(extra):
        return None
    is_multiplied = extra[:1] == (_ASSOCIATED,)
    if not (is_float or (is_grey and bands == 2)) or bands > 4 or (photometric == _WHITE_IS_ZERO and is_multiplied):
        return None
    compression, predictor = _number(tags, COMPRESSION, _UNCOMPRESSED), _number(tags, PREDICTOR, _NO_PREDICTOR)
    predictors = (_NO_PREDICTOR, _DIFFERENCES, *((_FLOATING_DIFFERENCES,) if is_float else ()))
    if compression not in _BY_BYTES or predictor not in predictors or _number(tags, FILLORDER, 1) != 1:
        return None
    [(bits, _)] = kinds
    block, places = _blocks_of(tags)
    black, white = _range_of(tags) if is_float else (0.0, _WHITE_OF_GREY)
    return Samples(
        size=(_number(tags, IMAGEWIDTH, 0), _number(tags, IMAGELENGTH, 0)),
        block=block,
        places=places,
        number=f"f{bits // 8}" if is_float else "u2",
        order=">" if tags.prefix == b"MM" else "<",
        bands=bands,
        compression=compression,
        predictor=predictor,
        is_by_plane=_number(tags, PLANAR_CONFIGURATION, _BY_PIXEL) == _BY_PLANE,
        is_negative=photometric == _WHITE_IS_ZERO,
        black=black,
        white=white,
        transparency=extra[0] if extra else 0,
    )


def _number(tags: ImageFileDirectory_v2, tag: int, default: int) -> int:
    value = tags.get(tag, default)
    if isinstance(value, tuple):
        value = value[0] if value else default
    return value if isinstance(value, int) else default


def _blocks_of(tags: ImageFileDirectory_v2) -> tuple[tuple[int, int], _Places]:
    """The size of a strip or tile, and where each lies."""
    width, height = _number(tags, IMAGEWIDTH, 0), _number(tags, IMAGELENGTH, 0)
    if TILEOFFSETS in tags:
        size = (_number(tags, TILEWIDTH, 0), _number(tags, TILELENGTH, 0))
        offsets, lengths = tags[TILEOFFSETS], tags.get(TILEBYTECOUNTS, ())
    else:
        size = (width, min(height, _number(tags, ROWSPERSTRIP, height)))
        offsets, lengths = tags.get(STRIPOFFSETS, ()), tags.get(STRIPBYTECOUNTS, ())
    return size, tuple(zip(offsets, lengths, strict=False))


def _range_of(tags: ImageFileDirectory_v2) -> tuple[float, float]:
    """Which numbers are black and white: 0 and 1, where nothing else is said."""
    told = (tags.get(tag) for tag in (_LEAST_VALUE, _GREATEST_VALUE))
    black, white = (value[0] if isinstance(value, tuple) and value else value for value in told)
    if isinstance(black, int | float) and isinstance(white, int | float) and black < white:
        return float(black), float(white)
    return 0.0, 1.0


def picture_of(file: IO[bytes], samples: Samples, kind: str) -> Image.Image:
    """The picture, of 8 bits, not turned yet.

    Raises UnsupportedKindError, with `kind`, where values lie beyond black or white, OSError where some are missing.
    """
    bands = _bands(file, samples, kind)
    if samples.transparency not in (_ASSOCIATED, UNASSOCIATED) and samples.bands in (2, 4):
        bands = bands[:-1]
    mode = _MODES[len(bands)]
    if samples.transparency == _ASSOCIATED:
        return Image.merge(mode.replace("A", "a"), bands).convert(mode)
    return Image.merge(mode, bands)


def _bands(file: IO[bytes], samples: Samples, kind: str) -> list[Image.Image]:
    """A grey picture of each band."""
    import numpy as np  # here: as all decoders, only where photos are read

    _check(file, samples)
    bands = [Image.new("L", samples.size) for _ in range(samples.bands)]
    scale = samples.white - samples.black
    for band, left, top, values in _blocks(file, samples):
        shares: np.ndarray[Any, Any] = values.astype(np.float64 if values.dtype.itemsize == 8 else np.float32)
        shares = (shares - samples.black) / scale
        shares[np.isnan(shares)] = 0.0
        if shares.min() < -_TOLERANCE or shares.max() > 1 + _TOLERANCE:
            raise UnsupportedKindError(
                "TIFF", f"{kind}; values go beyond black or white, and which are these isn't told"
            )
        grey = np.clip(shares * 255 + 0.5, 0, 255).astype(np.uint8)
        is_inverted = samples.is_negative and band == 0
        bands[band].paste(Image.fromarray(255 - grey if is_inverted else grey), (left, top))
    return bands


def _check(file: IO[bytes], samples: Samples) -> None:
    """Raises OSError for blocks that are too few, or of sizes that no program writes."""
    (width, height), (across, down) = samples.size, samples.block
    if min(across, down) < 1 or across * down > width * height + _PADDING:
        raise OSError("a tile of an impossible size")
    blocks = -(-width // across) * -(-height // down) * (samples.bands if samples.is_by_plane else 1)
    if len(samples.places) < blocks:
        raise OSError("parts of the picture are missing")
    if sum(length for _, length in samples.places) > 2 * file.seek(0, 2):
        raise OSError("parts of the picture lie outside the file")


def _blocks(file: IO[bytes], samples: Samples) -> Iterator[tuple[int, int, int, np.ndarray[Any, Any]]]:
    """For each piece of a band: which band, where its left upper corner lies, and its values."""
    (width, height), (across, down) = samples.size, samples.block
    places = iter(samples.places)
    for plane in range(samples.bands if samples.is_by_plane else 1):
        for top in range(0, height, down):
            for left in range(0, width, across):
                # The last strip ends with the picture; of a tile that goes on beyond nobody needs the rest.
                for row, values in _rows(file, next(places), min(down, height - top), samples):
                    for band in range(values.shape[2]):
                        yield plane + band, left, top + row, values[:, : width - left, band]


def _rows(
    file: IO[bytes], place: tuple[int, int], rows: int, samples: Samples
) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
    """The first of some rows of a block, and their values: rows x columns x bands."""
    width = samples.block[0] * (1 if samples.is_by_plane else samples.bands) * int(samples.number[1:])
    is_packed = samples.compression != _UNCOMPRESSED
    unpacked = memoryview(_unpacked(file, place, (width, rows), samples.compression) if is_packed else b"")
    some = max(1, _PIXELS_AT_ONCE // samples.block[0])
    for first in range(0, rows, some):
        start, end = first * width, min(first + some, rows) * width
        content = unpacked[start:end] if is_packed else _read(file, place[0] + start, end - start)
        if len(content) < end - start:
            raise OSError("image file is truncated")
        yield first, _values(content, samples)


def _values(content: bytes | memoryview, samples: Samples) -> np.ndarray[Any, Any]:
    import numpy as np

    across, bands = samples.block[0], 1 if samples.is_by_plane else samples.bands
    number = np.dtype(samples.order + samples.number)
    if samples.predictor == _FLOATING_DIFFERENCES:
        differences = np.frombuffer(content, np.uint8).reshape(-1, across * number.itemsize, bands)
        parts = np.cumsum(differences, axis=1, dtype=np.uint8).reshape(-1, number.itemsize, across * bands)
        # All first bytes of a row, then all second ones, the highest first.
        joined = np.ascontiguousarray(parts.transpose(0, 2, 1)).view(f">{samples.number}")
        return joined.reshape(-1, across, bands)
    values = np.frombuffer(content, number).reshape(-1, across, bands)
    if samples.predictor == _DIFFERENCES:
        whole = values.view(f"{samples.order}u{number.itemsize}").astype(f"u{number.itemsize}")
        return np.cumsum(whole, axis=1, dtype=whole.dtype).view(samples.number)
    return values


def _read(file: IO[bytes], offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _unpacked(file: IO[bytes], place: tuple[int, int], size: tuple[int, int], compression: int) -> bytes:
    """The bytes of a block, so many in a row and so many rows."""
    content = _grey_tiff(_read(file, *place), size, compression)
    with TiffImagePlugin.TiffImageFile(BytesIO(content), "") as block:
        return block.tobytes()


def _grey_tiff(content: bytes, size: tuple[int, int], compression: int) -> bytes:
    """A TIFF of grey bytes with this as its one strip."""
    width, height = size
    start = 8 + len(content) + len(content) % 2
    tags = ((256, width), (257, height), (258, 8), (259, compression), (262, 1), (273, 8), (277, 1), (278, height))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in (*tags, (279, len(content))))
    directory = struct.pack("<H", len(tags) + 1) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", start) + content.ljust(start - 8, b"\0") + directory
