"""Why a file isn't read, in words that say what to do: it is damaged, of a kind that isn't read, or too large."""

from __future__ import annotations

import errno
import os
import re
from typing import Final

from PIL import Image

from gallery.errors import ImageError

_NOT_SUPPORTED: Final = re.compile(r"cannot handle|unsupported|not supported|not implemented", re.I)
"""How decoders say that a picture may be sound, but is nothing for them."""


_SAVE_AS: Final = "save it as JPEG, PNG or 8-bit TIFF with another program"


class UnsupportedKindError(ValueError):
    """The picture may be sound, but nothing here reads this kind of its format."""

    def __init__(self, format_name: str, kind: str) -> None:
        super().__init__(f"this kind of {format_name} can't be read ({kind}); {_SAVE_AS}")


def explained(error: Exception, size_bytes: int) -> tuple[str, bool]:
    """A reason in plain words, and whether the same bytes, of a file of this size, may be readable next time."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "is gone; it was moved or deleted, or its drive is not connected", True
    if isinstance(error, PermissionError):
        return "no permission to read it; change the file's rights", True
    if isinstance(error, MemoryError):
        return "not enough memory to decode it; close other programs, or lower the setting max_megapixels", True
    if isinstance(error, OSError) and error.errno is not None:
        return f"can't be read from the disk ({os.strerror(error.errno)})", error.errno != errno.ENAMETOOLONG
    if isinstance(error, Image.DecompressionBombError):
        return "too many pixels for its decoder; save it smaller", False
    if isinstance(error, UnsupportedKindError):
        return str(error), False
    if _NOT_SUPPORTED.search(str(error)):
        return f"this kind of picture can't be read ({_one_line(error)}); {_SAVE_AS}", False
    return f"damaged or cut short: {size_bytes} bytes are there ({_one_line(error)}); restore it from a copy", False


def was_said_of_sound_ones(reason: str) -> bool:
    """Whether a version that called damaged what it merely couldn't read gave this reason."""
    return reason.startswith("damaged or cut short (")


def _one_line(error: Exception) -> str:
    text = "".join(c if c.isprintable() else " " for c in str(error))
    return text[:200] or type(error).__name__


def check_megapixels(path: str | os.PathLike[str], size: tuple[int, int], limit: float) -> None:
    megapixels = size[0] * size[1] / 1e6
    if megapixels > limit:
        raise ImageError(
            path,
            f"{size[0]} x {size[1]} pixels are {megapixels:.6g} megapixels, the setting max_megapixels allows "
            f"{limit:.6g}; raise it if you trust the file",
        )
