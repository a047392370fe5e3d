"""The words of a query on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import click

from gallery.emotions import EMOTIONS, SYNONYMS
from gallery.query.fields import FIELDS

_FIELDS: Final = {*FIELDS, *EMOTIONS, *SYNONYMS}


class QueryWords(click.Argument):
    """Any number of words; one that begins with a dash is taken for flags unless -- stands before it, and we say so."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Looks at the words before flags are read: `-emotion:sad` would be the flag -e with the value motion:sad."""
        super().add_to_parser(parser, ctx)
        read = parser.parse_args

        def parse_args(args: list[str]) -> Any:
            if not ctx.resilient_parsing:
                _check_dashes(args, ctx)
            given = tuple(args)  # the parser takes them out one by one
            try:
                return read(args)
            except click.NoSuchOption as error:
                raise _with_hint(error, given) from None

        parser.parse_args = parse_args


def _check_dashes(args: Sequence[str], ctx: click.Context) -> None:
    for arg in args:
        if arg == "--":
            return
        name, colon, _ = arg[1:].partition(":")
        if arg.startswith(("-(", '-"')) or (arg.startswith("-") and colon and name.lower() in _FIELDS):
            raise click.UsageError(f"{arg!r} begins with a dash, as flags do; {_way_out(arg)}", ctx)


def _with_hint(error: click.NoSuchOption, args: Sequence[str]) -> click.NoSuchOption:
    """The same error, and what to do if a word was meant: -beach is read as the flags -b, -e and so on."""
    for arg in args:
        letters = arg[1:]
        if arg[:1] == "-" and len(letters) > 1 and letters[0].isalpha() and error.option_name[1:] in letters:
            message = f"{error.message} To exclude photos, {_way_out(arg)}"
            return click.NoSuchOption(error.option_name, message, ctx=error.ctx)
    return error


def _way_out(arg: str) -> str:
    return f"put -- before it, or write: not {arg[1:]}"
