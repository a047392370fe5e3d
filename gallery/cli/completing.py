"""What completes emotions, names and queries in the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from gallery.cli.output import printable
from gallery.cli.state import State
from gallery.emotions import EMOTIONS
from gallery.errors import GalleryError
from gallery.folding import folded
from gallery.query.completing import suggestions

if TYPE_CHECKING:
    from gallery.store.store import Store


def complete_emotions(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Labels, also as the next of a list: `happy,s` becomes `happy,sad` or `happy,surprise`."""
    before, comma, last = incomplete.rpartition(",")
    return [CompletionItem(before + comma + label) for label in EMOTIONS if label.startswith(last)]


def complete_albums(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of albums."""
    return [CompletionItem(name) for name in _beginning(_names(ctx, _album_names), incomplete)]


def complete_saved_queries(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of saved queries."""
    return [CompletionItem(name) for name in _beginning(_names(ctx, _query_names), incomplete)]


def complete_query_words(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A field of the search language, and after its colon what may stand there; `not` of it as well."""
    term = incomplete.rpartition(" ")[2].lstrip("(-")
    before = incomplete[: len(incomplete) - len(term)]
    listed = {"album": _album_names, "query": _query_names}

    def names(field: str) -> list[str]:
        return _names(ctx, listed[field]) if field in listed else []

    return [CompletionItem(before + one.text) for one in suggestions(term, names)]


def _beginning(names: Iterable[str], typed: str) -> list[str]:
    """Those that begin with what was typed, as names are compared."""
    return [name for name in names if folded(name).startswith(folded(typed))]


def _album_names(store: Store) -> list[str]:
    from gallery.curation.albums import album_names

    return album_names(store)


def _query_names(store: Store) -> list[str]:
    from gallery.curation.saved_queries import list_queries

    return [query.name for query in list_queries(store)]


def _names(ctx: click.Context, listed: Callable[[Store], list[str]]) -> list[str]:
    """Nothing where there is no database or it can't be read, for errors would land in the prompt."""
    from gallery.store.existing import database_exists

    state = ctx.find_object(State) or State()
    try:
        settings = state.settings()
        if not database_exists(settings.db):
            return []
        with state.open_existing_store(settings) as store:
            return [name for name in listed(store) if name == printable(name)]
    except (GalleryError, OSError):
        return []
