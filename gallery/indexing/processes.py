"""Reads photos in processes of their own, one per core, which look for faces, too, or feed a GPU that does.

Two threads of one process share an interpreter and much of torch's bookkeeping; two processes with a thread each are
half as fast again. A process that dies, of a decoder's crash or because the system ran out of memory, costs the photo
it was at, and is replaced.
"""

from __future__ import annotations

import math
import os
import pickle
import signal
import tempfile
import warnings
from collections.abc import Callable, Generator, Iterable
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from gallery.errors import GalleryError, ImageError
from gallery.faces import FaceDetector
from gallery.images.apart import Apart
from gallery.images.decode import DecodedPhoto, Wanted, read_wanted
from gallery.images.effort import complaints, is_too_long, processor_limit, too_long, with_complaints
from gallery.images.recognise import Known
from gallery.indexing.in_pieces import Again
from gallery.indexing.reading import Decoded, ReadPhoto, decode, look_for_faces
from gallery.records import FileStamp
from gallery.settings import Settings
from gallery.system.ahead import ahead
from gallery.system.parents import PatientSpawn, end_with_parent
from gallery.system.unix import interrupts_held, lock_when_free

if TYPE_CHECKING:
    from PIL import ImageFile

MANY: Final = 64
"""With fewer photos to read it takes longer to start processes than to do without."""

Out = TypeVar("Out", ReadPhoto, Decoded)


def read_in_processes(
    files: Iterable[FileStamp], known: Known, detector: FaceDetector, settings: Settings, count: int
) -> Generator[list[ReadPhoto], None, None]:
    """As `reading.read_here`, in `count` processes; `known` is what needs no decoding.

    The detector is pickled, and unpickled in each of them. Closing the generator ends the processes.
    """
    return _pooled(_read, ReadPhoto, files, (pickle.dumps(detector), known, settings), count)


def decode_in_processes(
    files: Iterable[FileStamp], known: Known, detector: FaceDetector, settings: Settings, count: int
) -> Generator[list[ReadPhoto], None, None]:
    """As `read_in_processes`, but the processes only decode: this one looks for faces, in batches, on its GPU."""
    batches = _pooled(_decode, Decoded, files, (b"", known, settings), count)
    with closing(batches), closing(Apart(settings.max_seconds)) as apart:
        for batch in batches:
            yield look_for_faces(batch, known, detector, Again(settings, apart))


def _pooled(
    work: Callable[[FileStamp], Out],
    failed: type[Out],
    files: Iterable[FileStamp],
    job: tuple[bytes, Known, Settings],
    count: int,
) -> Generator[list[Out], None, None]:
    context: Any = PatientSpawn()  # declared too narrowly for Windows
    handle, turn = tempfile.mkstemp(prefix="gallery-turn-")
    os.close(handle)
    pool = ProcessPool(count, initializer=_begin, initargs=(*job, turn), context=context)

    def start(file: FileStamp) -> tuple[FileStamp, ProcessFuture[Out]]:
        with interrupts_held():  # the first task starts the processes, which inherit it
            return file, pool.schedule(work, (file,))

    try:
        yield from ahead(files, start, partial(_result, failed, job[2]), job[2].batch_size)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
        Path(turn).unlink(missing_ok=True)


def _result(failed: type[Out], settings: Settings, running: tuple[FileStamp, ProcessFuture[Out]]) -> Out:
    file, future = running
    try:
        return future.result()
    except ProcessExpired as error:
        if is_too_long(error.exitcode):
            return failed(file, error=too_long(file.path, settings.max_seconds))
        reason = "reading it made a process die, or memory ran out; restore it from a copy if this comes again"
        return failed(file, error=ImageError(file.path, reason, transient=True))
    except BrokenProcessPool:
        raise GalleryError(
            "no process is left to read photos: memory ran out, or a script doesn't guard its main part by "
            '`if __name__ == "__main__":`; with workers=1 none is needed'
        ) from None


class _Worker:
    """What a process needs for its photos."""

    def __init__(self, detector: bytes, known: Known, settings: Settings, turn: str) -> None:
        self._pickled, self.known, self.settings = detector, known, settings
        self.in_turn = _InTurn(Path(turn))
        self.again = Again(settings, _Within(settings.max_seconds, self.in_turn))

    @cached_property
    def detector(self) -> FaceDetector:
        detector: FaceDetector = pickle.loads(self._pickled)  # noqa: S301 - of our own parent process
        return detector


class _InTurn:
    """An `Elsewhere` that is here: of all processes one at a time reads a picture that takes much memory.

    With each other they would take more than a machine has: 200 megapixels are 0.8 GB and more.
    """

    largest_file_bytes: float = math.inf

    def __init__(self, file: Path) -> None:
        self._file = file

    def takes(self, image: ImageFile.ImageFile, *, heavy: bool) -> bool:  # noqa: ARG002
        """Whether it is heavy."""
        return heavy

    def read(self, path: str | os.PathLike[str], wanted: Wanted) -> DecodedPhoto:
        """As `read_image`, when its turn has come."""
        with self._file.open("rb") as file:
            lock_when_free(file.fileno())
            return read_wanted(path, wanted)


class _Within:
    """An `Elsewhere` that is here, for pictures that are read once more: limited as when they were first read."""

    largest_file_bytes: float = math.inf

    def __init__(self, max_seconds: float, in_turn: _InTurn) -> None:
        self._max_seconds, self._in_turn = max_seconds, in_turn

    def takes(self, image: ImageFile.ImageFile, *, heavy: bool) -> bool:  # noqa: ARG002
        """Any."""
        return True

    def read(self, path: str | os.PathLike[str], wanted: Wanted) -> DecodedPhoto:
        """As `read_image`."""
        with complaints(), processor_limit(self._max_seconds):
            return read_wanted(path, wanted, self._in_turn)


_worker: _Worker


def _begin(detector: bytes, known: Known, settings: Settings, turn: str) -> None:
    global _worker
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported; the cores are taken by the other processes
    warnings.filterwarnings("ignore", module=r"PIL\.")  # of damaged metadata; nobody could tell of which photo
    _worker = _Worker(detector, known, settings, turn)


def _decode(file: FileStamp) -> Decoded:
    with complaints() as said, processor_limit(_worker.settings.max_seconds):
        read = decode(file, _worker.known, _worker.settings, _worker.in_turn)
    return replace(read, error=with_complaints(read.error, said)) if read.error else read


def _read(file: FileStamp) -> ReadPhoto:
    [read] = look_for_faces([_decode(file)], _worker.known, _worker.detector, _worker.again)
    return read
