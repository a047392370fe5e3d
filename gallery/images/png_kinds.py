"""PNG whose transparency and light Pillow reads in another way than browsers."""

from __future__ import annotations

from typing import Final

from PIL import PngImagePlugin

from gallery.images.pixels import LIGHT

_STEPS: Final = {"L;2": 85, "L;4": 17}
"""Of 255, between the greys of 2 and 4 bits."""
_USUAL_GAMMA: Final = 1 / 2.2
_NEARLY: Final = 0.05


class PngPicture(PngImagePlugin.PngImageFile):
    """A PNG whose pixels are right once loaded (PNG, third edition: 11.3.1.1, 11.3.2.2)."""

    def _open(self) -> None:
        super()._open()
        clear = self.info.get("transparency")
        if isinstance(clear, int) and self.tile:
            self.info["transparency"] = clear * _STEPS.get(str(self.tile[0].args), 1)
        if "icc_profile" in self.info or "srgb" in self.info:
            return
        gamma = self.info.get("gamma")
        if isinstance(gamma, float) and gamma > 0 and abs(gamma / _USUAL_GAMMA - 1) > _NEARLY:
            self.info[LIGHT] = gamma
