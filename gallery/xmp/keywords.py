"""The same keywords in the three lists that programs read.

A program takes the list that it prefers, and stops there: an emotion put into an empty one would hide the keywords in
the others. So a list that is empty gets those as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gallery.emotions import EMOTIONS
from gallery.xmp.properties import HIERARCHY, LISTS, SUBJECT, TAGS, Keywords, Property

BRANCH: Final = "Emotion"
"""Emotions are leaves of this branch of the tree of keywords."""


def keyword(which: Property, emotion: str) -> str:
    """How an emotion is written into a list.

    | list                   | happy           |
    |------------------------|-----------------|
    | digiKam:TagsList       | `Emotion/happy` |
    | lr:hierarchicalSubject | `Emotion|happy` |
    | dc:subject             | `happy`         |
    """
    return _written(which, (BRANCH, emotion))


def emotion_of(which: Property, text: str) -> str | None:
    """The emotion that `keyword` would write so; None for other keywords."""
    return next((emotion for emotion in EMOTIONS if keyword(which, emotion) == text), None)


def filled(present: Keywords) -> dict[Property, list[str]]:
    """The lists as they are, those that are empty filled from the others.

    From `dc:subject` alone, `beach`; from `digiKam:TagsList` alone, `People/Anna`:

    | list                   | beach   | People/Anna   |
    |------------------------|---------|---------------|
    | digiKam:TagsList       | `beach` | `People/Anna` |
    | lr:hierarchicalSubject | `beach` | `People|Anna` |
    | dc:subject             | `beach` | `Anna`        |

    A name that holds the separator is written with the other one: `AC/DC` as the tag `AC|DC`. A flat keyword that is
    part of a path is not repeated.
    """
    paths = list(dict.fromkeys(_paths(present)))
    return {
        one: list(present.get(one, ())) or list(dict.fromkeys(_written(one, path) for path in paths)) for one in LISTS
    }


def _paths(present: Keywords) -> Iterator[tuple[str, ...]]:
    tags = (tuple(part.replace("|", "/") for part in text.split("/") if part) for text in present.get(TAGS, ()))
    hierarchy = (tuple(part for part in text.split("|") if part) for text in present.get(HIERARCHY, ()))
    paths = [path for path in (*tags, *hierarchy) if path]
    named = {name for path in paths for name in path}
    yield from paths
    yield from ((text,) for text in present.get(SUBJECT, ()) if text not in named)


def _written(which: Property, path: Sequence[str]) -> str:
    if which is TAGS:
        return "/".join(name.replace("/", "|") for name in path)
    return "|".join(name.replace("|", "/") for name in path) if which is HIERARCHY else path[-1]
