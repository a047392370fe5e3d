"""The core does without what only Unix has: tests of it run again in a Python from which that was taken away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CORE = ("indexing/test_indexer.py", "export/test_export.py", "cli/test_index.py", "cli/test_search.py", "system")
# The names of the mounts of a share are told by Linux alone.
OF_LINUX = "system/test_same_file.py"


@pytest.mark.slow
def test_core_works_without_what_only_unix_has() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.support.no_unix", "-p", "no:cacheprovider"]
    chosen = ["-m", "not slow", f"--ignore={TESTS / OF_LINUX}", *(str(TESTS / one) for one in CORE)]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    done = subprocess.run([*command, *chosen], cwd=TESTS.parent, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
