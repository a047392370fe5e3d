"""Every error the library raises on purpose.

Each carries its data and says in its message which thing is concerned and what to do next. The command line turns
them into text and the exit code named by `exit_code` in one place; a programmer catches `GalleryError`.
"""

from __future__ import annotations

import os
from functools import partial
from typing import Any, ClassVar


class GalleryError(Exception):
    """Parent of all errors raised on purpose."""

    exit_code: ClassVar[int] = 1


class UsageError(GalleryError):
    """What was asked for makes no sense: an unknown name, a value out of range, a folder that isn't there."""

    exit_code: ClassVar[int] = 2


class QueryError(UsageError):
    """A query in the search language can't be understood: the `reason`, at the character `position` of the `text`."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(reason)
        self.text = text
        self.position = position
        self.reason = reason


class PathError(GalleryError):
    """Something is wrong with one file or folder: `path` and a `reason` a person can act on."""

    def __init__(self, path: str | os.PathLike[str], reason: str) -> None:
        super().__init__(f"{os.fspath(path)}: {reason}")
        self.path = os.fspath(path)
        self.reason = reason


class ImageError(PathError):
    """A photo can't be read.

    `transient` is true where the same bytes may be readable next time (no permission, vanished, out of memory):
    such a file is tried again in every run, the others only after they changed. `is_photo` is false where it is a
    folder that can't be looked into, or what says how.
    """

    def __init__(
        self, path: str | os.PathLike[str], reason: str, *, transient: bool = False, is_photo: bool = True
    ) -> None:
        super().__init__(path, reason)
        self.transient = transient
        self.is_photo = is_photo

    def __reduce__(self) -> tuple[Any, ...]:
        """For its way from one process to another, where Python would call ImageError with the message alone."""
        return partial(ImageError, transient=self.transient, is_photo=self.is_photo), (self.path, self.reason)


class ScanError(PathError, UsageError):
    """A folder or file given to index doesn't exist or can't be listed."""

    exit_code: ClassVar[int] = 2


class StoreError(PathError):
    """The database can't be used; nothing was changed in it."""


class StoreLockedError(StoreError):
    """Another process is writing to the database."""


class NotAGalleryError(StoreError):
    """The file is something else than a gallery database."""


class NewerSchemaError(StoreError):
    """The database was made by a newer version of gallery."""


class DriverError(StoreError, UsageError):
    """What would reach this kind of database isn't installed."""

    exit_code: ClassVar[int] = 2


class NotIndexedError(PathError, UsageError):
    """The photo isn't in the database."""

    exit_code: ClassVar[int] = 2


class AlbumError(UsageError):
    """An album doesn't exist, exists already, or has an unusable name."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"album {name!r}: {reason}")
        self.name = name
        self.reason = reason


class ExportError(PathError):
    """An album can't be exported to this place."""


class DumpError(PathError):
    """A dump can't be written here, or a file is no dump that can be read back; nothing was changed."""


class SidecarError(PathError):
    """An XMP sidecar can't be read or written; it was left as it was."""


class CheckpointError(PathError):
    """A file is no usable checkpoint; nothing in it was executed."""


class DatasetError(PathError, UsageError):
    """Training data can't be read as FER2013."""

    exit_code: ClassVar[int] = 2
