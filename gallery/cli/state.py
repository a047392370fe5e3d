"""One run of the program, and what commands make of it: settings, an open store, notes and hints."""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gallery.cli.output import message
from gallery.errors import UsageError
from gallery.settings import Settings, default_database, load_settings, variable

if TYPE_CHECKING:
    from gallery.store.store import Store

COMPLETE_VARIABLE: Final = "_GALLERY_COMPLETE"
"""Set by the shell that wants to know how to complete a line."""


@dataclass(slots=True)
class State:
    """One run of the program."""

    database: str | None = None
    verbose: bool = False
    quiet: bool = False

    def settings(self, **flags: Any) -> Settings:
        """Settings with the flags of this run on top; flags that are None count as not given."""
        return load_settings({"db": self.database, **flags})

    def open_store(self, settings: Settings, busy_timeout_seconds: float = math.inf) -> Store:
        """The database, made if need be; who writes waits for another so long."""
        from gallery.store.store import Store

        location = settings.db or None
        return Store.open(location, busy_timeout_seconds=busy_timeout_seconds, tell=self.note, limits=settings)

    def open_existing_store(self, settings: Settings, busy_timeout_seconds: float = math.inf) -> Store:
        """The database; UsageError where there is none yet, for asking must not leave an empty one behind."""
        from gallery.store.existing import database_exists

        if not database_exists(settings.db):
            place = settings.db or default_database()
            raise UsageError(
                f"{place}: no database there yet; run `gallery index FOLDER` first, or name another by --db"
            )
        return self.open_store(settings, busy_timeout_seconds)

    def note(self, text: str) -> None:
        """A line on stderr unless --quiet."""
        if not self.quiet:
            message(text)

    def note_done(self, text: str, *, dry_run: bool) -> None:
        """A note on what was done, or in a dry run would have been."""
        self.note(f"dry run, nothing was written: {text}" if dry_run else text)

    def hint(self, text: str) -> None:
        """A line for a person who is watching; none in scripts."""
        if sys.stderr.isatty():
            self.note(text)

    def note_winner(self, setting: str) -> bool:
        """Says so where a variable of the environment wins over the settings file; whether one does."""
        winner = os.environ.get(variable(setting))
        if winner:
            self.note(f"but {variable(setting)} is set and wins: as long as it is, {winner} is used")
        return bool(winner)
