"""`gallery open`: a photo in the system's viewer."""

from __future__ import annotations

from pathlib import Path

import click

from gallery.cli.completing import complete_photos
from gallery.cli.options import shared_options
from gallery.cli.state import State
from gallery.insight.viewing import open_photo


@click.command("open")
@click.argument("photo", type=click.Path(path_type=Path), shell_complete=complete_photos)
@shared_options
def open_(state: State, photo: Path) -> None:
    """Open a photo in the system's viewer.

    It is the program that a double click starts: `xdg-open` finds it on Linux, `open` on macOS. Where the file named is
    gone, a copy of it is opened.
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        path = open_photo(store, photo, settings)
    state.note(f"opened {path}")
