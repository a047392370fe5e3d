"""Completion in the shell: the script that switches it on, and what completes emotions and album names."""

from __future__ import annotations

import shlex
from typing import Final

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ZshComplete, add_completion_class

from gallery.cli.output import printable
from gallery.cli.state import COMPLETE_VARIABLE, State, has_database, loudness_options
from gallery.emotions import EMOTIONS
from gallery.errors import GalleryError


class QuotingBashComplete(BashComplete):
    """Quotes what bash would take apart, or even run: names of albums may come from strangers."""

    def format_completion(self, item: CompletionItem) -> str:
        return f"{item.type},{shlex.quote(item.value) if item.type == 'plain' else item.value}"


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
    """Names of albums; nothing where there is no database or it can't be read, for errors would land in the prompt."""
    state = ctx.find_object(State) or State()
    try:
        settings = state.settings()
        if not has_database(settings):
            return []
        from gallery.albums import list_albums

        with state.open_existing_store(settings) as store:
            names = [album.name for album in list_albums(store)]
    except (GalleryError, OSError):
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete) and name == printable(name)]
