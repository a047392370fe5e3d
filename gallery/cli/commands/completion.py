"""`gallery completion`: the script that switches completion on in a shell."""

from __future__ import annotations

import os

import click
from click.shell_completion import add_completion_class

from gallery.cli.options import loudness_options
from gallery.cli.shells import SHELLS
from gallery.cli.state import COMPLETE_VARIABLE


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
    for name, shell in SHELLS.items():
        if name == "bash" or "COMP_LINE" in os.environ:
            add_completion_class(shell)
