"""Cores and processes that the machine has room for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gallery.system import machine
from gallery.system.machine import LEAST_MEMORY, cores, some_cores, suitable


def test_processes_are_as_many_as_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 4)
    assert suitable(LEAST_MEMORY * 1000) == 4
    assert suitable(LEAST_MEMORY * 3 - 1) == 2
    assert suitable(1000) == 1
    assert suitable(3000, each=1000) == 3


@pytest.mark.parametrize(
    ("group", "files"),
    [
        ("0::/", {"memory.max": "4000000000"}),
        ("0::/user/app", {"user/app/memory.max": "max", "user/memory.max": "4000000000"}),
        ("5:memory:/docker/1\n0::/", {"memory/docker/1/memory.limit_in_bytes": "4000000000"}),
    ],
)
def test_memory_is_what_the_group_of_processes_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str, files: dict[str, str]
) -> None:
    (tmp_path / "self").write_text(f"{group}\n")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    monkeypatch.setattr(machine, "_GROUPS", tmp_path)
    monkeypatch.setattr(machine, "_GROUPS_OF_SELF", tmp_path / "self")
    monkeypatch.setattr(machine, "cores", lambda: 64)

    assert suitable() == min(2, 4_000_000_000 // LEAST_MEMORY)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="told by Linux alone")
def test_cores_are_those_that_this_process_may_use() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert (cores(), some_cores()) == (1, 1)
    finally:
        os.sched_setaffinity(0, before)


def test_quarter_of_the_cores_is_left_over_by_whole_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 11)
    assert some_cores() == 2


@pytest.mark.skipif(not hasattr(os, "nice"), reason="priorities are told so by POSIX alone")
def test_process_that_yields_has_the_lowest_priority_and_one_core_less() -> None:
    code = """
import os, subprocess, sys
from gallery.system.machine import cores, yield_to_others
before = cores()
yield_to_others()
child = [sys.executable, "-c", "import os; print(os.nice(0))"]
inherited = int(subprocess.run(child, capture_output=True, check=True).stdout)
print(os.nice(0), inherited, cores() == max(1, before - 1))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "19 19 True\n"
