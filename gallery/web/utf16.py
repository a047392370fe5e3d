"""Places in a text as browsers count them: in units of UTF-16, of which an emoji takes two."""

from __future__ import annotations


def to_browser(text: str, place: int) -> int:
    """The place of a character as a browser counts it."""
    return place + sum(character > "\uffff" for character in text[:place])


def from_browser(text: str, place: int) -> int:
    """The character at a browser's place; the end for one beyond it."""
    units = 0
    for index, character in enumerate(text):
        if units >= place:
            return index
        units += 1 + (character > "\uffff")
    return len(text)
