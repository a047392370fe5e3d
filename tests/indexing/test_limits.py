"""What a run does with photos made to keep it busy: each is recorded, and the run goes on, or ends when it is told."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gallery.images.decode import DecodedPhoto, Wanted, read_wanted
from gallery.images.recognise import Known
from gallery.images.scan import scan
from gallery.indexing.indexer import Status
from gallery.indexing.processes import _InTurn, read_in_processes
from gallery.settings import Settings
from gallery.system.unix import lock_now
from tests.support.fakes import FakeDetector
from tests.support.hostile import grumbling, slow
from tests.support.library import Library
from tests.support.photos import draw_photo
from tests.support.programs import started


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    with made.store:
        yield made


def test_photo_that_takes_too_long_is_recorded_and_tried_again_with_a_higher_limit(library: Library) -> None:
    library.draw("a.jpg", "happy")
    slow(library.folder / "b.jpg")
    library.draw("c.jpg", "sad")
    library.settings = replace(library.settings, max_seconds=0.3)

    results = {Path(result.path).name: result for result in library.results()}

    assert {name: result.status for name, result in results.items()} == {
        "a.jpg": Status.NEW,
        "b.jpg": Status.FAILED,
        "c.jpg": Status.NEW,
    }
    assert (
        results["b.jpg"].reason == "took too long: more than 0.3 s; raise the setting max_seconds if you trust the file"
    )
    start = time.monotonic()
    assert library.run() == {"a.jpg": Status.UNCHANGED, "b.jpg": Status.FAILED, "c.jpg": Status.UNCHANGED}
    assert time.monotonic() - start < 0.3
    library.settings = replace(library.settings, max_seconds=0.4)
    [again] = [result for result in library.results() if result.status is Status.FAILED]
    assert again.reason.startswith("took too long: more than 0.4 s")


def test_processes_give_up_a_photo_alone_and_say_what_its_decoder_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Photos"
    folder.mkdir()
    for name in ("a.jpg", "d.jpg"):
        draw_photo(folder / name)
    slow(folder / "b.jpg")
    grumbling(folder / "c.tif")

    batches = read_in_processes(list(scan([folder])), Known(), FakeDetector(), Settings(max_seconds=2), 2)
    read = {Path(one.file.path).name: one for batch in batches for one in batch}

    assert [name for name, one in read.items() if one.photo is not None] == ["a.jpg", "d.jpg"]
    assert "took too long: more than 2 s" in str(read["b.jpg"].error)
    assert "code not yet in table" in str(read["c.tif"].error)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="knows no such locks")
def test_large_picture_waits_until_no_other_process_reads_one(tmp_path: Path) -> None:
    photo, turn = tmp_path / "a.png", tmp_path / "turn"
    Image.new("1", (8001, 8000)).save(photo)
    turn.touch()
    in_turn, wanted = _InTurn(turn), Wanted(96, 100, quick=True)
    read: list[DecodedPhoto] = []
    reader = threading.Thread(target=lambda: read.append(read_wanted(photo, wanted, in_turn)), daemon=True)
    with turn.open("rb") as other:
        assert lock_now(other.fileno())
        assert read_wanted(draw_photo(tmp_path / "b.jpg"), wanted, in_turn).format == "JPEG"
        reader.start()
        reader.join(0.5)
        assert reader.is_alive()
    reader.join(20)
    assert [one.width for one in read] == [8001]


STOPPED: str = """
import sys, threading, time
from gallery.images.recognise import Known
from gallery.images.scan import scan
from gallery.indexing.reading import read_here
from gallery.settings import Settings
from gallery.system.unix import lock_now
from tests.support.fakes import FakeDetector

def tell():
    time.sleep(1.5)
    print("at it", flush=True)

if sys.argv[2] == "thread":
    from gallery.images.apart import Apart
    Apart.takes = lambda *_, **__: False
threading.Thread(target=tell, daemon=True).start()
list(read_here(scan([sys.argv[1]]), Known(), FakeDetector(), Settings()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
@pytest.mark.parametrize("where", ["thread", "apart"])
def test_ctrl_c_does_not_wait_for_a_picture(tmp_path: Path, where: str) -> None:
    slow(tmp_path / "a.jpg")
    with started(
        [sys.executable, "-c", STOPPED, str(tmp_path), where],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at it\n"
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
        assert time.monotonic() - start < 4  # a second, and what a busy machine adds
    assert complaint.endswith("KeyboardInterrupt\n")
    assert process.returncode == -signal.SIGINT
