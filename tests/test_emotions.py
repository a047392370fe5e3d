from __future__ import annotations

import re

import pytest

from gallery.emotions import COLOURS, EMOTIONS, UNCERTAIN, parse_emotion
from gallery.errors import UsageError


def documented_inputs() -> list[tuple[str, str]]:
    rows = re.findall(r"^\s*\| (.+?)\s*\| (.+?)\s*\|$", parse_emotion.__doc__ or "", re.MULTILINE)
    return [(text, result) for text, result in rows if text != "input"]


def test_table_in_the_documentation_is_found():
    assert ("happy", "happy") in documented_inputs()
    assert len(documented_inputs()) == 4


@pytest.mark.parametrize(("text", "result"), documented_inputs())
def test_documented_input_gives_the_documented_result(text, result):
    if result.startswith("UsageError"):
        with pytest.raises(UsageError) as caught:
            parse_emotion(text)
        assert text in str(caught.value)
        assert all(label in str(caught.value) for label in EMOTIONS)
    else:
        assert parse_emotion(text) == result


def test_labels_are_in_the_order_of_fer2013():
    assert EMOTIONS == ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


@pytest.mark.parametrize("label", EMOTIONS)
def test_every_label_means_itself_in_any_case(label):
    assert parse_emotion(f" {label.upper()}\n") == label


@pytest.mark.parametrize("text", ["", "  ", UNCERTAIN, "happy sad", "0"])
def test_what_names_no_emotion_is_refused(text):
    with pytest.raises(UsageError, match="unknown emotion"):
        parse_emotion(text)


def test_each_emotion_has_a_colour_of_its_own():
    assert set(COLOURS) == {*EMOTIONS, UNCERTAIN}
    assert len(set(COLOURS.values())) == len(COLOURS)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in COLOURS.values())
