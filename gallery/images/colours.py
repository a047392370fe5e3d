"""The colours of a picture without its profile: profiles are metadata, and name devices and their owners."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageCms import ImageCmsTransform

_VERSION: Final = 8
"""Where the bytes of a profile tell of which version it is."""


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


def cmyk_in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """A new RGB picture of one in CMYK, by its profile, or by arithmetic where that is damaged or of other colours.

    As ImageMagick makes it: as photos are printed, the darkest ink as dark as a screen's.
    """
    return _by(_cmyk_to_srgb(profile, darkens=True), picture) or picture.convert("RGB")


def as_browsers_show_cmyk(picture: Image.Image, profile: bytes) -> Image.Image:
    """A picture made RGB by arithmetic, as Chromium shows a JPEG of CMYK with this profile.

    It takes what arithmetic gives for the first three inks and nothing for black, and asks the profile about these.
    """
    from PIL import Image, ImageChops

    inks = [*ImageChops.invert(picture).split(), Image.new("L", picture.size, 0)]
    return _by(_cmyk_to_srgb(profile, darkens=False), Image.merge("CMYK", inks)) or picture


def _by(transform: ImageCmsTransform | None, picture: Image.Image) -> Image.Image | None:
    from PIL import ImageCms

    return ImageCms.applyTransform(picture, transform) if transform else None


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


@lru_cache(maxsize=16)
def _cmyk_to_srgb(profile: bytes, *, darkens: bool) -> ImageCmsTransform | None:
    """As `_to_srgb`, by the table for photos; unless it `darkens`, black stays as bright as the ink is."""
    from PIL import ImageCms

    try:
        given = ImageCms.getOpenProfile(io.BytesIO(profile))
        srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        if not darkens:
            srgb[_VERSION] = 2  # by profiles of version 4 Little CMS darkens, asked to or not
        shown = ImageCms.getOpenProfile(io.BytesIO(bytes(srgb)))
        return ImageCms.buildTransform(given, shown, "CMYK", "RGB", ImageCms.Intent.PERCEPTUAL, ImageCms.Flags.NOCACHE)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
