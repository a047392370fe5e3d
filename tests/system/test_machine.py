"""Cores and processes that the machine has room for."""

from __future__ import annotations

import os

import pytest

from gallery.system import machine
from gallery.system.machine import LEAST_MEMORY, cores, some_cores, suitable


def test_processes_are_as_many_as_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 4)
    assert suitable(LEAST_MEMORY * 1000) == 4
    assert suitable(LEAST_MEMORY * 3 - 1) == 2
    assert suitable(1000) == 1
    assert suitable(3000, each=1000) == 3


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
