"""`gallery predict`: faces and emotions of a few photos, nothing remembered."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import click

from gallery.cli.network_options import load_pipeline, pipeline_options, searched_at
from gallery.cli.options import loudness_options, pass_state
from gallery.cli.output import console, message, print_json, printable, to_terminal
from gallery.cli.paths import UserPath
from gallery.cli.photo_lists import faces_text
from gallery.cli.state import State
from gallery.errors import ImageError
from gallery.records import PhotoRecord


@click.command()
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO...", type=UserPath(exists=True, dir_okay=False))
@pipeline_options
@click.option("--json", "as_json", is_flag=True, help=r"Print an array; a byte that is no UTF-8 appears as \udcXX.")
@loudness_options
@pass_state
def predict(state: State, /, photos: tuple[str, ...], as_json: bool, **flags: Any) -> int:
    """Read the faces of photos without a database.

    Prints a line per photo. Exits with 1 where photos couldn't be read.
    """
    from gallery.api import predict as predict_photos

    settings = state.settings(**searched_at(**flags))
    detector, classifier = load_pipeline(state, settings)
    answers = predict_photos(photos, detector=detector, classifier=classifier, settings=settings)
    records, failed = _sorted_out(answers, echo=not as_json)
    if as_json:
        print_json([record.as_json() for record in records])
    return 1 if failed else 0


def _sorted_out(answers: Iterable[PhotoRecord | ImageError], *, echo: bool) -> tuple[list[PhotoRecord], int]:
    """The photos that could be read and the number of those that couldn't, told one by one as they come."""
    records: list[PhotoRecord] = []
    failed = 0
    for answer in answers:
        if isinstance(answer, ImageError):
            failed += 1
            message(f"failed: {answer}")
            continue
        records.append(answer)
        if echo:
            _print(answer)
    return records, failed


def _print(record: PhotoRecord) -> None:
    faces = faces_text(record.faces)
    if to_terminal():
        faces.pad_left(2)
        console().print(printable(record.path), faces, sep="", soft_wrap=True)
    else:
        click.echo(f"{printable(record.path)}\t{faces.plain}")
        sys.stdout.flush()
