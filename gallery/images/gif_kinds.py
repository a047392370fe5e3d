"""GIF whose first frame covers a part of the picture only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import GifImagePlugin, Image

if TYPE_CHECKING:
    from PIL._imaging import PixelAccess


class GifPicture(GifImagePlugin.GifImageFile):
    """A GIF whose first frame, once loaded, is transparent where it has no pixels, as browsers show it."""

    def load(self) -> PixelAccess | None:
        """Pillow fills the rest with the first colour of the palette."""
        frame = self.tile[0].extents if self.tile else None
        access = super().load()
        if frame is None or frame == (0, 0, *self.size):
            return access
        canvas = Image.new("RGBA", self.size, (0, 0, 0, 0))
        canvas.paste(self.convert("RGBA").crop(frame), frame)
        self.im, self._mode = canvas.im, "RGBA"
        self.info.pop("transparency", None)
        return super().load()
