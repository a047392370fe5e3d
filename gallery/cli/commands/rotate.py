"""`gallery rotate`: how photos lie that were taken or scanned on their side."""

from __future__ import annotations

import re
from typing import Any, Final

import click

from gallery.cli.options import dry_run_option, shared_options
from gallery.cli.output import counted
from gallery.cli.photo_words import parse_photos, photos_and_filters
from gallery.cli.state import State
from gallery.curation.turning import rotate_photos
from gallery.errors import UsageError

_DEGREES: Final = re.compile(r"\d{1,4}")
_TO_THE_LEFT: Final = re.compile(r"-\d{1,4}")


class _Rotate(click.Command):
    """Takes -90 for degrees, not for a flag."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [str(int(arg) % 360) if _TO_THE_LEFT.fullmatch(arg) else arg for arg in args])


@click.command(cls=_Rotate)
@photos_and_filters
@dry_run_option
@shared_options
def rotate(state: State, /, dry_run: bool, **photos: Any) -> None:
    """Show photos turned, and change no file.

    By 90, 180 or 270 degrees to the right, or by -90 to the left; 0 takes it back. The degrees come last. Pages of
    `export --as html` and `serve`, thumbnails and drawings show the photos so; copies, links and archives are as they
    were. It counts from how the file itself wants them shown, so that to say it twice turns nothing twice, and ends
    where another program turns the file. The next `gallery index` looks for their faces as they lie now; what you said
    of these stays.

    is:sideways finds the photos whose faces lie on their side; where that is right, as of people who lie, say 0.

    \b
    gallery rotate scan1.jpg scan2.jpg 90
    gallery rotate is:sideways path:Scans -90
    """
    *others, last = photos["words"] or ("",)
    if not _DEGREES.fullmatch(last):
        raise UsageError("by how many degrees? They come last, as in `gallery rotate beach.jpg 90`")
    degrees = int(last)
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        meant = parse_photos({**photos, "words": tuple(others)}, store, settings)
        if not meant:
            raise UsageError("which photos? Name their files, or describe them, as in `gallery rotate is:sideways 90`")
        count = rotate_photos(store, meant, degrees, settings, dry_run=dry_run)
    done = f"turned by {degrees % 360} degrees" if degrees % 360 else "as in the file"
    state.note_done(f"{counted(count, 'photo')} {done}", dry_run=dry_run)
