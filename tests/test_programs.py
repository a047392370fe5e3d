"""What keeps the tests themselves from hanging, and from leaning on each other."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.programs import ending_within, started

FOR_EVER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(3600)"]
PARENT = [sys.executable, "-c", f"import subprocess; subprocess.run({FOR_EVER!r}, close_fds=False)"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


def test_process_and_what_it_started_end_with_a_test_that_fails() -> None:
    inherited, ours = os.pipe()
    with pytest.raises(ZeroDivisionError), started(PARENT, stdout=subprocess.PIPE, pass_fds=[ours]) as process:
        fails_when_it_is_up(process)
    os.close(ours)
    assert os.read(inherited, 1) == b""  # the end: nobody is left who could write to it
    os.close(inherited)
    assert process.returncode == -signal.SIGKILL


def fails_when_it_is_up(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    raise ZeroDivisionError


def test_reader_of_a_process_that_says_no_more_gets_an_end() -> None:
    with started(PARENT, seconds=1, stdout=subprocess.PIPE) as process:
        assert process.stdout.read().splitlines() in ([b"up"], [])
    assert process.returncode == -signal.SIGKILL


def test_ctrl_c_stops_a_process_where_the_tests_ignore_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with started(FOR_EVER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout.readline() == b"up\n"
            process.send_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.returncode == -signal.SIGINT


def test_test_that_waits_for_ever_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"longer than 0\.1 s"), ending_within(0.1):
        threading.Event().wait()


def test_every_test_stands_alone_and_starts_its_programs_here() -> None:
    tests = Path(__file__).parent
    for file in tests.rglob("test_*.py"):
        code = file.read_text(encoding="utf-8")
        assert not re.search(r"^(?:from|import) tests\.(?:\w+\.)*test_", code, re.MULTILINE), f"{file} imports a test"
        assert not re.search(r"= subprocess\.Popen\(|with subprocess\.Popen\(|os\.fork\(", code), (
            f"{file}: use `started`"
        )
