"""Results in order, from work that was begun before its turn."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from gallery.system.ahead import ahead, in_threads, threads


def test_results_come_in_order_and_lists_of_a_size() -> None:
    for work in (lambda: ahead(range(5), str, int, 2), lambda: in_threads(int, range(5), 2)):
        assert list(work()) == [[0, 1], [2, 3], [4]]
    assert list(in_threads(int, [], 2)) == []


def test_twice_as_many_as_are_handed_out_are_begun_and_no_more() -> None:
    begun: list[int] = []

    def start(number: int) -> int:
        begun.append(number)
        return number

    batches = ahead(range(100), start, lambda number: number, 3)
    assert begun == []
    assert next(batches) == [0, 1, 2]
    assert begun == list(range(9))  # three done, six on the way


def test_threads_are_gone_when_the_generator_is_closed_and_the_rest_is_not_begun() -> None:
    before, begun = threading.active_count(), []
    with closing(in_threads(begun.append, range(1000), 2)) as batches:
        next(batches)
    assert threading.active_count() == before
    assert len(begun) <= 6


def test_error_comes_in_its_turn_and_stops_the_threads() -> None:
    before = threading.active_count()
    batches = in_threads(lambda number: 12 // number, [3, 2, 1, 0], 1)
    assert [next(batches) for _ in range(3)] == [[4], [6], [12]]
    with pytest.raises(ZeroDivisionError):
        next(batches)
    assert threading.active_count() == before
    assert threads() >= 1
