"""Killing the indexer, as a power cut would, and running it again gives what one clean run gives."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from gallery.indexing.indexer import index
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.databases import content
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.programs import started

KILLS = 20
PHOTOS = 90
EMOTIONS = ("happy", "sad", "neutral", "fear")

INDEXER = """
import sys
from gallery.indexing.indexer import index
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.fakes import FakeClassifier, FakeDetector

class Talking(FakeDetector):
    def detect(self, images):
        print(*("looking" for _ in images), sep="\\n", flush=True)
        return super().detect(images)

with Store.open(sys.argv[2]) as store:
    settings = Settings(batch_size=4)
    for result in index([sys.argv[1]], store=store, detector=Talking(), classifier=FakeClassifier(), settings=settings):
        print(result.status, flush=True)
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Photos")
    for number in range(PHOTOS):
        path = folder / f"{number % 7}" / f"{number:03}.jpg"
        path.parent.mkdir(exist_ok=True)
        draw_faces(*EMOTIONS[: number % 4], seed=number).save(path, "JPEG")
    (folder / "0" / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    return folder


def start(photos: Path, database: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    command = [sys.executable, "-c", INDEXER, str(photos), str(database)]
    return started(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


@pytest.mark.slow
def test_twenty_kills_leave_the_content_of_one_clean_run(photos: Path, tmp_path: Path) -> None:
    clean, killed = tmp_path / "clean.db", tmp_path / "killed.db"
    with Store.open(clean) as store:
        settings = Settings(batch_size=4)
        list(index([photos], store=store, detector=FakeDetector(), classifier=FakeClassifier(), settings=settings))
    chance = random.Random(7)
    for _ in range(KILLS):
        with start(photos, killed) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 8)):  # as many lines of its work, then no warning
                process.stdout.readline()
            process.kill()
        assert process.returncode == -signal.SIGKILL
    with start(photos, killed) as last:
        last.communicate()
    assert last.returncode == 0
    assert content(killed) == content(clean)
