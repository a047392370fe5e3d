"""Pictures in a terminal: as half blocks in colour, or by the graphics protocol of kitty, or as sixels.

The protocol of kitty: https://sw.kovidgoyal.net/kitty/graphics-protocol/
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PIL import Image
    from rich.console import Console
    from rich.text import Text

_CHUNK: Final = 4096
"""Most characters of base64 in one escape sequence, as the protocol demands."""

Way = Literal["kitty", "sixel", "blocks"]


@dataclass(frozen=True, slots=True)
class Room:
    """Most columns and lines that a picture may take; characters are taken for twice as high as wide."""

    columns: int
    lines: int

    def of(self, image: Image.Image) -> tuple[int, int]:
        """Columns and lines of the picture, as large as fits."""
        scale = min(self.columns / image.width, 2 * self.lines / image.height)
        return max(round(image.width * scale), 1), max(round(image.height * scale / 2), 1)


def way_to_draw(screen: Console, environ: Mapping[str, str]) -> Way | None:
    """How this terminal shows pictures; None where it can't, or shall not use colours."""
    if screen.no_color or screen.color_system is None or not screen.encoding.startswith("utf"):
        return None
    # Within tmux and screen the variables are inherited, but the sequences don't get through.
    if environ.get("TERM", "").startswith(("tmux", "screen")):
        return "blocks"
    if _knows_kitty(environ):
        return "kitty"
    return "sixel" if _knows_sixels(environ) else "blocks"


def _knows_kitty(environ: Mapping[str, str]) -> bool:
    return environ.get("TERM") in ("xterm-kitty", "xterm-ghostty") or "KITTY_WINDOW_ID" in environ


def _knows_sixels(environ: Mapping[str, str]) -> bool:
    """Only those that show them as they are installed; others would print them as text."""
    if environ.get("TERM", "").startswith(("foot", "mlterm")):
        return True
    version = environ.get("KONSOLE_VERSION", "")
    if version.isdecimal() and len(version) == 6:  # 220400 is 22.04, the first that does
        return int(version) >= 220400
    return environ.get("TERM_PROGRAM") in ("WezTerm", "iTerm.app", "mintty")


def half_blocks(image: Image.Image, room: Room) -> Text:
    """An RGB picture of characters that show a pixel in their upper half and another in their lower one."""
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    width, height = room.of(image)
    small = image.resize((width, 2 * height))
    drawn = Text(no_wrap=True)
    for line in range(height):
        for column in range(width):
            upper, lower = (_pixel(small, column, 2 * line + half) for half in (0, 1))
            drawn.append("▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower)))
        if line < height - 1:
            drawn.append("\n")
    return drawn


def kitty(image: Image.Image, room: Room) -> str:
    """The escape sequences that make kitty draw the picture over as many columns and lines as `half_blocks` takes."""
    png = io.BytesIO()
    image.save(png, "PNG")
    width, height = room.of(image)
    # q=2: the terminal's answers would be taken for keys.
    return "".join(_sequences(base64.b64encode(png.getvalue()).decode(), f"a=T,f=100,q=2,c={width},r={height}"))


def _sequences(content: str, keys: str) -> Iterator[str]:
    for start in range(0, len(content), _CHUNK):
        more = f"m={int(start + _CHUNK < len(content))}"
        yield f"\x1b_G{more if start else f'{keys},{more}'};{content[start : start + _CHUNK]}\x1b\\"


def _pixel(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue = image.getpixel((x, y))  # type: ignore[misc] # a picture in RGB
    return int(red), int(green), int(blue)
