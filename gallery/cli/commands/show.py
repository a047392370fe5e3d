"""`gallery show`: all that is known of one photo, and its faces drawn on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gallery.cli.cards import absolute, bars, full_picture, refuse_originals
from gallery.cli.listing import score_text
from gallery.cli.output import console, print_json, printable
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.emotions import COLOURS
from gallery.records import Capture, FaceRecord, PhotoRecord
from gallery.settings import Settings

if TYPE_CHECKING:
    from rich.text import Text

_SOURCES = {"exif": "from its EXIF", "file": "time of the file; the photo itself has none"}


@click.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option(
    "--annotate", "out", type=click.Path(path_type=Path), metavar="OUT", help="Draw the faces into this file."
)
@click.option("--force", is_flag=True, help="Let --annotate replace an existing file; never an indexed photo.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@database_option
@loudness_options
@pass_state
def show(state: State, photo: Path, out: Path | None, force: bool, as_json: bool) -> None:
    """Show all that is known of a photo: files, time, camera, place, and the seven scores of each face.

    A face keeps its number, and `gallery label` takes what is called face 2 as PHOTO#2. Between the numbers there are
    gaps where a face doesn't count; `gallery why` shows those, too.

    \b
    --json prints an object: path, paths, hash, width, height, taken_at,
      faces: an array of id, number, box, confidence, emotion, score, scores,
        source (model or person)
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        record = store.photo(absolute(photo), settings=settings)
        if out is not None:
            refuse_originals(store, record, out)
    if as_json:
        print_json(record.as_json())
    else:
        screen = console()
        for line in _card(record):
            screen.print(line, soft_wrap=True)
    if out is not None:
        _draw(record, out.expanduser(), settings, force=force)
        state.note(f"faces drawn into {out}")


def _draw(record: PhotoRecord, out: Path, settings: Settings, *, force: bool) -> None:
    from gallery.images.annotate import annotate, save_new

    save_new(annotate(full_picture(record, settings), record.faces), out, overwrite=force)


def _card(record: PhotoRecord) -> Iterator[Text]:
    from rich.text import Text

    yield Text(printable(record.path), style="bold")
    if record.missing:
        yield Text("missing: its file is gone", style="red")
    for name, value in _facts(record):
        yield Text(f"{name:<8}{printable(value)}")
    for face in record.faces:
        yield Text()
        yield from _face(face)


def _facts(record: PhotoRecord) -> Iterator[tuple[str, str]]:
    for path in record.paths:
        if path != record.path:
            yield "also", path
    yield "size", f"{record.width} x {record.height}"
    yield "taken", _taken(record.capture)
    if record.capture.camera:
        yield "camera", record.capture.camera
    if record.capture.latitude is not None and record.capture.longitude is not None:
        yield "place", f"{record.capture.latitude:.5f}, {record.capture.longitude:.5f}"
    yield "hash", record.hash
    yield "faces", str(len(record.faces))


def _taken(capture: Capture) -> str:
    when = capture.iso8601()
    return (
        f"{when.replace('T', ' ')} ({_SOURCES.get(capture.taken_source or '', 'unknown source')})"
        if when
        else "unknown"
    )


def _face(face: FaceRecord) -> Iterator[Text]:
    from rich.text import Text

    colour = COLOURS[face.emotion]
    yield Text.assemble(
        f"face {face.number}  ",
        (f"{face.emotion} {score_text(face.score)}", f"bold {colour}"),
        f"  from {face.box}",
        f"  confidence {face.confidence:.2f}",
        "  said by a person" if face.source == "person" else "",
    )
    yield from bars(face.scores)
