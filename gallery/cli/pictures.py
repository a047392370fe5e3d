"""Pictures in a terminal: as half blocks in colour, or by the graphics protocol of kitty.

The protocol: https://sw.kovidgoyal.net/kitty/graphics-protocol/
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PIL import Image
    from rich.console import Console
    from rich.text import Text

COLUMNS: Final = 32
"""Width of a picture. A square one is 16 lines high, which leaves room for eight more in a small terminal of 24."""

_CHUNK: Final = 4096
"""Most characters of base64 in one escape sequence, as the protocol demands."""

Way = Literal["kitty", "blocks"]


def way_to_draw(screen: Console, environ: Mapping[str, str]) -> Way | None:
    """How this terminal shows pictures; None where it can't, or shall not use colours."""
    if screen.no_color or screen.color_system is None or not screen.encoding.startswith("utf"):
        return None
    term = environ.get("TERM", "")
    # Within tmux and screen the variable is inherited, but the sequences don't get through.
    inside = term.startswith(("tmux", "screen"))
    return "kitty" if term == "xterm-kitty" or ("KITTY_WINDOW_ID" in environ and not inside) else "blocks"


def half_blocks(image: Image.Image, columns: int = COLUMNS) -> Text:
    """An RGB picture so many columns wide, at most half as many lines high, of characters that show a pixel in their
    upper half and another in their lower one; they are about twice as high as wide.
    """
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    width, height = _size(image, columns)
    small = image.resize((width, 2 * height))
    drawn = Text(no_wrap=True)
    for line in range(height):
        for column in range(width):
            upper, lower = (_pixel(small, column, 2 * line + half) for half in (0, 1))
            drawn.append("▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower)))
        if line < height - 1:
            drawn.append("\n")
    return drawn


def kitty(image: Image.Image, columns: int = COLUMNS) -> str:
    """The escape sequences that make kitty draw the picture over as many columns and lines as `half_blocks` takes."""
    png = io.BytesIO()
    image.save(png, "PNG")
    width, height = _size(image, columns)
    # q=2: the terminal's answers would be taken for keys.
    return "".join(_sequences(base64.b64encode(png.getvalue()).decode(), f"a=T,f=100,q=2,c={width},r={height}"))


def _sequences(content: str, keys: str) -> Iterator[str]:
    for start in range(0, len(content), _CHUNK):
        more = f"m={int(start + _CHUNK < len(content))}"
        yield f"\x1b_G{more if start else f'{keys},{more}'};{content[start : start + _CHUNK]}\x1b\\"


def _size(image: Image.Image, columns: int) -> tuple[int, int]:
    """Columns and lines of the picture in the terminal: a tall one is narrower, no higher than a square."""
    scale = columns / max(image.size)
    return max(round(image.width * scale), 1), max(round(image.height * scale / 2), 1)


def _pixel(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue = image.getpixel((x, y))  # type: ignore[misc] # a picture in RGB
    return int(red), int(green), int(blue)
