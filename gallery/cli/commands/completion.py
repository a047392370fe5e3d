"""`gallery completion`: the script that switches completion on in a shell."""

from __future__ import annotations

import os
import shlex
from typing import Final

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

from gallery.cli.options import loudness_options
from gallery.cli.state import COMPLETE_VARIABLE

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
