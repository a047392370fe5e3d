"""What the options shared by all commands set, and what commands make of it: settings, an open store, hints."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from gallery.cli.output import message
from gallery.errors import UsageError
from gallery.settings import Settings, default_database, load_settings

if TYPE_CHECKING:
    from gallery.store.store import Store

COMPLETE_VARIABLE: Final = "_GALLERY_COMPLETE"
"""Set by the shell that wants to know how to complete a line."""

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class State:
    """One run of the program."""

    database: str | None = None
    verbose: bool = False
    quiet: bool = False

    def settings(self, **flags: Any) -> Settings:
        """Settings with the flags of this run on top; flags that are None count as not given."""
        return load_settings({"db": self.database, **flags})

    def open_store(self, settings: Settings) -> Store:
        """The database, made if need be."""
        from gallery.store.store import Store

        return Store.open(settings.db or None)

    def open_existing_store(self, settings: Settings) -> Store:
        """The database; UsageError where there is none yet, for asking must not leave an empty one behind."""
        if not has_database(settings):
            place = settings.db or default_database()
            raise UsageError(
                f"{place}: no database there yet; run `gallery index FOLDER` first, or name another by --db"
            )
        return self.open_store(settings)

    def note(self, text: str) -> None:
        """A line on stderr unless --quiet."""
        if not self.quiet:
            message(text)

    def hint(self, text: str) -> None:
        """A line for a person who is watching; none in scripts."""
        if sys.stderr.isatty():
            self.note(text)


def has_database(settings: Settings) -> bool:
    """Whether there is something to open; always true of a URL, whose server will answer for itself."""
    if "://" not in settings.db:
        return Path(settings.db or default_database()).expanduser().exists()
    from sqlalchemy import make_url

    url = make_url(settings.db)
    return url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists()


pass_state = click.make_pass_decorator(State, ensure=True)


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
        "-v", "--verbose", is_flag=True, expose_value=False, callback=_set_verbose, help="Tell more, on stderr."
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
