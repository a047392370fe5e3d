"""TIFFs that Pillow has no mode for: floating-point colours, and grey of 16 bits with transparency."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gallery.errors import ImageError
from gallery.images.decode import DecodedPhoto, read_image
from tests.support.tiffs import Tiff

RGB = np.array([[[0.0, 0.5, 1.0], [0.25, 1.0, 0.0]], [[0.1, 0.2, 0.3], [1.0, 0.75, 0.6]]])
SHOWN = [[[0, 128, 255], [64, 255, 0]], [[26, 51, 77], [255, 191, 153]]]
"""These of 255, rounded: 0.5 is 127.5, and 0.25 is 63.75."""
GREY = np.array([[[0, 65535], [32768, 65535]], [[65535, 65535], [0, 0]]])
"""Black, grey and white that cover, and one pixel that is transparent."""


def read(path: Path) -> DecodedPhoto:
    return read_image(path, long_side=None, max_megapixels=1)


def pixels(path: Path) -> list[Any]:
    return np.asarray(read(path).image).tolist()  # type: ignore[no-any-return]


def written(folder: Path, kind: Tiff, values: np.ndarray[Any, Any]) -> Path:
    (folder / "a.tif").write_bytes(kind.file(values))
    return folder / "a.tif"


def float_rgb(**options: Any) -> Tiff:
    return Tiff(**{"bits": 32, "kind": 3, "photometric": 2, **options})


FLOATS = [
    float_rgb(),
    float_rgb(order=">"),
    float_rgb(is_packed=True, rows=1),
    float_rgb(planes=2),
    float_rgb(planes=2, is_packed=True, rows=1, order=">"),
    float_rgb(bits=64),
    float_rgb(bits=16, is_packed=True),
]


@pytest.mark.parametrize("kind", FLOATS)
def test_floating_point_colours_are_shown_from_0_to_1(tmp_path: Path, kind: Tiff) -> None:
    assert np.abs(np.array(pixels(written(tmp_path, kind, RGB))) - SHOWN).max() <= (kind.bits == 16)


def test_numbers_of_black_and_white_may_be_told(tmp_path: Path) -> None:
    # SMinSampleValue and SMaxSampleValue, here whole numbers.
    kind = float_rgb(more={340: (0, 0, 0), 341: (100, 100, 100)})
    assert pixels(written(tmp_path, kind, RGB * 100)) == SHOWN


@pytest.mark.parametrize("values", [RGB * 255, RGB * 1.5, RGB - 0.2, np.where(RGB == 1, np.inf, RGB)])
def test_values_of_which_nobody_says_what_is_white_are_refused(tmp_path: Path, values: np.ndarray[Any, Any]) -> None:
    with pytest.raises(ImageError) as caught:
        read(written(tmp_path, float_rgb(), values))
    assert caught.value.reason == (
        "this kind of TIFF can't be read (32-bit floating-point RGB, 3 values a pixel, raw; values go beyond black or "
        "white, and which are these isn't told); save it as JPEG, PNG or 8-bit TIFF with another program"
    )


def test_what_sharpening_left_beyond_white_is_white_and_no_number_is_black(tmp_path: Path) -> None:
    values = np.array([[[1.005, -0.005, np.nan]]])
    assert pixels(written(tmp_path, float_rgb(), values)) == [[[255, 0, 0]]]


@pytest.mark.parametrize(
    ("extra", "second"),
    # Half transparent red on white: (1, 0, 0) x 0.5 + 0.5. Multiplied by 0.5 already, it is (0.5, 0, 0) in the file.
    [(2, [1.0, 0.0, 0.0, 0.5]), (1, [0.5, 0.0, 0.0, 0.5])],
)
def test_transparent_parts_come_out_white(tmp_path: Path, extra: int, second: list[float]) -> None:
    kind = float_rgb(extra=(extra,), is_packed=True)
    found = pixels(written(tmp_path, kind, np.array([[[0.0, 0.0, 1.0, 1.0], second]])))
    assert np.abs(np.array(found) - [[[0, 0, 255], [255, 127, 127]]]).max() <= 1


def test_a_band_that_means_nothing_makes_nothing_transparent(tmp_path: Path) -> None:
    kind = float_rgb(extra=(0,))
    assert pixels(written(tmp_path, kind, np.array([[[0.0, 0.0, 1.0, 0.0]]]))) == [[[0, 0, 255]]]


@pytest.mark.parametrize(
    "kind",
    [
        Tiff(bits=16, extra=(2,)),
        Tiff(bits=16, extra=(2,), order=">", is_packed=True, rows=1),
        Tiff(bits=16, extra=(2,), planes=2),
    ],
)
def test_grey_of_16_bits_with_transparency(tmp_path: Path, kind: Tiff) -> None:
    assert pixels(written(tmp_path, kind, GREY)) == [[[0] * 3, [128] * 3], [[255] * 3, [255] * 3]]


def test_grey_of_which_0_is_white(tmp_path: Path) -> None:
    # The transparency isn't the other way round: its last pixel, 0 and 0, is white and nothing.
    assert pixels(written(tmp_path, Tiff(bits=16, photometric=0, extra=(2,)), GREY)) == [
        [[255] * 3, [127] * 3],
        [[0] * 3, [255] * 3],
    ]


def predicted_by_floats(row: np.ndarray[Any, Any]) -> bytes:
    """A row of one value a pixel in three bands, as Adobe's note on the floating-point predictor has it."""
    bytes_ = [struct.pack(">f", value) for value in row.reshape(-1)]
    apart = b"".join(bytes(one[place] for one in bytes_) for place in range(4))
    return bytes((apart[at] - (apart[at - 3] if at >= 3 else 0)) % 256 for at in range(len(apart)))


