"""The colours of a picture without its profile: profiles are metadata, and name devices and their owners."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageCms import ImageCmsTransform


def in_srgb(picture: Image.Image) -> Image.Image:
    """The same colours in sRGB, without the profile of the picture: it may be changed itself.

    A profile that is damaged, or of a printer, is taken away, and the colours stay as most programs show them.
    """
    profile = picture.info.pop("icc_profile", None)
    transform = _to_srgb(profile) if profile else None
    if transform is None:
        return picture
    from PIL import ImageCms

    return ImageCms.applyTransform(picture, transform) or picture


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes) -> ImageCmsTransform | None:
    """Kept: making one takes longer than applying it to a small picture, and a library has a few profiles."""
    from PIL import ImageCms

    try:
        given = ImageCms.getOpenProfile(io.BytesIO(profile))
        # What a transform remembers of the last pixel is no thread's own, unless it remembers nothing.
        flags = ImageCms.Flags.NOCACHE
        return ImageCms.buildTransform(given, ImageCms.createProfile("sRGB"), "RGB", "RGB", flags=flags)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
