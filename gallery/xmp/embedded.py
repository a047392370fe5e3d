"""The keywords that a photo has in itself, as XMP and as IPTC. Read only."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gallery.errors import ImageError, SidecarError
from gallery.xmp.packet import Packet
from gallery.xmp.properties import LISTS, SUBJECT, Property

if TYPE_CHECKING:
    from PIL import ImageFile

_IPTC_KEYWORDS: Final = (2, 25)
_IPTC_CODED_CHARACTER_SET: Final = (1, 90)
_UTF_8: Final = b"\x1b%G"


def own_keywords(photo: Path) -> dict[Property, list[str]]:
    """The lists of keywords in the photo; IPTC's are among those of `dc:subject`.

    Metadata that can't be read counts as none, with a line in the log: then nobody else can read it either. Raises
    SidecarError where the photo itself can't be read.
    """
    from gallery.images.opening import open_image

    try:
        with open_image(photo) as image:
            if image.format == "PNG":  # whose metadata may follow the pixels
                image.load()
            found = _xmp(image.info.get("xmp"), photo)
            plain = [*found[SUBJECT], *_iptc(image)]
            return {**found, SUBJECT: list(dict.fromkeys(plain))}
    except ImageError as error:
        raise SidecarError(photo, f"no sidecar, for the keywords in the photo can't be read: {error.reason}") from None


def _xmp(content: Any, photo: Path) -> dict[Property, list[str]]:
    # Writers end it with NULs, in TIFF and elsewhere.
    content = content.encode() if isinstance(content, str) else bytes(content or b"").rstrip(b"\0")
    try:
        if content:
            packet = Packet(content, str(photo))
            return {one: _clean(packet.values(one)) for one in LISTS}
    except SidecarError as error:
        logging.getLogger(__name__).warning("%s: the metadata in the photo %s", photo, error.reason)
    return {one: [] for one in LISTS}


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