def predicted_by_differences(row: np.ndarray[Any, Any]) -> bytes:
    """A row of 16-bit grey with transparency: each value less the one of the pixel before, TIFF 6.0."""
    values = row.reshape(-1).tolist()
    return struct.pack(
        f"<{len(values)}H", *((one - (values[n - 2] if n > 1 else 0)) % 65536 for n, one in enumerate(values))
    )


def with_strip(content: bytes, before: bytes, after: bytes) -> bytes:
    """The file with this strip in the place of the one, which is as long."""
    assert content.count(before) == 1
    return content.replace(before, after)


def test_differences_between_values_are_summed_up(tmp_path: Path) -> None:
    kind = Tiff(bits=16, extra=(2,), more={317: (2,)})
    plain = GREY.astype("<u2").tobytes()
    content = with_strip(kind.file(GREY), plain, b"".join(map(predicted_by_differences, GREY)))
    (tmp_path / "a.tif").write_bytes(content)
    assert pixels(tmp_path / "a.tif") == [[[0] * 3, [128] * 3], [[255] * 3, [255] * 3]]


def test_differences_between_bytes_of_floats_are_summed_up(tmp_path: Path) -> None:
    kind = float_rgb(more={317: (3,)})
    plain = RGB.astype("<f4").tobytes()
    content = with_strip(kind.file(RGB), plain, b"".join(map(predicted_by_floats, RGB)))
    (tmp_path / "a.tif").write_bytes(content)
    assert pixels(tmp_path / "a.tif") == SHOWN


DAMAGE = [
    pytest.param(
        float_rgb(), lambda content: content.replace(struct.pack("<HHI", 279, 4, 1), b"\0" * 8), id="no lengths"
    ),
    pytest.param(float_rgb(), lambda content: _set(content, 273, 2**30), id="strip outside"),
    pytest.param(float_rgb(), lambda content: _set(content, 279, 2**31), id="strip longer than the file"),
    pytest.param(float_rgb(is_packed=True), lambda content: content[:10] + b"\xff" * 8 + content[18:], id="flipped"),
]


def _set(content: bytes, tag: int, value: int) -> bytes:
    at = content.rindex(struct.pack("<HH", tag, 4)) + 4
    return content[:at] + struct.pack("<II", 1, value) + content[at + 8 :]


@pytest.mark.parametrize(("kind", "damage"), DAMAGE)
def test_missing_parts_are_told_as_damage(tmp_path: Path, kind: Tiff, damage: Any) -> None:
    (tmp_path / "a.tif").write_bytes(damage(kind.file(RGB)))
    with pytest.raises(ImageError, match=r"damaged or cut short: \d+ bytes are there"):
        read(tmp_path / "a.tif")


WAYS = {
    "none": ["-compress", "none"],
    "lzw, floats": ["-compress", "lzw", "-define", "tiff:predictor=3"],
    "zip, differences, tiles": [
        "-compress",
        "zip",
        "-define",
        "tiff:predictor=2",
        "-define",
        "tiff:tile-geometry=16x32",
    ],
    "zip, floats, tiles, great end first": [
        *("-compress", "zip", "-define", "tiff:predictor=3", "-define", "tiff:tile-geometry=32x16", "-endian", "MSB"),
    ],
    "turned": ["-compress", "zip", "-orient", "RightTop"],
}


@pytest.mark.skipif(shutil.which("convert") is None, reason="no ImageMagick")
@pytest.mark.parametrize("grey", [False, True], ids=["floating-point", "grey"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_another_program_writes_is_seen_as_that_sees_it(tmp_path: Path, way: list[str], grey: bool) -> None:
    photo = tmp_path / "a.tif"
    if grey:
        way = ["tiff:predictor=2" if one == "tiff:predictor=3" else one for one in way]
        depth = ["-colorspace", "gray", "-alpha", "on", "-channel", "A", "-fx", "i/w", "+channel", "-depth", "16"]
    else:
        depth = ["-define", "quantum:format=floating-point", "-depth", "32"]
    drawn = ["-size", "75x50", "gradient:red-blue", "-swirl", "90"]
    # It complains that it can't tell of no predictor, and writes the file.
    subprocess.run(["convert", *drawn, *depth, *way, str(photo)], check=False, capture_output=True)
    back = ["-auto-orient", "-background", "white", "-alpha", "remove", "-colorspace", "sRGB", "-depth", "8", "rgb:-"]
    told = subprocess.run(["convert", f"{photo}[0]", *back], capture_output=True, check=True).stdout
    ours = np.asarray(read(photo).image).astype(int)
    assert ours.shape == ((75, 50, 3) if "RightTop" in way else (50, 75, 3))
    assert np.abs(ours - np.frombuffer(told, np.uint8).reshape(ours.shape)).max() <= 1 + grey
