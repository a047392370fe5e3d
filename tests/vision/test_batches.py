from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from gallery.vision.batches import Batches


class Device:
    """Doubles numbers, with room for so many at once; `error` is what it says of more."""

    def __init__(self, room: int, error: Exception | None = None) -> None:
        self.room, self.error, self.asked = room, error or torch.OutOfMemoryError("CUDA out of memory"), []

    def work(self, some: Sequence[int]) -> list[int]:
        self.asked.append(len(some))
        if len(some) > self.room:
            raise self.error
        return [2 * number for number in some]


@pytest.mark.parametrize("room", [1, 2, 3, 5, 8, 99])
def test_every_thing_has_its_result_in_order_however_little_memory_there_is(room):
    assert Batches(8).run(Device(room).work, list(range(21))) == list(range(0, 42, 2))


def test_batches_stay_halved():
    device, batches = Device(3), Batches(8)
    batches.run(device.work, list(range(8)))
    assert device.asked == [8, 4, 2, 2, 2, 2]
    batches.run(device.work, list(range(4)))
    assert device.asked[6:] == [2, 2]


def test_metal_has_no_class_of_its_own_for_it():
    device = Device(4, RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"))
    assert len(Batches(8).run(device.work, range(8))) == 8


def test_one_thing_too_large_is_an_error():
    with pytest.raises(torch.OutOfMemoryError):
        Batches(4).run(Device(0).work, [1, 2, 3])


def test_other_errors_are_no_lack_of_memory():
    device = Device(2, RuntimeError("shapes differ"))
    with pytest.raises(RuntimeError, match="shapes differ"):
        Batches(4).run(device.work, [1, 2, 3, 4])
    assert device.asked == [4]


def test_nothing_to_do_asks_nobody():
    device = Device(1)
    assert Batches(4).run(device.work, []) == []
    assert device.asked == []
