"""The eight ways in which a picture may lie, and where boxes and points of it are once it was turned.

A turn is a number 1 to 8: what makes a picture with this EXIF orientation upright, done to a picture.

| turn | does | a point at (x, y) of a picture 1 wide and 1 high |
|---|---|---|
| 1 | nothing | (x, y) |
| 2 | left becomes right | (1 - x, y) |
| 3 | upside down | (1 - x, 1 - y) |
| 4 | top becomes bottom | (x, 1 - y) |
| 5 | top left stays, the other corners are swapped | (y, x) |
| 6 | a quarter to the right | (1 - y, x) |
| 7 | bottom left and top right are swapped | (1 - y, 1 - x) |
| 8 | a quarter to the left | (y, 1 - x) |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from gallery.faces import Box, Detection

if TYPE_CHECKING:
    from PIL import Image

TURNS: Final = range(1, 9)
SIDEWAYS: Final = frozenset({5, 6, 7, 8})
"""Width and height are swapped."""
MIRRORED: Final = frozenset({2, 4, 5, 7})

Point = tuple[float, float]
Size = tuple[int, int]
"""Width and height in pixels."""

_MOVES: Final[Mapping[int, Callable[[float, float], Point]]] = {
    1: lambda x, y: (x, y),
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (1 - y, x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (y, 1 - x),
}
_PILLOWS: Final = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""The numbers that Pillow has for turns."""
_CORNERS: Final = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
_BY_CORNERS: Final = {tuple(move(*corner) for corner in _CORNERS): turn for turn, move in _MOVES.items()}


def both(first: int, then: int) -> int:
    """The turn that does one after the other."""
    return _BY_CORNERS[tuple(_MOVES[then](*_MOVES[first](*corner)) for corner in _CORNERS)]


def undone(turn: int) -> int:
    """The turn that takes this one back."""
    return {6: 8, 8: 6}.get(turn, turn)


def between(before: int, after: int) -> int:
    """What turns the upright picture of a file into that of one with the same pixels and another EXIF orientation."""
    return both(undone(before), after)


def turned_size(size: Size, turn: int) -> Size:
    """Width and height of a turned picture."""
    return (size[1], size[0]) if turn in SIDEWAYS else size


def turned_box(box: Box, turn: int, size: Size, new_size: Size) -> Box:
    """Where a box of a picture of this size lies in the turned one, which may have been made larger or smaller."""
    (left, top), (right, bottom) = _turned([(box.left, box.top), (box.right, box.bottom)], turn, size, new_size)
    return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))


def turned_face(face: Detection, turn: int, size: Size, new_size: Size) -> Detection:
    """The same face in the turned picture. In a mirror eyes and corners of the mouth change their sides."""
    points = _turned(face.landmarks, turn, size, new_size)
    if turn in MIRRORED and len(points) == 5:
        left_eye, right_eye, nose, left_corner, right_corner = points
        points = (right_eye, left_eye, nose, right_corner, left_corner)
    return Detection(turned_box(face.box, turn, size, new_size), face.confidence, points)


def _turned(points: Sequence[Point], turn: int, size: Size, new_size: Size) -> tuple[Point, ...]:
    shares = (_MOVES[turn](x / size[0], y / size[1]) for x, y in points)
    return tuple((x * new_size[0], y * new_size[1]) for x, y in shares)


def turned_image(image: Image.Image, turn: int) -> Image.Image:
    """The picture, turned; the very same one where nothing is to be done."""
    from PIL import Image as Pillow  # here: searches know of turns, and must not wait for it

    return image if turn == 1 else image.transpose(Pillow.Transpose(_PILLOWS[turn]))


def nearest_turn(degrees: float) -> int:
    """The turn by quarters, 1, 3, 6 or 8, that comes nearest to one by so many degrees counterclockwise."""
    return (1, 8, 3, 6)[round(degrees / 90) % 4]
