"""Somebody who may do less than root."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def as_someone_without_rights(work: Callable[[], None]) -> None:
    """Runs `work` as a user who owns nothing: root may write everywhere. Fails as `work` fails."""
    if os.geteuid() != 0:
        work()
        return
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgid(65534)
            os.setuid(65534)
            work()
            code = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(code)
    try:
        _, status = os.waitpid(child, 0)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    assert os.waitstatus_to_exitcode(status) == 0
