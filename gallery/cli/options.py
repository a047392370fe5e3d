"""Options that commands share, each said once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import click

from gallery.cli.state import State

F = TypeVar("F", bound=Callable[..., Any])

dry_run_option = click.option("-n", "--dry-run", is_flag=True, help="Only tell what would be done.")
yes_option = click.option("-y", "--yes", is_flag=True, help="Don't ask.")
nul_option = click.option("-0", "--print0", "nul", is_flag=True, help="End each path with NUL, for `xargs -0`.")

pass_state = click.make_pass_decorator(State, ensure=True)


def all_of(*options: Callable[..., Any]) -> Callable[[F], F]:
    """One decorator for several options and arguments, in the order in which the help shows them."""

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --db, --verbose and --quiet, and hands the command the State that they set."""
    return database_option(loudness_options(pass_state(command)))


def database_option(command: F) -> F:
    """Adds --db, kept in the State."""
    return click.option(
        "--db",
        metavar="PATH_OR_URL",
        expose_value=False,
        callback=_set_database,
        help="Database to use, also GALLERY_DB; by default one in your data folder.",
    )(command)


def loudness_options(command: F) -> F:
    """Adds --verbose and --quiet, kept in the State."""
    verbose = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        is_eager=True,  # `--version -v` tells more
        expose_value=False,
        callback=_set_verbose,
        help="Tell more, on stderr.",
    )
    quiet = click.option(
        "-q", "--quiet", is_flag=True, expose_value=False, callback=_set_quiet, help="Tell of errors only."
    )
    return verbose(quiet(command))


def _set_database(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.ensure_object(State).database = value


def _set_verbose(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(State).verbose = True
        logging.getLogger("gallery").setLevel(logging.DEBUG)


def _set_quiet(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(State).quiet = True
        logging.getLogger("gallery").setLevel(logging.ERROR)
