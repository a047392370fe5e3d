"""What a review shows of a face: its picture as large as there is room, what the model thinks, the keys."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gallery.cli.output import printable
from gallery.cli.photo_cards import bars
from gallery.cli.pictures import Room, half_blocks, kitty, way_to_draw
from gallery.curation.doubt import DoubtfulFace
from gallery.errors import GalleryError, ImageError
from gallery.insight.viewing import open_photo
from gallery.settings import Settings
from gallery.system.unix import cell_size

if TYPE_CHECKING:
    from PIL import Image
    from rich.console import Console, RenderableType
    from rich.text import Text

    from gallery.store.store import Store

LEGEND: Final = (
    "a angry  d disgust  f fear  h happy  s sad  p surPrise  n neutral  x not a face",
    "Enter as the program says  k skip  w whole photo  o open it  u undo  q quit",
)
_TEXT_LINES: Final = 9
"""Lines of a card beside the picture, with one that stays free for the answer."""
_LEAST, _MOST = 16, 160
"""Columns of a picture: with fewer nobody is known, and more show no more of a stored face."""
_PHOTO_PX: Final = 1600
_FRAME: Final = ((0, 0, 0), (255, 214, 0))
"""Of the face in its photo: dark around bright is seen on any ground."""


@dataclass(frozen=True, slots=True)
class ReviewScreen:
    """Draws on the console in the way that the variables of the environment tell its terminal knows."""

    store: Store
    console: Console
    environ: Mapping[str, str]
    settings: Settings

    def draw(self, face: DoubtfulFace, position: int, total: int) -> None:
        """Shows a face, its position from 1, and of how many."""
        self.console.print()
        self._print_crop(face)
        for line in _card(face, position, total):
            self.console.print(line, soft_wrap=True)

    def show_photo(self, face: DoubtfulFace) -> str:
        """Shows the whole photo with the face framed; what there is to say of it."""
        if way_to_draw(self.console, self.environ) is None:
            return "this terminal shows no pictures; o opens the photo in the system's viewer"
        try:
            self._print(_framed(face, self.settings))
        except ImageError as error:
            return str(error)
        return str(face)

    def open_photo(self, face: DoubtfulFace) -> str:
        """Opens the photo in the system's viewer; what there is to say of it."""
        try:
            return f"opened {open_photo(self.store, face.path, self.settings)}"
        except GalleryError as error:
            return str(error)

    def _print_crop(self, face: DoubtfulFace) -> None:
        if way_to_draw(self.console, self.environ) is None:
            return
        from gallery.indexing.pipeline import decode_crop

        try:
            self._print(decode_crop(self.store.crop(face.id)))
        # A database may come from anywhere: whatever a damaged picture makes of Pillow, the face can still be answered.
        except Exception as error:
            self.console.print(printable(f"its stored picture can't be read: {error}"), soft_wrap=True)

    def _print(self, picture: Image.Image) -> None:
        drawn = self._drawn(picture)
        if isinstance(drawn, str):
            # Rich would take the sequences for text and break them into lines.
            self.console.file.write(f"{drawn}\n")
            self.console.file.flush()
        else:
            self.console.print(drawn)

    def _drawn(self, picture: Image.Image) -> RenderableType:
        room = room_on(self.console)
        match way_to_draw(self.console, self.environ):
            case "kitty":
                return kitty(picture, room)
            case "sixel":
                from gallery.cli.sixels import sixels

                return sixels(picture, room, cell_size(sys.stdout))
            case _:
                return half_blocks(picture, room)


def room_on(console: Console) -> Room:
    """What the picture may take of the terminal, so that it and the text are seen together."""
    columns = max(_LEAST, min(_MOST, console.width - 1))
    return Room(columns, max(_LEAST // 2, min(_MOST // 2, console.height - _TEXT_LINES)))


def _framed(face: DoubtfulFace, settings: Settings) -> Image.Image:
    from PIL import ImageDraw

    from gallery.images.decode import read_image

    photo = read_image(face.path, long_side=_PHOTO_PX, max_megapixels=settings.max_megapixels, quick=True)
    picture = photo.image.convert("RGB")
    scale = picture.width / photo.width, picture.height / photo.height
    box = face.box.scaled(*scale).clipped(*picture.size)
    width = max(2, max(picture.size) // 80)  # seen in a terminal of 80 columns
    pen = ImageDraw.Draw(picture)
    for wider, colour in zip((2 * width, width), _FRAME, strict=True):
        corners = (box.left - wider, box.top - wider, box.right + wider, box.bottom + wider)
        pen.rectangle(corners, outline=colour, width=wider)
    return picture


def _card(face: DoubtfulFace, position: int, total: int) -> Iterator[Text]:
    from rich.text import Text

    yield Text(f"{position}/{total}  {printable(str(face))}", style="bold")
    yield Text(f"  from {face.box}" + (f", taken {face.taken_at:%Y-%m-%d %H:%M}" if face.taken_at else ""))
    yield from bars(dict(face.likeliest(3)))
    yield from (Text(line, style="dim") for line in LEGEND)
