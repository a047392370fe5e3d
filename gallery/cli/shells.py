"""The shells that complete commands: what each runs on TAB, and how it wants the answer."""

from __future__ import annotations

import os
import re
import shlex
from typing import Final

from click.shell_completion import BashComplete, CompletionItem, ShellComplete

from gallery.cli.shell_words import Word, words_typed

OPEN_ENDS: Final = (":", "/", ",", "=")
"""What a word that is to go on ends with: no space comes behind it, and quotes stay open."""

_BASH: Final = r"""
%(complete_func)s() {
    local line kind value
    COMPREPLY=()
    while IFS= read -r line; do
        [[ $line == *,* ]] || continue
        kind="${line%%%%,*}" value="${line#*,}"
        if [[ $kind == 'dir' ]]; then
            compopt -o dirnames
        elif [[ $kind == 'file' ]]; then
            compopt -o default
        else
            COMPREPLY+=("$value")
        fi
        case "$value" in
            *[:/,=] | *[:/,=]\') compopt -o nospace ;;
        esac
    done < <(env COMP_LINE="${COMP_LINE:0:$COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \
        %(complete_var)s=bash_complete "$1")
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_ZSH: Final = r"""#compdef %(prog_name)s

%(complete_func)s() {
    local line
    local -a whole open
    (( ! $+commands[%(prog_name)s] )) && return 1
    for line in "${(@f)$(env COMP_LINE="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" \
        %(complete_var)s=zsh_complete %(prog_name)s)}"; do
        case "$line" in
            dir,*) _path_files -/ ;;
            file,*) _path_files -f ;;
            open,*) open+=("${line#open,}") ;;
            plain,*) whole+=("${line#plain,}") ;;
        esac
    done
    # Without a suffix of ours zsh closes the quotes behind a word that is to go on.
    [[ -n "$open" ]] && compadd -U -V unsorted -S '' -a open
    [[ -n "$whole" ]] && compadd -U -V unsorted -a whole
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    # from a file in $fpath
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH: Final = r"""
function %(complete_func)s
    for line in (env COMP_LINE=(commandline -cp | string collect) %(complete_var)s=fish_complete %(prog_name)s)
        set -l answer (string split -m 1 , -- $line)
        switch $answer[1]
            case dir
                __fish_complete_directories $answer[2]
            case file
                __fish_complete_path $answer[2]
            case plain open
                printf '%%s\n' $answer[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Shell(ShellComplete):
    """Answers with lines `kind,value`; of kind `open` where the word is to go on, else `plain`, `file` or `dir`.

    Scripts of version 0.1.0, which people keep in files, tell no COMP_LINE, and are answered by Click's own classes.
    """

    breaks = ""
    """Where it takes words apart when it completes them."""
    typed = Word()

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and this."""
        *before, self.typed = words_typed(os.environ.get("COMP_LINE", ""), self.breaks)
        return [word.text for word in before[1:]], self.typed.text

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """As Click has it, which forgets the flag before `=`."""
        flag, equals, _ = incomplete.partition("=")
        found = super().get_completions(args, incomplete)
        if not (flag.startswith("--") and equals):
            return found
        return [CompletionItem(f"{flag}={item.value}", item.type) for item in found]

    def format_completion(self, item: CompletionItem) -> str:
        """A line."""
        if item.type != "plain":
            return f"{item.type},{item.value}"
        return f"{self.kind(item.value)},{self.shown(item.value)}"

    def kind(self, value: str) -> str:
        """Whether the word is to go on."""
        return "open" if value.endswith(OPEN_ENDS) else "plain"

    def shown(self, value: str) -> str:
        """The word as the shell takes it."""
        return value


class Bash(_Shell, BashComplete):
    """Puts the answer as it is in the place of what is typed since the last break or open quote.

    So it must be quoted, for bash would take it apart, or even run it: names of albums may come from strangers.
    """

    name = "bash"
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """The breaks are those of the user."""
        if "COMP_LINE" not in os.environ:
            args, incomplete = BashComplete.get_completion_args(self)
            self.typed = Word(incomplete)
            return args, incomplete
        self.breaks = re.sub(r"[\s'\"]", "", os.environ.get("COMP_WORDBREAKS", ""))
        return super().get_completion_args()

    def kind(self, value: str) -> str:  # noqa: ARG002
        """The script sees by itself whether the word is to go on, as that of version 0.1.0 did."""
        return "plain"

    def shown(self, value: str) -> str:
        """What takes the place."""
        new = value[self.typed.kept :]
        match self.typed.open:
            case "'":
                return new.replace("'", "'\\''")
            case '"':
                return re.sub(r'([\\"$`])', r"\\\1", new)
        home = "~/" if new.startswith("~/") else ""
        return home + (shlex.quote(new[len(home) :]) if new[len(home) :] else "")


class Zsh(_Shell):
    """Quotes what it needs."""

    name = "zsh"
    source_template = _ZSH


class Fish(_Shell):
    """Quotes what it needs."""

    name = "fish"
    source_template = _FISH


SHELLS: Final = {"bash": Bash, "zsh": Zsh, "fish": Fish}
