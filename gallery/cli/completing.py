"""What completes emotions, names and queries in the shell."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from gallery.cli.output import printable
from gallery.cli.state import State
from gallery.emotions import EMOTIONS
from gallery.errors import GalleryError
from gallery.folding import folded
from gallery.kinds import PHOTOS, suffix
from gallery.query.completing import suggestions, values
from gallery.query.fields import FIELDS
from gallery.system.paths import expanded

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


def complete_photos(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files that are called like photos, and folders, which end in a slash."""
    folder = incomplete[: incomplete.rfind("/") + 1]
    return [CompletionItem(folder + name) for name in _in_folder(folder, incomplete[len(folder) :])]


def _in_folder(folder: str, begun: str) -> list[str]:
    found = []
    try:
        with os.scandir(expanded(folder or ".")) as entries:
            for entry in entries:
                hidden = entry.name.startswith(".") and not begun
                if hidden or not entry.name.startswith(begun) or entry.name != printable(entry.name):
                    continue
                if entry.is_dir():
                    found.append(entry.name + "/")
                elif suffix(entry.name) in PHOTOS:
                    found.append(entry.name)
    except (OSError, ValueError):
        return []
    return sorted(found)


def complete_photos_and_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Photos and words of a query; `beach d` is rather the beginning of `beach day.jpg` than two words."""
    photos = complete_photos(ctx, param, incomplete)
    if photos and not {" ", "/"}.isdisjoint(incomplete):
        return photos
    return [*photos, *complete_query_words(ctx, param, incomplete)]


def complete_faces(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What `gallery label` and `reject` take: photos, words of a query, and at last an emotion."""
    found = complete_photos_and_words(ctx, param, incomplete)
    return [*found, *(complete_emotions(ctx, param, incomplete) if incomplete and ctx.info_name == "label" else [])]


def complete_query_words(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A field of the search language, and after its colon what may stand there; `not` of it as well."""
    term = incomplete.rpartition(" ")[2].lstrip("(-")
    before = incomplete[: len(incomplete) - len(term)]
    listed = {"album": _album_names, "query": _query_names}

    def names(field: str) -> list[str]:
        return _names(ctx, listed[field]) if field in listed else []

    found = [one.text for one in suggestions(term, names)]
    if before and len(found) == 1 and found[0].endswith(":"):
        # Within quotes: a single answer would make the shell close them, which nobody wants behind a colon.
        field = found[0].removesuffix(":")
        found += [f"{field}:{one}" for one in values(field, "", names)] or [FIELDS[field].example]
    return [CompletionItem(before + one) for one in found]


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
