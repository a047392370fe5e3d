"""The keywords that a photo has in itself, as XMP, IPTC and EXIF. Read only."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gallery.errors import ImageError, SidecarError
from gallery.xmp.packet import Packet
from gallery.xmp.properties import CATEGORIES, LAST_KEYWORDS, LISTS, SUBJECT, Property
from gallery.xmp.tagging import keywords_around

if TYPE_CHECKING:
    from PIL import ImageFile

_IPTC_KEYWORDS: Final = (2, 25)
_IPTC_CODED_CHARACTER_SET: Final = (1, 90)
_UTF_8: Final = b"\x1b%G"
_XP_KEYWORDS: Final = 0x9C9E
"""EXIF's tag for what Windows writes into LAST_KEYWORDS, too: UTF-16, a semicolon between any two."""


def own_keywords(photo: Path) -> dict[Property, list[str]]:
    """The keywords in the photo; IPTC's are among those of `dc:subject`, and EXIF's among the last ones of Windows.

    Of other places than LISTS only those that hold any.

    Metadata that can't be read counts as none, with a line in the log: then nobody else can read it either. Raises
    SidecarError where the photo itself can't be read.
    """
    from gallery.images.exif import exif_of
    from gallery.images.opening import open_image

    try:
        with open_image(photo) as image:
            if image.format == "PNG":  # whose metadata may follow the pixels
                image.load()
            found = _xmp(image.info.get("xmp"), photo)
            more = {SUBJECT: _iptc(image), LAST_KEYWORDS: _xp(exif_of(image).get(_XP_KEYWORDS))}
            found |= {one: list(dict.fromkeys([*found.get(one, ()), *texts])) for one, texts in more.items()}
            return {one: texts for one, texts in found.items() if texts or one in LISTS}
    except ImageError as error:
        raise SidecarError(photo, f"no sidecar, for the keywords in the photo can't be read: {error.reason}") from None


def _xmp(content: Any, photo: Path) -> dict[Property, list[str]]:
    # Writers end it with NULs, in TIFF and elsewhere.
    content = content.encode() if isinstance(content, str) else bytes(content or b"").rstrip(b"\0")
    try:
        if content:
            packet = Packet(content, str(photo))
            found = keywords_around(packet)
            return {one: texts if one is CATEGORIES else _clean(texts) for one, texts in found.items()}
    except SidecarError as error:
        logging.getLogger(__name__).warning("%s: the metadata in the photo %s", photo, error.reason)
    return {one: [] for one in LISTS}


def _xp(value: object) -> list[str]:
    text = value.decode("utf-16-le", "replace") if isinstance(value, bytes) else ""
    return _clean(text.partition("\0")[0].split(";"))


def _iptc(image: ImageFile.ImageFile) -> list[str]:
    from PIL import IptcImagePlugin

    try:
        found: Any = IptcImagePlugin.getiptcinfo(image) or {}
    except Exception:  # damaged in whatever way: it holds no keywords
        return []
    texts = found.get(_IPTC_KEYWORDS, [])
    codec = "utf-8" if found.get(_IPTC_CODED_CHARACTER_SET) == _UTF_8 else None
    return _clean(_decoded(text, codec) for text in (texts if isinstance(texts, list) else [texts]))


def _decoded(text: bytes, codec: str | None) -> str:
    try:
        return text.decode(codec or "utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _clean(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_readable(texts)))


def _readable(texts: Iterable[str]) -> Iterator[str]:
    """Without what XML can't hold, and in one line each."""
    for text in texts:
        line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        if line:
            yield line
