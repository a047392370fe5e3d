"""What is known of photos, drawn into new files beside them; an indexed photo is never written over."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.errors import ImageError, NotIndexedError, UsageError
from gallery.images.as_turned import as_turned
from gallery.images.turns import turned_box, turned_image, turned_size
from gallery.insight.reasons import PhotoReasons
from gallery.records import PhotoRecord
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.system.paths import AnyPath, absolute, expanded

if TYPE_CHECKING:
    from PIL import Image


def refuse_original(store: Store, path: AnyPath, photo: PhotoRecord | None = None) -> None:
    """UsageError where this is an indexed photo, under whatever name, or another name of the file of `photo`."""
    place = Path(absolute(path))
    for name in {str(place), str(place.resolve())}:
        with contextlib.suppress(NotIndexedError):
            store.photo(name)
            raise UsageError(f"{path}: is an indexed photo, which is never overwritten; choose another name")
    if photo is not None and place.exists() and any(Path(own).exists() and place.samefile(own) for own in photo.paths):
        raise UsageError(f"{path}: is the photo itself, which is never overwritten; choose another name")


def save_annotated(
    store: Store, photo: PhotoRecord, path: AnyPath, settings: Settings | None = None, *, overwrite: bool = False
) -> None:
    """The photo at full size with its faces framed and named, in a new file of the format of its suffix.

    Raises UsageError for an unknown suffix, where the file is an indexed photo, or is there and `overwrite` is false;
    ImageError where no file holds the photo any more; ExportError where the new one can't be written.
    """
    from gallery.images.annotate import annotate, save_new

    refuse_original(store, path, photo)
    picture = annotate(_full_picture(photo, settings), as_turned(photo).faces)
    save_new(picture, expanded(path), overwrite=overwrite)


def save_reasons(
    store: Store, reasons: PhotoReasons, path: AnyPath, settings: Settings | None = None, *, overwrite: bool = False
) -> None:
    """The photo with every detection framed, and a card that says why it is shown so; else as `save_annotated`."""
    from gallery.images.annotate import save_new
    from gallery.insight.reason_sheet import draw_reasons

    refuse_original(store, path, reasons.photo)
    picture = draw_reasons(_full_picture(reasons.photo, settings), _as_turned(reasons))
    save_new(picture, expanded(path), overwrite=overwrite)


def _as_turned(reasons: PhotoReasons) -> PhotoReasons:
    photo = reasons.photo
    size, new_size = (photo.width, photo.height), turned_size((photo.width, photo.height), photo.turn)
    faces = [replace(face, box=turned_box(face.box, photo.turn, size, new_size)) for face in reasons.faces]
    return replace(reasons, faces=tuple(faces))


def _full_picture(photo: PhotoRecord, settings: Settings | None) -> Image.Image:
    from gallery.images.decode import read_image

    most = (settings or Settings()).max_megapixels
    return turned_image(read_image(_source(photo), long_side=None, max_megapixels=most).image, photo.turn)


def _source(photo: PhotoRecord) -> str:
    """A file that still holds the photo: on any other the boxes would lie about."""
    from gallery.images.decode import hash_file

    for path in photo.paths:
        with contextlib.suppress(ImageError):
            if hash_file(path) == photo.hash_of(path):
                return path
    raise ImageError(photo.path, "is gone or changed since it was indexed; run `gallery index` on its folder")
