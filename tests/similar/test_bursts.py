"""Which shots make a burst: by time and look."""

from __future__ import annotations

from datetime import datetime, timedelta

from gallery.similar.bursts import Shot, bursts_among

START = datetime(2024, 5, 1, 10)
LOOK = 0x2AAA_AAAA_AAAA_AAAA


def turned(bits: int) -> int:
    """LOOK with so many of its lowest bits turned."""
    return LOOK ^ ((1 << bits) - 1)


def shot(number: int, seconds: float, bits: int = 0, *, by_clock: bool = True, look: int | None = None) -> Shot:
    return Shot(number, START + timedelta(seconds=seconds), by_clock, turned(bits) if look is None else look)


def numbers(shots: list[Shot], **options: float) -> list[list[int]]:
    return [[one.content_id for one in burst] for burst in bursts_among(shots, **options)]  # type: ignore[arg-type]


def test_shots_close_in_time_and_look_make_a_burst_in_the_order_of_time() -> None:
    assert numbers([shot(3, 4), shot(1, 0), shot(2, 2, 20)]) == [[1, 2, 3]]


def test_other_pictures_and_later_ones_stand_alone() -> None:
    assert numbers([shot(1, 0), shot(2, 1, 21), shot(3, 10.5)]) == []
    assert numbers([shot(1, 0), shot(2, 10)]) == [[1, 2]]


def test_picture_of_something_else_between_does_not_part_a_burst() -> None:
    assert numbers([shot(1, 0), shot(2, 1, 40), shot(3, 2)]) == [[1, 3]]


def test_burst_may_last_longer_than_the_gap_and_drift_farther_than_the_limit() -> None:
    assert numbers([shot(n, 8 * n, 15 * n) for n in range(4)]) == [[0, 1, 2, 3]]


def test_gap_and_limit_are_the_callers() -> None:
    shots = [shot(1, 0), shot(2, 3), shot(3, 60, 2)]
    assert numbers(shots, gap_seconds=2) == []
    assert numbers(shots, gap_seconds=60) == [[1, 2, 3]]
    assert numbers(shots, gap_seconds=60, alike=1) == [[1, 2]]


def test_times_of_files_join_near_duplicates_alone() -> None:
    copied = [shot(1, 0, by_clock=False), shot(2, 0, 6, by_clock=False), shot(3, 0, 14, by_clock=False)]
    assert numbers(copied) == [[1, 2]]


def test_flat_pictures_make_no_burst() -> None:
    assert numbers([shot(1, 0, look=0), shot(2, 1, look=0)]) == []
