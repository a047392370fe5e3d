"""Photos in the system's own viewer."""

from __future__ import annotations

from pathlib import Path

from gallery.errors import PathError
from gallery.kinds import PHOTOS
from gallery.records import PhotoRecord
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.system.paths import AnyPath
from gallery.system.viewer import NoViewerError, open_in_viewer


def open_photo(store: Store, photo: AnyPath, settings: Settings | None = None) -> str:
    """Shows the photo in the program that the system opens such files with; the path of the file that was opened.

    Where the file named is gone, it is a copy. Raises NotIndexedError, and PathError where none is there or no program
    opened it.
    """
    path = _file_of(store.photo(photo, settings=settings))
    try:
        open_in_viewer(path)
    except NoViewerError as error:
        raise PathError(path, str(error)) from None
    return path


def _file_of(record: PhotoRecord) -> str:
    path = next((path for path in record.paths if Path(path).is_file()), None)
    if path is None:
        raise PathError(record.path, "no file of this photo exists any more; its drive may not be connected")
    # By its name the system may take the file for a program.
    if Path(path).suffix.lower() not in PHOTOS:
        raise PathError(path, "isn't called like a photo, and the system goes by names; open it by hand")
    return path
