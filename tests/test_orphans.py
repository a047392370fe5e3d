"""No process of ours outlives the one that started it, which is killed without a word, whatever it is at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.programs import started

THUMBNAILS = """
import sys, time
from pathlib import Path
from gallery.images.decode import hash_file
from gallery.indexing import thumbnailing
from gallery.indexing.thumbnailing import Thumbnails
from gallery.settings import Settings
from tests.support.library import Library

def takes_for_ever(*_):
    print("begun", flush=True)
    time.sleep(60)

if __name__ == "__main__":
    library = Library(Path(sys.argv[1]))
    path = library.draw("a.jpg", "happy")
    list(library.start(thumbnails=False))
    thumbnailing.read_thumbnail = takes_for_ever
    Thumbnails(library.store, processes=2).get(hash_file(path), 320)
"""

APART = """
import sys, threading, time
from pathlib import Path
from gallery.images.apart import Apart
from gallery.images.decode import Wanted
from tests.support.hostile import slow

apart, path = Apart(60), slow(Path(sys.argv[1]) / "slow.jpg")
threading.Thread(target=apart.read, args=[path, Wanted(500, 200)], daemon=True).start()
time.sleep(1.5)  # it has read and imported what it needs, and decodes
print("begun", flush=True)
time.sleep(60)
"""

INDEX = """
import sys, time
from pathlib import Path
from gallery.curation.roots import visible_roots
from gallery.settings import Settings
from gallery.web.index_job import IndexJob
from tests.support.hostile import slow
from tests.support.library import Library

library = Library(Path(sys.argv[1]))
slow(library.folder / "slow.jpg")
job = IndexJob(sys.argv[1] + "/gallery.db", Settings())
job.start(str(library.folder))
while not visible_roots(library.store):  # these it notes first
    time.sleep(0.05)
time.sleep(1.5)  # the photo is read by a process of that process
print("begun", flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("program", [THUMBNAILS, APART, INDEX], ids=["thumbnails", "apart", "index"])
def test_processes_end_at_once_with_a_killed_parent(program: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(program, encoding="utf-8")
    with started(
        [sys.executable, script, tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.kill()
        start = time.monotonic()
        # Ends when the last that holds the pipe is gone.
        _, complaint = process.communicate(timeout=30)
    assert time.monotonic() - start < 5
    assert "Traceback" not in complaint
    assert process.returncode == -signal.SIGKILL
