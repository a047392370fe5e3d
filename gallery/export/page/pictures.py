"""The pictures of a page: one to look at and a square thumbnail for each photo, as plain JPEGs."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gallery.errors import ImageError
from gallery.export.files import stop_if_hopeless
from gallery.export.naming import CHANGED, missing
from gallery.export.page.folder import THUMBS, VIEWS, PageFolder
from gallery.export.results import ExportAction, ExportResult
from gallery.export.safe_names import export_name
from gallery.faces import Box
from gallery.images.colours import in_srgb
from gallery.images.decode import hash_file, read_new
from gallery.images.pixels import REDUCING_GAP
from gallery.images.turns import turned_image
from gallery.records import DEGREES, PhotoRecord
from gallery.settings import Settings
from gallery.system.files import write_beside

if TYPE_CHECKING:
    from PIL import Image

VIEW_LONG_SIDE: Final = 2000
"""Pixels, for a screen. Half of a 12 megapixel photo's 4000, so that JPEG's decoder does most of the shrinking."""
THUMB_SIDE: Final = 360

_VIEW_QUALITY: Final = 85
_THUMB_QUALITY: Final = 80
_STEM_LENGTH: Final = 60
_HASH_DIGITS: Final = 16


def picture_name(photo: PhotoRecord) -> str:
    """The file name of both pictures: ASCII that needs no quoting in an address, and the same in every run.

    | photo                            | name                                    |
    |----------------------------------|-----------------------------------------|
    | /photos/beach.jpg, hash ab12...  | beach-ab12....jpg, 16 digits of the hash |
    | /photos/Été à Nîmes #3.heic      | Ete_a_Nimes_3-....jpg                   |
    | /photos/海.jpg                   | photo-....jpg                           |
    | /photos/beach.jpg, turned by 90  | beach-ab12...-90.jpg                    |
    """
    stem = unicodedata.normalize("NFKD", Path(export_name(photo.path)).stem).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", stem).strip("._-")[:_STEM_LENGTH]
    turned = f"-{DEGREES[photo.turn]}" if photo.turn != 1 else ""
    return f"{plain or 'photo'}-{photo.hash[:_HASH_DIGITS]}{turned}.jpg"


def view_size(photo: PhotoRecord) -> tuple[int, int]:
    """Width and height of the picture to look at."""
    scale = min(1.0, VIEW_LONG_SIDE / max(photo.width, photo.height))
    return max(1, round(photo.width * scale)), max(1, round(photo.height * scale))


def thumb_window(photo: PhotoRecord) -> Box:
    """The largest square of the photo with its faces in the middle as far as that goes, in full-size pixels."""
    side = min(photo.width, photo.height)
    boxes = [face.box for face in photo.faces] or [Box(0, 0, photo.width, photo.height)]
    middle_x = (min(box.left for box in boxes) + max(box.right for box in boxes)) / 2
    middle_y = (min(box.top for box in boxes) + max(box.bottom for box in boxes)) / 2
    left = min(max(0.0, middle_x - side / 2), photo.width - side)
    top = min(max(0.0, middle_y - side / 2), photo.height - side)
    return Box(left, top, left + side, top + side)


@dataclass(frozen=True, slots=True)
class PictureMaker:
    """Makes the pictures of one photo after the other, of which width, height and faces are told as it is shown.

    May be asked from several threads.
    """

    folder: PageFolder
    settings: Settings
    dry_run: bool

    def make(self, photo: PhotoRecord) -> ExportResult:
        """Makes both pictures where they aren't there yet, from the first of the photo's files that can be read."""
        places = [self.folder.place(kind, picture_name(photo)) for kind in (VIEWS, THUMBS)]
        if places[0].name not in self.folder.ours:
            in_the_way = f"a file called {places[0].name} that isn't the page's is there already"
            return ExportResult(photo.path, None, ExportAction.FAILED, in_the_way)
        if all(place.is_file() for place in places):
            return ExportResult(photo.path, str(places[0]), ExportAction.THERE)
        result = missing(photo)
        for source in (path for path in photo.paths if not photo.replaced and Path(path).is_file()):
            reason = self._reason_against(photo, source, places)
            if reason is None:
                return ExportResult(source, str(places[0]), ExportAction.COPIED)
            result = ExportResult(source, None, ExportAction.FAILED, reason)
        return result

    def _reason_against(self, photo: PhotoRecord, source: str, places: Sequence[Path]) -> str | None:
        """Makes the pictures; what prevented it, or None."""
        try:
            if self.dry_run:
                return None if hash_file(source) == photo.hash_of(source) else CHANGED
            return self._make(photo, source, *places)
        except ImageError as error:
            return error.reason
        except OSError as error:
            stop_if_hopeless(error, self.folder.path)
            return f"its picture can't be written: {error.strerror or error}"

    def _make(self, photo: PhotoRecord, source: str, view: Path, thumb: Path) -> str | None:
        made = pictures_of(photo, source, self.settings)
        if made is None:
            return CHANGED
        write_beside(view, made.view)
        write_beside(thumb, made.thumb)
        return None


@dataclass(frozen=True, slots=True)
class Pictures:
    """Both of a photo, as JPEGs."""

    view: bytes
    thumb: bytes


def pictures_of(photo: PhotoRecord, source: str, settings: Settings) -> Pictures | None:
    """From one of the photo's files; None where that has changed since. Raises ImageError."""
    wanted = photo.hash_of(source)
    limit = settings.max_megapixels
    digest, decoded = read_new(source, lambda digest: digest != wanted, long_side=VIEW_LONG_SIDE, max_megapixels=limit)
    if decoded is None or digest != wanted:
        return None
    picture = turned_image(in_srgb(decoded.image), photo.turn)
    return Pictures(_jpeg(picture, _VIEW_QUALITY), _jpeg(_thumbnail(picture, photo), _THUMB_QUALITY))


def _thumbnail(picture: Image.Image, photo: PhotoRecord) -> Image.Image:
    from PIL import Image

    window = thumb_window(photo).scaled(picture.width / photo.width, picture.height / photo.height)
    side = max(1, min(THUMB_SIDE, *picture.size))
    return picture.resize(
        (side, side),
        Image.Resampling.LANCZOS,
        box=(window.left, window.top, min(window.right, picture.width), min(window.bottom, picture.height)),
        reducing_gap=REDUCING_GAP,
    )


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    """A JPEG of the pixels alone."""
    picture.info.clear()
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
