"""A run of `index` in a program of its own, so that the server stays small and answers at once.

`python -m gallery.web.index_job` gets what to do as a line of JSON on stdin, and tells on stdout how far it is, a line
at a time. It ends where stdin does, as it does with the server, however that ends.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import IO, Any, Final

from gallery.errors import GalleryError
from gallery.settings import Settings
from gallery.system.machine import yield_to_others
from gallery.system.parents import call_at_end_of

_TOLD_SECONDS: Final = 0.3
_LAST_SECONDS: Final = 1.0
"""Who is asked to end gets so long when the server ends."""
_PATIENT_SECONDS: Final = 60.0
"""And so long where a person stops the run alone: photos that are being read are still finished."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `total` is 0 until that is known. `error` says why it ended before its end.

    `stopping`: a person asked for its end; what is done is kept. `stopped`: that came.
    """

    folder: str
    done: int = 0
    total: int = 0
    new: int = 0
    failed: int = 0
    faces: int = 0
    finished: bool = False
    error: str | None = None
    stopping: bool = False
    stopped: bool = False


class IndexJob:
    """At most one run at a time. Used by several threads."""

    def __init__(self, database: str, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._progress: Progress | None = None
        self._is_asked_to_stop = False

    @property
    def progress(self) -> Progress | None:
        """Of the run that goes on, or of the last one; None where there was none."""
        progress = self._progress
        if progress is None or progress.finished or not self._is_asked_to_stop:
            return progress
        return replace(progress, stopping=True)

    def start(self, folder: str) -> bool:
        """Begins to look through the folder; false where a run goes on already."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return False
            self._progress, self._is_asked_to_stop = Progress(folder), False
            asked = {"database": self._database, "folder": folder, "settings": asdict(self._settings)}
            self._process = _begun(json.dumps(asked).encode())
            threading.Thread(target=self._follow, args=[self._process], daemon=True, name="gallery-index").start()
            return True

    def ask_to_stop(self) -> bool:
        """Has the run end as Ctrl-C does, in its own time; false where none goes on."""
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                return False
            self._is_asked_to_stop = True
        threading.Thread(target=_ended, args=[process, _PATIENT_SECONDS], daemon=True, name="gallery-stop").start()
        return True

    def stop(self) -> None:
        """Ends the run, and whatever it has started. What is done is kept."""
        with self._lock:
            process = self._process
        if process is not None and process.poll() is None:
            _ended(process, _LAST_SECONDS)

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        with process:
            for line in process.stdout or ():
                with suppress(ValueError, TypeError):
                    self._progress = Progress(**json.loads(line))
        last = self._progress
        if last is not None and not last.finished and self._is_asked_to_stop:
            self._progress = replace(last, finished=True, stopped=True)
        elif last is not None and not last.finished:
            self._progress = replace(last, finished=True, error=last.error or "it was stopped; what is done is kept")


def _begun(asked: bytes) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gallery.web.index_job"]
    pipe = subprocess.PIPE
    # A session of its own: Ctrl-C in the terminal is for the server, which ends this, and all that it has started.
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True)  # noqa: S603
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    with suppress(BrokenPipeError):
        process.stdin.write(asked + b"\n")
        process.stdin.flush()
    return process


def _ended(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Asks it to end, and after so long ends it with all that it has started."""
    _signal(process, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.kill()


def main(asked: IO[bytes], told: IO[bytes]) -> None:
    """Does what it is asked, and tells of it as long as somebody listens."""
    job = json.loads(asked.readline())
    yield_to_others(leaving=0)  # whoever started it is looking at the page
    call_at_end_of(asked, _end)
    last = Progress(job["folder"])
    try:
        for last in _looked_through(job["database"], job["folder"], Settings(**job["settings"])):
            _tell(told, last)
        _tell(told, replace(last, finished=True))
    except BrokenPipeError:  # the server was killed
        return
    except (GalleryError, OSError) as error:
        _tell(told, replace(last, finished=True, error=str(error)))


def _end() -> None:
    """As `IndexJob.stop` has it."""
    interrupt_main()
    time.sleep(_LAST_SECONDS)
    os._exit(1)


def _tell(told: IO[bytes], progress: Progress) -> None:
    told.write(json.dumps(asdict(progress)).encode() + b"\n")
    told.flush()


def _looked_through(database: str, folder: str, settings: Settings) -> Iterator[Progress]:
    from gallery.api import index
    from gallery.indexing.indexer import Status, Summary
    from gallery.store.store import Store

    progress, summary, told_at = Progress(folder), Summary(), 0.0
    totals: list[int] = [0]
    with Store.open(database, limits=settings) as store:
        for result in index(folder, store=store, settings=settings, on_plan=totals.append):
            summary.add(result)
            done = progress.done + result.status.is_looked_at
            total = max(totals[-1], done)
            progress = Progress(folder, done, total, summary.new, summary.failed, summary.faces)
            if result.status is Status.FAILED or time.monotonic() - told_at > _TOLD_SECONDS:
                told_at = time.monotonic()
                yield progress
    yield progress


def as_json(progress: Progress | None) -> dict[str, Any] | None:
    """What a page is told."""
    return None if progress is None else asdict(progress)


if __name__ == "__main__":
    # A server that a shell started in the background hands on that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        main(sys.stdin.buffer, sys.stdout.buffer)
