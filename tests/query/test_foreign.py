"""What is written as in other languages is refused where it stands, with what to write in its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gallery.errors import QueryError, UsageError
from gallery.query.foreign import refuse_foreign
from gallery.query.grammar import parse
from gallery.query.paths import parse_path
from tests.support.documented import documented

TABLE = documented(refuse_foreign)


@pytest.mark.parametrize(("text", "result"), TABLE)
def test_what_other_languages_write_is_refused_with_a_suggestion(text: str, result: str) -> None:
    expected = re.fullmatch(r"at (\d+): (.*)", result)
    if expected is None:
        parse(text)
        return
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert (caught.value.position, caught.value.reason) == (int(expected[1]), expected[2])


@pytest.mark.parametrize("sign", ["|", "||"])
def test_bar_is_no_or(sign: str) -> None:
    with pytest.raises(QueryError, match=re.escape(f"{sign} means nothing here: write or")) as caught:
        parse(f"a {sign} b")
    assert caught.value.position == 2


@pytest.mark.parametrize("given", ["*.heic", "IMG_????.jpg"])
def test_pattern_is_no_path_unless_a_file_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"stands for nothing here; give a part of the path, such as (\.heic|IMG_)$"):
        parse_path(given)
    (tmp_path / given).touch()
    assert parse_path(given) == str(tmp_path / given)


@pytest.mark.parametrize("text", [result.partition("; write ")[2] for _, result in TABLE if "; write " in result])
def test_what_is_suggested_is_understood(text: str) -> None:
    assert parse(text).where is not None


@pytest.mark.parametrize("text", ['path:"*.heic"', 'path:"a?b"', 'path:"a>b"', "path:faces=2", 'path:"&"', "path:+"])
def test_kept_queries_that_have_such_characters_mean_what_they_meant(text: str) -> None:
    assert str(parse(text)) == text
