"""What may be written next in a query."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gallery.emotions import EMOTIONS
from gallery.query.completing import completion
from gallery.query.fields import FIELDS, SORTS

NAMES = {
    "album": ("Best", "Summer (2023)", "Été"),
    "query": ("smiles",),
    "camera": ("Canon EOS R6",),
    "format": ("jpeg",),
}


def names(field: str) -> Sequence[str]:
    return NAMES[field]


def completed(text: str) -> list[str]:
    """The texts that may come of it, the caret standing at `|`, else at the end."""
    caret = text.find("|") if "|" in text else len(text)
    text = text.replace("|", "")
    found = completion(text, caret, names)
    return [text[: found.start] + one.text + text[found.end :] for one in found.suggestions]


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("emo", ["emotion:"]),
        ("a EMO", ["a emotion:"]),
        ("-emo", ["-emotion:"]),
        ("(emo", ["(emotion:"]),
        ("not (a -emo", ["not (a -emotion:"]),
        ("emotion:ha", ["emotion:happy"]),
        ("emotion:happy,s", ["emotion:happy,sad", "emotion:happy,surprise"]),
        ("emotion:s|x faces:2", ["emotion:sad faces:2", "emotion:surprise faces:2"]),
        ("most:neu", ["most:neutral"]),
        ("album:", ["album:Best", 'album:"Summer (2023)"', "album:Été"]),
        ("album:sum", ['album:"Summer (2023)"']),
        ('album:"Summer (', ['album:"Summer (2023)"']),
        ('album:"Summer (|" a', ['album:"Summer (2023)" a']),
        ("album:ÉT", ["album:Été"]),
        ("query:", ["query:smiles"]),
        ("camera:can", ['camera:"Canon EOS R6"']),
        ("format:", ["format:jpeg"]),
        ("has:", ["has:gps", "has:face", "has:date"]),
        ("sort:", [f"sort:{one}" for one in SORTS]),
        ("beach", []),
        ("nonsense:x", []),
        ("faces:2", []),
    ],
)
def test_a_word_that_is_begun(typed: str, whole: list[str]) -> None:
    assert completed(typed) == whole


def test_nothing_typed_offers_every_field() -> None:
    assert completed("") == [f"{name}:" for name in FIELDS]
    assert completed("beach |") == [f"beach {name}:" for name in FIELDS]


def test_every_emotion_is_offered_and_explained_where_it_must_be() -> None:
    found = completion("emotion:", 8, names).suggestions
    assert [one.text for one in found] == [f"emotion:{emotion}" for emotion in EMOTIONS]
    assert completion("is:mis", 6, names).suggestions[0].meaning.startswith("all its files are gone")


@pytest.mark.parametrize("caret", [-5, 0, 3, 99])
def test_a_caret_anywhere_does_no_harm(caret: int) -> None:
    found = completion('a "b', caret, names)
    assert 0 <= found.start <= found.end <= 4
