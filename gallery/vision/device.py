"""Where networks run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from gallery.errors import UsageError


def choose_device(name: str) -> torch.device:
    """The device named by the setting `device`; "auto" takes a GPU when there is one.

    Raises UsageError where the named one isn't there.
    """
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if present[kind]))
    if not present.get(name, False):
        here = ", ".join(kind for kind, there in present.items() if there)
        raise UsageError(f"device {name!r} is not on this machine; it has: {here}")
    return torch.device(name)


def build() -> str:
    """Which PyTorch is installed, what it can compute on, and what is there for it: a line for people."""
    made_for = torch.version.cuda and f"CUDA {torch.version.cuda}"
    found = choose_device("auto").type
    name = torch.cuda.get_device_name() if found == "cuda" else {"mps": "Apple's GPU"}.get(found, "the processor")
    return f"PyTorch {torch.__version__}, built for {made_for or 'processors'}; {name} is used"


@contextmanager
def threads_at_most(number: int) -> Iterator[None]:
    """Inside, torch uses no more threads of the processor than so many."""
    before = torch.get_num_threads()
    torch.set_num_threads(min(before, number))
    try:
        yield
    finally:
        torch.set_num_threads(before)
