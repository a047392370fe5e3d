"""Ignore rules and the names that are passed over, where folders are parted by backslashes."""

from __future__ import annotations

import pytest

from gallery.images.ignore_patterns import IgnorePatterns
from gallery.images.ignoring import Rules, is_ignored
from gallery.images.passed_over import Names
from tests.support.windows import windows_paths


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("C:\\Photos\\private\\a.jpg", True),
        ("C:\\Photos\\2023\\private\\a.jpg", False),
        ("C:\\Photos\\2023\\draft.jpg", True),
        ("C:\\Photos\\2023\\a.jpg", False),
    ],
)
def test_ignore_rules_are_written_with_slashes_everywhere(path: str, ignored: bool) -> None:
    rules = Rules("C:\\Photos\\", IgnorePatterns(["/private/", "draft.*"]))
    with windows_paths():
        assert is_ignored(path, (rules,)) == ignored


@pytest.mark.parametrize(
    ("name", "within", "is_bin"),
    [
        ("$Recycle.Bin", "D:\\", True),
        ("System Volume Information", "D:\\", True),
        ("resources", "D:\\Mac\\Fotos.photoslibrary", True),
        ("originals", "D:\\Mac\\Fotos.photoslibrary", False),
        ("resources", "D:\\Mac", False),
    ],
)
def test_bins_are_known_by_their_names(name: str, within: str, is_bin: bool) -> None:
    with windows_paths():
        assert Names().is_bin(name, within) == is_bin
