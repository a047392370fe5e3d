"""`gallery pick`: which photos to keep among their like."""

from __future__ import annotations

from typing import Any

import click

from gallery.cli.options import dry_run_option, shared_options
from gallery.cli.output import counted
from gallery.cli.photo_words import parse_photos, photos_and_filters
from gallery.cli.state import State
from gallery.curation.picks import clear_picks, pick_photos, reject_photos
from gallery.errors import UsageError


@click.command()
@photos_and_filters
@click.option("--reject", is_flag=True, help="These aren't the ones to keep.")
@click.option("--clear", is_flag=True, help="Neither any more.")
@dry_run_option
@shared_options
def pick(state: State, /, reject: bool, clear: bool, dry_run: bool, **photos: Any) -> None:
    """Say which photos are the ones to keep.

    No photo is changed or deleted. `gallery best` takes a picked shot as the best of its burst, and never one that you
    rejected; is:picked and is:rejected-shot find them. Your word outlives every new search for faces.

    \b
    gallery pick beach1.jpg beach4.jpg
    gallery pick --reject path:Italy is:uncertain
    """
    if reject and clear:
        raise UsageError("--reject and --clear exclude each other; give either")
    say, done = (reject_photos, "rejected") if reject else (pick_photos, "picked")
    if clear:
        say, done = clear_picks, "neither picked nor rejected any more"
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        meant = parse_photos(photos, store, settings)
        if not meant:
            raise UsageError("which photos? Name their files, or describe them, as in emotion:happy or --emotion happy")
        count = say(store, meant, settings, dry_run=dry_run)
    state.note_done(f"{counted(count, 'photo')} {done}", dry_run=dry_run)
