"""Processes that are started, and what they share with the one that starts them."""

from __future__ import annotations

import time

from gallery.system.parents import PatientSpawn


class SlowToArrive:
    """Takes a while to be unpickled, as a process does to start on a busy machine."""

    def __reduce__(self):
        return time.sleep, (0.5,)


def test_process_that_starts_finds_its_lock_though_the_pool_let_go_of_it(capfd):
    context = PatientSpawn()
    lock = context.RLock()
    process = context.Process(target=print, args=(SlowToArrive(), lock), kwargs={"end": ""})
    process.start()
    del lock
    process.join(20)
    assert process.exitcode == 0
    assert capfd.readouterr().err == ""
