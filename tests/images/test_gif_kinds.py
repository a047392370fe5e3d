from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gallery.images.decode import read_image

SIZE = (5, 4)


def smaller(frame: tuple[int, int, int, int], clear: int | None = None) -> bytes:
    """A GIF of SIZE whose only frame, left, top, width and height, is red; black is the first of its colours."""
    left, top, width, height = frame
    drawn = Image.new("P", (width, height), 1)
    drawn.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 255])
    content = io.BytesIO()
    drawn.save(content, "GIF", optimize=False, **({} if clear is None else {"transparency": clear}))
    whole = bytearray(content.getvalue())
    whole[6:10] = b"".join(side.to_bytes(2, "little") for side in SIZE)
    at = whole.index(b"\x2c" + bytes(4))
    whole[at + 1 : at + 5] = left.to_bytes(2, "little") + top.to_bytes(2, "little")
    return bytes(whole)


def pixels(path: Path) -> np.ndarray[Any, Any]:
    return np.asarray(read_image(path, long_side=None, max_megapixels=1).image)


@pytest.mark.parametrize("clear", [None, 2])
@pytest.mark.parametrize("frame", [(0, 0, 5, 4), (0, 0, 2, 3), (1, 2, 3, 2), (4, 3, 1, 1)])
def test_what_a_first_frame_leaves_free_is_white(tmp_path, frame, clear):
    (tmp_path / "a.gif").write_bytes(smaller(frame, clear))
    expected = np.full((SIZE[1], SIZE[0], 3), 255)
    left, top, width, height = frame
    expected[top : top + height, left : left + width] = (255, 0, 0)
    assert (pixels(tmp_path / "a.gif") == expected).all()
