"""Reads photos that may take long or much memory in a process beside this one, a single one at a time.

It is started by the first such photo, as `python -m gallery.images.apart`, since a script that calls the library may
not be started twice as processes of `multiprocessing` do. It ends with this one, however that ends.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

from gallery.errors import ImageError
from gallery.images.effort import (
    LARGE_FILE_BYTES,
    complaints,
    is_too_long,
    processor_limit,
    too_long,
    with_complaints,
)

if TYPE_CHECKING:
    from PIL import ImageFile

    from gallery.images.decode import DecodedPhoto, Wanted


class Apart:
    """An `Elsewhere`, for all threads of this process together. `max_seconds` of the processor's time for each photo.

    TIFF is read there as well, whatever its size: its decoder prints on stderr what it thinks of a file.
    """

    largest_file_bytes: float = LARGE_FILE_BYTES

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def takes(self, image: ImageFile.ImageFile, *, heavy: bool) -> bool:
        """Whether it is heavy, or TIFF."""
        return heavy or image.format == "TIFF"

    def read(self, path: str | os.PathLike[str], wanted: Wanted) -> DecodedPhoto:
        """As `read_image`; ImageError also where it takes too long, or ends the process."""
        with self._one_at_a_time:
            process = self._started(path)
            try:
                assert process.stdin is not None  # noqa: S101
                assert process.stdout is not None  # noqa: S101
                pickle.dump((os.fspath(path), wanted, self._max_seconds), process.stdin)
                process.stdin.flush()
                outcome: DecodedPhoto | ImageError = pickle.load(process.stdout)  # noqa: S301 - of our own process
            except (OSError, EOFError, ValueError, pickle.UnpicklingError):
                raise self._ended(path, process) from None
        if isinstance(outcome, ImageError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Ends the process; what is being read there fails. More than once does no harm."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
            process.wait()

    def _started(self, path: str | os.PathLike[str]) -> subprocess.Popen[bytes]:
        if self._closed:
            raise ImageError(path, "was not read: the work was stopped", transient=True)
        if self._process is None:
            package = Path(__file__).resolve().parents[2]
            environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(package), *sys.path])}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gallery.images.apart"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environ,
                start_new_session=True,  # Ctrl-C is for us, who then end it
            )
        return self._process

    def _ended(self, path: str | os.PathLike[str], process: subprocess.Popen[bytes]) -> ImageError:
        process.kill()
        code, self._process = process.wait(), None
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                assert pipe is not None  # noqa: S101
                pipe.close()
        if is_too_long(code):
            return too_long(path, self._max_seconds)
        reason = "reading it made a process die, or memory ran out; restore it from a copy if this comes again"
        return ImageError(path, reason, transient=True)


def _serve() -> None:
    """Answers until its parent wants nothing more, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_receive, args=[sys.stdin.buffer, requests], daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not do so into the answers
    while True:
        pickle.dump(_outcome(*requests.get()), answers)
        answers.flush()


def _receive(pipe: IO[bytes], requests: SimpleQueue[Any]) -> None:
    """Passes on what comes, and ends the process with the parent, whatever is being read then."""
    while True:
        try:
            requests.put(pickle.load(pipe))  # noqa: S301 - of our own parent
        except (EOFError, pickle.UnpicklingError):
            os._exit(0)


def _outcome(path: str, wanted: Wanted, max_seconds: float) -> Any:
    from gallery.images.decode import read_wanted

    with complaints() as said:
        try:
            with processor_limit(max_seconds):
                return read_wanted(path, wanted)
        except ImageError as error:
            failed = error
    return with_complaints(failed, said)


if __name__ == "__main__":
    _serve()
