"""What most tests start from: a folder of their own, a store in it, and the program run on it.

Where a file needs more, its own fixture of the same name adds to these.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, isolate
from tests.support.make import open_store
from tests.support.programs import ending_within

TEST_SECONDS = 600

# Read when torch is loaded, which no import above does. Else its threads wait for each other in endless loops: on cores
# that others use as well, training small networks takes three times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """No test hangs: far more than the slowest one takes on a busy machine."""
    with ending_within(TEST_SECONDS):
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing a test keeps for later lands in the cache of whoever runs the tests, not even by a process it starts."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(folder))
        yield folder


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """What a command that ran in this process asked of the program's log would hold for the tests after it."""
    log = logging.getLogger("gallery")
    level, handlers = log.level, list(log.handlers)
    yield
    log.setLevel(level)
    log.handlers[:] = handlers


@pytest.fixture
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own folder; settings and database of whoever runs the tests are kept out."""
    isolate(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture
def gallery(isolated: Path) -> Gallery:
    """No photos yet, and no database."""
    return Gallery(isolated)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Empty, but for a model in use; `write` fills it."""
    with open_store(tmp_path) as made:
        yield made
