import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from gallery.images.ignore_patterns import IgnorePatterns


@pytest.mark.parametrize(
    "pattern",
    [
        "*a*a*a*a*a*a*a*a*b",
        "*a?a*a?a*a?a*a?a*a?a*b",
        "**/a/**/a/**/a/**/a/**/a/**/a/**/b",
        "/**/*a*/**/*a*/**/*a*/**/*a*/**/*a*/**/b",
        "*[a]*[a]*[a]*[a]*[a]*[a]*[a]*[!a]",
        "a*" * 2000,
    ],
    ids=lambda pattern: pattern[:20],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    patterns = IgnorePatterns([pattern])
    paths = ["a" * 255, "/".join(["a" * 250] * 16), "a/" * 2000, "/".join(["aaa"] * 1000) + "/c"]

    start = time.process_time()
    verdicts = {patterns.verdict(path) for path in paths}

    assert verdicts <= {None, True}
    assert time.process_time() - start < 1


_parts = st.lists(st.sampled_from(["a", "b", "ab", "*", "**", "?", "a*", "*b", "*a*b", "a**b", "[ab]", "[!a]", "b?a"]))
_lines = st.tuples(st.sampled_from(["", "!"]), st.sampled_from(["", "/"]), _parts, st.sampled_from(["", "/"])).map(
    lambda line: f"{line[0]}{line[1]}{'/'.join(line[2])}{line[3]}"
)
_paths = st.tuples(st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=5), st.booleans()).map(
    lambda path: "/".join(path[0]) + "/" * path[1]
)


@given(st.lists(_lines, max_size=4), st.lists(_paths, max_size=8))
@settings(deadline=None, max_examples=400)
def test_verdicts_are_those_of_another_implementation(lines: list[str], paths: list[str]) -> None:
    usable = [line for line in lines if line.strip("/") not in ("", "!")]
    # Line by line: of several, it lets a `!*` before an `a` decide of `a/`, where git's own answer is that of `a`.
    theirs = [GitIgnoreSpec.from_lines([line], backend="simple") for line in usable]

    for path in paths:
        told = [verdict for line in theirs if (verdict := line.check_file(path).include) is not None]
        assert IgnorePatterns(usable).verdict(path) == (told[-1] if told else None)


def test_last_line_that_says_something_decides():
    assert IgnorePatterns(["!*", "a"]).verdict("a/") is True
    assert IgnorePatterns(["a", "!*"]).verdict("a/") is False


@pytest.mark.parametrize(
    ("line", "path", "verdict"),
    [
        ("[z-a].jpg", "z.jpg", None),  # a range from behind: no letter lies in it
        ("[[:x]].jpg", "x].jpg", True),
        ("[.jpg", "[.jpg", None),
        ("[]a].jpg", "].jpg", True),
        ("a[!b]c", "a/c", None),
        ("a[/]c", "a/c", None),
        ("*.jpg", "new\nline.jpg", True),
        ("a.jpg", "a.jpg\n", None),
        ("\udcff*", "\udcff.jpg", True),
        (r"\#a", "#a", True),
        (r"\*a", "ba", None),
        (r"a\ ", "a ", True),
    ],
)
def test_letters_that_mean_something(line: str, path: str, verdict: bool | None) -> None:
    assert IgnorePatterns([line]).verdict(path) is verdict


@pytest.mark.parametrize("line", ["!", "a\\", "a" * 5000])
def test_what_is_no_pattern_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        IgnorePatterns([line])
