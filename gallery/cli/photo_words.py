"""`[PHOTO|QUERY]...`: files and words of a query in any order, as the commands that fill albums take them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.completing import complete_photos_and_words
from gallery.cli.filters import filter_options, parse_filters
from gallery.cli.options import all_of
from gallery.cli.query_words import QueryWords
from gallery.kinds import PHOTOS
from gallery.query.query import Query
from gallery.system.paths import absolute

if TYPE_CHECKING:
    from gallery.settings import Settings
    from gallery.store.store import Store


photos_and_filters = all_of(
    click.argument(
        "words", nargs=-1, metavar="[PHOTO|QUERY]...", cls=QueryWords, shell_complete=complete_photos_and_words
    ),
    filter_options,
)
"""Adds `[PHOTO|QUERY]...` and the filters of `gallery search`: all of them keywords that `parse_photos` takes."""


def parse_photos(given: dict[str, Any], store: Store, settings: Settings) -> list[str | Query]:
    """The photos named, and the query that the other words and the filters make; nothing for neither.

    A word is a photo where a file of this name exists, and where it ends like one: a misspelt photo must not become
    a query that finds others.
    """
    words: Sequence[str] = given["words"]
    photos = [word for word in words if _is_photo(word)]
    query = parse_filters({**given, "words": tuple(word for word in words if word not in photos)}, store, settings)
    return [*photos, *([] if query is None else [query])]


def _is_photo(word: str) -> bool:
    try:
        if Path(absolute(word)).is_file():
            return True
    except (OSError, ValueError):
        return False
    return ":" not in word and os.path.splitext(word)[1].lower() in PHOTOS  # noqa: PTH122 - "path:" isn't one
