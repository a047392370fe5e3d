"""`gallery review`: a key for each doubtful face."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import shared_options
from gallery.cli.output import console, counted, print_json, printable
from gallery.cli.photo_lists import score_text
from gallery.cli.review_screen import LEGEND, ReviewScreen
from gallery.cli.state import State
from gallery.curation.doubt import DoubtfulFace, doubtful_faces
from gallery.curation.review import Review
from gallery.errors import UsageError

if TYPE_CHECKING:
    from gallery.settings import Settings
    from gallery.store.store import Store

AT_ONCE: Final = 100
"""Faces in one sitting unless more are asked for."""
READABLE: Final = 48
"""Pixels of the longer side: people can't tell what smaller faces show, and the networks learnt from such as these."""

# `s` is sad, therefore surprise has its p.
EMOTION_KEYS: Final = {
    "a": "angry",
    "d": "disgust",
    "f": "fear",
    "h": "happy",
    "s": "sad",
    "p": "surprise",
    "n": "neutral",
}
_AGREE: Final = ("\r", "\n", " ")
_SKIP: Final = ("k", "\x1b[C", "\x1bOC", "\xe0M")  # the right arrow: in its two modes, and on Windows
_LOOK: Final = ("w", "o")
_QUIT: Final = ("q", "\x1b", "")

ReadKey = Callable[[], str]
"""Waits for a key; what it gives for the end of input is empty."""
Draw = Callable[[DoubtfulFace, int, int], None]
"""Shows a face, its position from 1, and of how many."""
Look = Callable[[DoubtfulFace, str], str]
"""Shows more of a face by a key of _LOOK, and says what it showed."""
Tell = Callable[[str], None]


@click.command()
@query_options
@click.option(
    "--min-size",
    type=click.IntRange(min=0),
    metavar="PIXELS",
    help=f"Leave faces out that are smaller in their photo.  [default: {READABLE}, with --list 0]",
)
@click.option("--list", "as_list", is_flag=True, help="Only list the faces, a line each, and ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --list: print an array.")
@shared_options
def review(state: State, /, min_size: int | None, as_list: bool, as_json: bool, **filters: Any) -> None:
    """Go through the most doubtful faces.

    Of the photos that a query describes, else of all, those faces come first of which the likeliest emotion is least
    ahead of the next one. Faces you have labelled are left out. --limit counts faces here, 100 by default for a sitting
    and all for --list; --sort plays no part. The face is shown as a picture where the terminal can, as large as it has
    room for, and not with NO_COLOR.

    \b
    a angry  d disgust  f fear  h happy  s sad  n neutral
    p            surprise (surPrise, for s is sad)
    x            not a face
    Enter, space as the program says, which counts as your word from then on
    k, right     skip this face
    w            the whole photo, with the face framed
    o            open the photo in the system's viewer
    u            take the last answer back and return to its face
    q, Esc       quit; every answer is kept at once

    --list prints PHOTO#N, which `gallery label` takes, the likeliest emotion and its score, with tabs between.

    \b
    --list --json prints objects {id, path, number, place, box, emotion, score,
    margin, scores, taken_at}: number N of PHOTO#N (place is the same), box in
    pixels [left, top, right, bottom], margin the lead of the likeliest emotion,
    taken_at the wall clock time or null, replaced where another photo is at path.
    """
    if as_json and not as_list:
        raise UsageError("--json goes with --list; to answer from a script, use `gallery label`")
    if not as_list and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("a review needs a terminal; from a script list the faces by --list and use `gallery label`")
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings)
        asked = query.limit if query is not None else None
        smallest = (0 if as_list else READABLE) if min_size is None else min_size
        faces = doubtful_faces(store, query, settings, asked or (None if as_list else AT_ONCE), min_size=smallest)
        if as_list:
            _print_list(faces, as_json=as_json)
        elif faces:
            _sit_down(state, store, Review(store, faces, settings, query), settings)
    if not faces:
        smaller = f" of {smallest} pixels or more; --min-size 0 asks about the smaller ones, too" if smallest else ""
        state.hint(f"no face is left to ask about among these photos{smaller}")


def go_through(session: Review, read_key: ReadKey, draw: Draw, look: Look, tell: Tell) -> None:
    """Asks about each face until the end or a key that quits; what a key means is told by the command's help."""
    while (face := session.current()) is not None:
        draw(face, session.position + 1, session.total)
        key = read_key()
        # Anything else waits for a key that is an answer, without drawing the same face again.
        while not _is_answer(key):
            tell(look(face, key) if key in _LOOK else "no such key: " + " / ".join(LEGEND))
            key = read_key()
        if key in _QUIT:
            return
        _act(session, face, key, tell)


def _is_answer(key: str) -> bool:
    return key in EMOTION_KEYS or key in (*_AGREE, *_SKIP, *_QUIT, "x", "u")


def _act(session: Review, face: DoubtfulFace, key: str, tell: Tell) -> None:
    if key == "u":
        if not session.undo():
            tell("nothing to take back here; `gallery undo` takes back what was done elsewhere or before")
    elif key in _SKIP:
        session.skip()
        tell("skipped")
    elif key == "x":
        tell("not a face" if session.reject() else f"{face.path}: this face is gone meanwhile")
    else:
        emotion = EMOTION_KEYS.get(key, face.emotion)
        tell(emotion if session.label(emotion) else f"{face.path}: this face is gone meanwhile")


def _sit_down(state: State, store: Store, session: Review, settings: Settings) -> None:
    screen = ReviewScreen(store, console(), os.environ, settings)
    look = {"w": screen.show_photo, "o": screen.open_photo}
    try:
        go_through(session, read_key, screen.draw, lambda face, key: look[key](face), state.note)
    finally:
        state.note(f"{counted(session.answered, 'face')} answered")


def read_key() -> str:
    """The key pressed in the terminal; empty for Ctrl-D and where the terminal is gone.

    Keys that came together with it are dropped, for nobody has seen the face that they would answer.
    """
    try:
        typed = click.getchar()
    except EOFError:
        return ""
    if "\x03" in typed:
        raise KeyboardInterrupt
    if typed[:1] in ("\x1b", "\xe0"):
        return typed
    return "" if typed[:1] == "\x04" else typed[:1].lower()


def _print_list(faces: list[DoubtfulFace], *, as_json: bool) -> None:
    if as_json:
        print_json([face.as_json() for face in faces])
        return
    for face in faces:
        click.echo(f"{printable(str(face))}\t{face.emotion}\t{score_text(face.score)}")
