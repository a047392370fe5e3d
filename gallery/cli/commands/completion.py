"""Completion in the shell: the script that switches it on, and what completes emotions, names and queries."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from gallery.cli.output import printable
from gallery.cli.state import COMPLETE_VARIABLE, State, has_database, loudness_options
from gallery.emotions import EMOTIONS
from gallery.errors import GalleryError
from gallery.folding import folded
from gallery.query.fields import FIELDS, HAS, IS, SORTS
from gallery.query.terms import quoted

if TYPE_CHECKING:
    from gallery.store.store import Store

_BASH: Final = r"""
%(complete_func)s() {
    local IFS=$'\n'
    local response completion type value
    response=$(env COMP_LINE="${COMP_LINE:0:$COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \
        %(complete_var)s=bash_complete "$1")
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == 'dir' ]]; then
            COMPREPLY=()
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            COMPREPLY=()
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
            if [[ $value == *: ]]; then
                compopt -o nospace
            fi
        fi
    done
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class QuotingBashComplete(BashComplete):
    """Quotes what bash would take apart, or even run: names of albums may come from strangers.

    Bash takes `emotion:happy` for three words, and puts what we answer in the place of the last. So we are given the
    line itself, and answer with what comes after the colon.
    """

    source_template = _BASH
    _kept = 0
    """Characters of the word that stay as they are on the line."""

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_LINE")
        if line is None:
            return super().get_completion_args()
        words = split_arg_string(line)
        incomplete = "" if line[-1:].isspace() else words.pop()
        unquoted = line.endswith(incomplete)
        if unquoted and ":" in os.environ.get("COMP_WORDBREAKS", ""):
            self._kept = incomplete.rfind(":") + 1
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.type},{shlex.quote(item.value[self._kept :]) if item.type == 'plain' else item.value}"


SHELLS: Final = {"bash": QuotingBashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(list(SHELLS)))
@loudness_options
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands in your shell.

    \b
    bash: gallery completion bash > ~/.local/share/bash-completion/completions/gallery
    zsh:  gallery completion zsh > a file `_gallery` in a folder of your $fpath
    fish: gallery completion fish > ~/.config/fish/completions/gallery.fish
    """
    click.echo(SHELLS[shell](ctx.find_root().command, {}, "gallery", COMPLETE_VARIABLE).source())


def prepare() -> None:
    """Called before Click answers a shell."""
    add_completion_class(QuotingBashComplete)


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


def complete_query_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A field of the search language, and after its colon what may stand there; `not` of it as well."""
    term = incomplete.rpartition(" ")[2].lstrip("(-")
    before = incomplete[: len(incomplete) - len(term)]
    field, colon, value = term.partition(":")
    if not colon:
        return [CompletionItem(f"{before}{name}:") for name in FIELDS if name.startswith(term.lower())]
    return [CompletionItem(f"{before}{field}:{one}") for one in _values(ctx, param, field.lower(), value)]


def _values(ctx: click.Context, param: click.Parameter, field: str, value: str) -> Iterable[str]:
    if field in ("emotion", "all", "none", "most"):
        return [item.value for item in complete_emotions(ctx, param, value)]
    if field in ("album", "query"):
        names = _names(ctx, _album_names if field == "album" else _query_names)
        return map(quoted, _beginning(names, value.removeprefix('"')))
    return [one for one in {"has": HAS, "is": IS, "sort": SORTS}.get(field, ()) if one.startswith(value)]


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
    state = ctx.find_object(State) or State()
    try:
        settings = state.settings()
        if not has_database(settings):
            return []
        with state.open_existing_store(settings) as store:
            return [name for name in listed(store) if name == printable(name)]
    except (GalleryError, OSError):
        return []
