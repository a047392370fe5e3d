"""How much work a picture may be: what is refused at a look at its head, what may take long, and who stops that.

What counts is the processor's time, by the process's own clock: a disk that wakes up, or a machine that sleeps, takes
none. It is stopped by ending the process, for a decoder hears nothing meanwhile.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from typing import TYPE_CHECKING, Final, Protocol

from gallery.errors import ImageError
from gallery.images.refusals import was_said_of_sound_ones
from gallery.system import unix

if TYPE_CHECKING:
    from PIL import ImageFile

    from gallery.images.decode import DecodedPhoto, Wanted

LARGE_FILE_BYTES: Final = 50_000_000
"""Even to find where the picture begins may take long in a larger one."""

_MOST_SCANS: Final = 500
"""A progressive JPEG has a dozen; each of them goes over the whole picture, and has 15 bytes at least."""
HUGE_FILE_BYTES: Final = 250_000_000
"""A film behind a JPEG or PNG has less, beside what the picture would have unpacked."""
_MANY_PIXELS: Final = 64_000_000
_MUCH_WORK_PIXELS: Final = 500_000_000
"""In all scans together, some seconds."""
_EXIT_CODE: Final = 98
_WINDOWS_PATIENCE: Final = 4
_LONGEST_COMPLAINT: Final = 200


class Elsewhere(Protocol):
    """Reads a photo that may take long, or much memory, in a place where that does no harm."""

    largest_file_bytes: float

    def takes(self, image: ImageFile.ImageFile, *, heavy: bool) -> bool:
        """Whether this picture, which may be heavy, is to be read there."""
        ...

    def read(self, path: str | os.PathLike[str], wanted: Wanted) -> DecodedPhoto:
        """As `read_image`."""
        ...


def is_heavy(path: str | os.PathLike[str], image: ImageFile.ImageFile, file: BufferedReader) -> bool:
    """Whether a picture, no pixel of which is decoded yet, may take seconds, or much memory.

    Raises ImageError for one that nobody would make, except to keep a program busy.
    """
    size_bytes, pixels = os.fstat(file.fileno()).st_size, image.width * image.height
    is_jpeg = image.format in ("JPEG", "MPO")
    if (is_jpeg or image.format == "PNG") and size_bytes > 4 * pixels + HUGE_FILE_BYTES:
        reason = f"{size_bytes} bytes for a picture of {image.width} x {image.height} pixels: no camera makes that"
        raise ImageError(path, f"{reason}; it was not decoded")
    if not is_jpeg:
        return pixels > _MANY_PIXELS
    if not image.info.get("progressive"):
        return False  # of a large one, the decoder itself leaves out what isn't wanted
    scans = _scans(file)
    if scans > _MOST_SCANS:
        raise ImageError(path, f"a JPEG of {scans} scans: no program makes that; it was not decoded")
    return pixels > _MANY_PIXELS or scans * pixels > _MUCH_WORK_PIXELS


def _scans(file: BufferedReader) -> int:
    """How often a scan begins; within one, no such bytes occur."""
    at, count, last = file.tell(), 0, b""
    file.seek(0)
    while chunk := file.read(1 << 20):
        count += (last + chunk).count(b"\xff\xda")
        last = chunk[-1:] if not chunk.endswith(b"\xda") else b""
    file.seek(at)
    return count


@contextmanager
def processor_limit(seconds: float) -> Iterator[None]:
    """Ends this process where the block takes more of the processor's time; `is_too_long` knows its exit code.

    Windows has no such clock: there it is the clock on the wall, and some times as long.
    """
    if unix.end_after(seconds):
        try:
            yield
        finally:
            unix.end_after(0)
        return
    timer = threading.Timer(_WINDOWS_PATIENCE * seconds, os._exit, [_EXIT_CODE])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def is_too_long(exit_code: int | None) -> bool:
    """Whether a process ended so because of its `processor_limit`."""
    return exit_code == _EXIT_CODE or unix.ended_by_its_time(exit_code)


def too_long(path: str | os.PathLike[str], seconds: float) -> ImageError:
    """What is recorded of a photo that took longer than it may; `worth_another_try` reads it."""
    return ImageError(
        path, f"took too long: more than {seconds:g} s; raise the setting max_seconds if you trust the file"
    )


_TOO_LONG: Final = re.compile(r"took too long: more than ([0-9.e+]+) s;")


def worth_another_try(reason: str, max_seconds: float) -> bool:
    """Whether a photo took too long for a limit that was lower than it is now, or an older version knew less of it."""
    found = _TOO_LONG.match(reason)
    return was_said_of_sound_ones(reason) or (found is not None and float(found[1]) < max_seconds)


@contextmanager
def complaints() -> Iterator[list[str]]:
    """The lines that decoders print on stderr within the block, there once it is left.

    libtiff does, 1,600 for one picture, and through whatever the program shows there. For processes that decode one
    picture at a time: what others print meanwhile is taken as well.
    """
    said: list[str] = []
    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(before, 2)
            os.close(before)
            file.seek(0)
            said += file.read(10_000).decode("utf-8", "replace").splitlines()


def with_complaints(error: ImageError, said: list[str]) -> ImageError:
    """The error, with the first thing that its decoder said of it."""
    if not said:
        return error
    line = "".join(char if char.isprintable() else " " for char in said[0])[:_LONGEST_COMPLAINT]
    return ImageError(error.path, f"{error.reason} (its decoder says: {line})", transient=error.transient)
