"""Reads photos ahead of the detector: threads decode the next ones while the last are searched for faces."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gallery.errors import ImageError
from gallery.images import DecodedPhoto, hash_file, read_image
from gallery.records import FileStamp
from gallery.settings import Settings

WORKERS: Final = min(4, os.cpu_count() or 1)
"""Pillow decodes without holding the interpreter's lock; more than four threads only queue up for the detector."""

IsKnown = Callable[[str], bool]
"""Asked from several threads whether a content hash needs no decoding; a wrong "no" only costs time."""


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A file as it was read. Without `photo` and `error` its content is known already and nothing was decoded."""

    file: FileStamp
    hash: str = ""
    photo: DecodedPhoto | None = None
    error: ImageError | None = None


def read_photo(file: FileStamp, is_known: IsKnown, settings: Settings) -> ReadPhoto:
    """Hash a file, and decode it at the size faces are looked for unless its content is known."""
    try:
        digest = hash_file(file.path)
        if is_known(digest):
            return ReadPhoto(file, digest)
        photo = read_image(file.path, long_side=settings.long_side, max_megapixels=settings.max_megapixels)
    except ImageError as error:
        return ReadPhoto(file, error=error)
    return ReadPhoto(file, digest, photo)


def read_batches(files: Iterable[FileStamp], is_known: IsKnown, settings: Settings) -> Iterator[list[ReadPhoto]]:
    """All files in their order, `settings.batch_size` at a time, the next batch being read meanwhile.

    Never holds more than two batches of decoded photos. Closing the generator stops the threads.
    """
    waiting = iter(files)
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="gallery-read")

    def start(count: int) -> list[Future[ReadPhoto]]:
        return [pool.submit(read_photo, file, is_known, settings) for file in islice(waiting, count)]

    try:
        running = deque(start(2 * settings.batch_size))
        while running:
            batch = [running.popleft().result() for _ in range(min(settings.batch_size, len(running)))]
            running.extend(start(settings.batch_size))
            yield batch
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
