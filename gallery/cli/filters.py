"""The words and flags that say which photos are meant: the same for every command that takes photos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.completing import complete_albums, complete_emotions, complete_faces, complete_query_words
from gallery.cli.options import all_of
from gallery.cli.query_hints import hint_at_fields
from gallery.cli.query_words import QueryWords
from gallery.errors import UsageError
from gallery.query.query import SORTS, Query

if TYPE_CHECKING:
    from gallery.settings import Settings
    from gallery.store.store import Store


_IN_ALBUM = click.option("--album", metavar="NAME", shell_complete=complete_albums, help="In this album.")
_FILTERS = (
    click.option(
        "-e",
        "--emotion",
        "emotions",
        multiple=True,
        metavar="EMOTION",
        shell_complete=complete_emotions,
        help="With a face of this emotion; repeated or as a list `happy,surprise`: any of them.",
    ),
    click.option(
        "--all-emotions",
        multiple=True,
        metavar="EMOTIONS",
        shell_complete=complete_emotions,
        help="With a face of each of these: `happy,sad`.",
    ),
    click.option(
        "--not-emotion",
        "not_emotions",
        multiple=True,
        metavar="EMOTION",
        shell_complete=complete_emotions,
        help="Without any face of this emotion.",
    ),
    click.option("--min-score", type=float, metavar="0..1", help="With at least this score."),
    click.option(
        "--precision",
        type=float,
        metavar="SHARE",
        help="With a score at which the model is right so often: 0.8, 0.9 or 0.95.",
    ),
    click.option("--faces", metavar="N..M", help="With so many faces: 3, 2..4, 2.. or ..4."),
    click.option("--since", metavar="WHEN", help="Taken then or later: 2023, 2023-06, 2023-06-01, 2023-06-01T12:30."),
    click.option("--until", metavar="WHEN", help="Taken then or earlier; 2023 includes all of that year."),
    click.option("--path", metavar="FOLDER_OR_PART", help="Below this folder, or with this in the path."),
    _IN_ALBUM,
    click.option("--sort", type=click.Choice(SORTS, case_sensitive=False), help="Order; newest first by default."),
    click.option("--limit", type=int, metavar="N", help="The first N only."),
    click.option("--missing", is_flag=True, default=None, help="Also photos whose files are gone."),
)
_LISTS = ("emotions", "all_emotions", "not_emotions")


_query_words = click.argument(
    "words", nargs=-1, metavar="[QUERY]...", cls=QueryWords, shell_complete=complete_query_words
)
_face_words = click.argument("words", nargs=-1, metavar="[QUERY]...", cls=QueryWords, shell_complete=complete_faces)


filter_options = all_of(*_FILTERS)
"""Adds the filters; the command gets them as keywords that `parse_filters` takes."""
query_options = all_of(_query_words, *_FILTERS)
"""Adds the words of a query, `[QUERY]...`, and the filters: all of them keywords that `parse_filters` takes."""
faces_options = all_of(_face_words, *_FILTERS)
"""The same for commands that take names of faces, too."""
query_options_but_album = all_of(_query_words, *(option for option in _FILTERS if option is not _IN_ALBUM))
"""The same without --album, for a command that means by it an album to fill."""


def parse_filters(given: dict[str, Any], store: Store, settings: Settings) -> Query | None:
    """The query meant by the words and flags; None where none was given. Raises UsageError.

    What a precision means depends on the model that read the faces in the store.
    """
    known = {name: value for name, value in given.items() if value not in (None, ())}
    if "words" in known:
        known["where"] = " ".join(known.pop("words"))
    known |= {name: list(_words(known[name])) for name in _LISTS if name in known}
    precision = known.pop("precision", None)
    if precision is not None:
        if "min_score" in known:
            raise UsageError("--precision and --min-score exclude each other; give either")
        from gallery.insight.precision import min_scores

        known["min_scores"] = min_scores(precision, store, settings)
    query = Query.of(**known) if known else None
    if "where" in known:
        hint_at_fields(known["where"], store, settings)
    return query


def _words(values: Sequence[str]) -> Iterator[str]:
    for value in values:
        yield from value.split(",")
