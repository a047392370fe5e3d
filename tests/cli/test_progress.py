"""The speed and the time left that a progress bar shows."""

from __future__ import annotations

import io
import re
import sys

import pytest

from gallery.cli.progress import Pace, Progress
from tests.support.terminal import plain


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_counts_from_the_start_of_the_work_whatever_was_skipped_before() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.per_second() is None
    assert pace.remaining(10) == "-:--:--"
    clock.now = 107.0  # models are loaded, and 50,000 unchanged photos are passed over
    pace.add(0)
    assert pace.per_second() is None

    clock.now = 115.0
    pace.add(32)
    assert pace.per_second() == 4.0
    assert pace.remaining(360) == "0:01:30"
    assert pace.remaining(None) == "-:--:--"

    clock.now = 123.0
    pace.add(0)  # one more that cost nothing: the clock goes on
    assert pace.per_second() == 2.0


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_waited_for_the_models_tells_nothing_of_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, screen = Clock(), Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "100")

    def shown() -> str:
        bar.redraw()
        line = re.split(r"[\r\n]+", plain(screen.getvalue()).strip("\r\n"))[-1]
        return " ".join(re.sub("[━╸╺]", "", line).split())

    with Progress(unit="photos", quiet=False, describe=lambda: "loading", clock=clock) as bar:
        assert shown() == "loading"
        bar.plan(100)
        assert shown() == "0/100 loading"
        clock.now += 25
        bar.advance(by=16)
        bar.measure_from_now()
        assert shown() == "16/100 loading"
        clock.now += 4
        bar.advance(by=16)
        assert shown() == "32/100 4.0 photos/s 0:00:17 loading"
