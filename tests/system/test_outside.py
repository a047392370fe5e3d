"""Texts of strangers: read, or refused at once in words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gallery.system.outside import OutsideError, content_of, read_json, read_toml


@dataclass
class Page:
    title: str
    photos: list[int]


def test_json_is_read_as_plain_values_or_as_a_type() -> None:
    text = b'{"title": "caf\\udce9", "photos": [1, -2]}'
    assert read_json(text) == {"title": "caf\udce9", "photos": [1, -2]}
    assert read_json(text, Page) == Page("caf\udce9", [1, -2])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("1" * 401, "401 digits"),
        ("-" + "1" * 100_000, "digits"),
        ("NaN", "NaN, which is none"),
        ("[-Infinity]", "Infinity, which is none"),
        ("1e999", "1e999, which is none"),
        ("{", "double quotes at column 2"),
        ("[1,\n2", "at line 2, column 2"),
        ("", "Expecting value at column 1"),
    ],
    ids=range(10),
)
def test_json_that_no_program_means_is_refused_at_once(text: str, reason: str) -> None:
    start = time.process_time()
    with pytest.raises(OutsideError, match=reason):
        read_json(text)
    assert time.process_time() - start < 0.5


def test_json_of_another_type_is_refused_with_its_field() -> None:
    with pytest.raises(OutsideError, match=r"Expected `int`, got `str` - at `\$\.photos\[1\]`"):
        read_json('{"title": "a", "photos": [1, "2"]}', Page)
    with pytest.raises(OutsideError, match="isn't UTF-8"):
        read_json(b'"\xff"')


@pytest.mark.parametrize(
    "text", [b"a = [99999999999999999999]", b"a = {b = [99999999999999999999]}", b"a = \xff", b"a"]
)
def test_toml_that_no_person_means_is_refused(text: bytes) -> None:
    with pytest.raises(OutsideError):
        read_toml(text)


def test_only_files_of_sensible_size_are_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert content_of(tmp_path / "a", most_bytes=5) == b"12345"
    with pytest.raises(OutsideError, match="larger than 4 bytes"):
        content_of(tmp_path / "a", most_bytes=4)
    with pytest.raises(OSError, match="no file"):
        content_of(tmp_path)
    with pytest.raises(FileNotFoundError):
        content_of(tmp_path / "b")
