"""The speed and the time left that a progress bar shows."""

from __future__ import annotations

from gallery.cli.progress import Pace


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
