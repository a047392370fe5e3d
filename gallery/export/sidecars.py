"""The XMP sidecars that travel with a photo, and what they are called where it is exported to."""

from __future__ import annotations

import stat
from pathlib import Path

from gallery.errors import SidecarError
from gallery.export.safe_names import harmless, shortened


class Sidecars:
    """Those of one export's photos; whose a file is, is decided as for `gallery xmp`."""

    def __init__(self) -> None:
        from gallery.xmp.pairing import Places  # with lxml, which a list of albums needn't wait for

        self._places = Places()

    def of(self, photo: Path) -> list[Path]:
        """The sidecars of this photo, `beach.jpg.xmp` and `beach.xmp`, where they exist.

        Links are left alone: whoever made a folder could have them lead to what isn't meant to be handed on.
        """
        try:
            found = self._places.handed_on_with(photo)
        except SidecarError:  # its folder can't be listed: then what the name alone tells
            found = [photo.with_name(f"{photo.name}.xmp")]
        return [path for path in found if _is_plain_file(path)]


def sidecar_names(sidecar: Path, source: Path, name: str) -> tuple[str, ...]:
    """The names a sidecar may get beside the photo that was exported as `name`, in the order of preference.

    Photos that differ only in their suffix want the same `beach.xmp`; `beach.jpg.xmp` belongs to one of them.
    """
    folder, slash, last = name.rpartition("/")
    own = folder + slash + shortened(harmless(f"{last}{sidecar.suffix}"))
    if sidecar.name == f"{source.name}{sidecar.suffix}":
        return (own,)
    return folder + slash + f"{Path(last).stem}{sidecar.suffix}", own


def _is_plain_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
