"""A plugin for pytest that takes away what Windows hasn't got, before the program is imported.

Used as `PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 pytest -p tests.support.no_unix`: other plugins ask the real system.

Only names that Python's own library does without when they are missing; `os.path` stays, since the files are real.
"""

from __future__ import annotations

import os
import signal
import sys

MODULES = ("fcntl", "grp", "pwd", "resource")
# fmt: off
OF_OS = (
    "chown", "fchown", "fork", "getegid", "getgid", "getgroups",
    "getloadavg", "lchown", "makedev", "major", "minor", "mkfifo",
    "mknod", "nice", "posix_fadvise", "posix_fallocate", "sched_getaffinity", "sched_setaffinity",
    "setsid", "statvfs", "sync", "sysconf", "sysconf_names", "O_CLOEXEC",
    "O_DIRECTORY", "O_NOFOLLOW",
)
OF_SIGNAL = (
    "SIG_BLOCK", "SIG_SETMASK", "SIG_UNBLOCK", "SIGHUP", "SIGPIPE", "SIGQUIT",
    "SIGUSR1", "pthread_sigmask", "sigwait",
)
# fmt: on

for _name in MODULES:
    sys.modules[_name] = None  # type: ignore[assignment]
for _module, _names in ((os, OF_OS), (signal, OF_SIGNAL)):
    for _name in _names:
        if hasattr(_module, _name):
            delattr(_module, _name)
