"""Paths by the rules of Windows, on whatever system the tests run: its separators, drives and case."""

from __future__ import annotations

import ntpath
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

HOME = "C:\\Users\\ana"


@contextmanager
def windows_paths() -> Iterator[None]:
    """Inside, no file of the system can be opened by its path: for code that only handles text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "path", ntpath)
        patch.setattr(os, "sep", "\\")
        patch.setattr(os, "altsep", "/")
        patch.setenv("USERPROFILE", HOME)
        patch.delenv("PWD", raising=False)
        yield
