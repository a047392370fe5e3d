"""Programs beside the tests, of which none outlives its test, and no test waits for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest


@contextmanager
def started(command: Sequence[str | Path], *, seconds: float = 60, **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A process, which has ended when the block is left: it is waited for, or killed where the block failed.

    After so many seconds it is killed in any case, so that whoever reads from it gets an end. What it has started is
    killed with it. Ctrl-C stops it, even where the tests themselves run with SIGINT ignored, as under `nohup`.
    """
    with _ctrl_c_heeded():
        process = subprocess.Popen(command, start_new_session=True, **options)
    watchdog = threading.Timer(seconds, _kill, [process])
    watchdog.start()
    try:
        with process:
            try:
                yield process
            except BaseException:
                _kill(process)
                raise
    finally:
        watchdog.cancel()
        _kill(process)


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """Fails a test whose block takes longer, whatever it waits for. Windows has no such timer: there it may."""
    if sys.platform == "win32":
        yield
        return

    def give_up(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"has taken longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _ctrl_c_heeded() -> Iterator[None]:
    """An ignored signal is ignored by those started, too; one with a handler gets its default back in them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _kill(process: subprocess.Popen[Any]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError):  # all of them have ended
        os.killpg(process.pid, signal.SIGKILL)
