"""`gallery report`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import shared_options
from gallery.cli.output import console, counted, print_json, printable, to_terminal
from gallery.cli.state import State
from gallery.insight.accuracy import FEW_FACES, AccuracyReport, ModelAccuracy, accuracy_report

if TYPE_CHECKING:
    from rich.text import Text


@click.command()
@query_options
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@shared_options
def report(state: State, /, as_json: bool, **filters: Any) -> None:
    """Say how often the model was right where you corrected it.

    Of the photos that a query describes, else of all; --sort and --limit play no part. A query for an emotion picks
    by what is shown now, your words included. Faces you corrected or reviewed are mostly the doubtful ones: the shares
    say how a model does on those, not on all photos. A model is sure of a face from the setting min_score on.

    To a pipe a line per figure, with tabs between: `model`, name, faces, right, sure, sure and right; `emotion`, name,
    said, right, said instead, so often; `shown`, name, before, after; `search`, faces, right before, right after;
    `rejected`, detections, of so many; `waiting`, without a face, without a photo.

    \b
    --json prints an object: judged, rejected, rejected_share (or null),
      models: an array of id, name, is_current, judged, right, sure,
        sure_right, share
      emotions: an array of emotion, said, right, instead (or null),
        instead_faces
      search: faces, right_before, right_after, shown (an array of emotion,
        before, after)
      waiting: no_face, no_photo
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        found = accuracy_report(store, parse_filters(filters, store, settings), settings)
    if as_json:
        print_json(found.as_json())
    elif not found.is_empty and not to_terminal():
        for fields in _fields(found):
            click.echo("\t".join(map(str, fields)))
    elif not found.is_empty:
        screen = console()
        for line in _lines(found):
            screen.print(line, soft_wrap=True)
    if found.is_empty:
        state.hint("you haven't said what any of these faces shows; `gallery review` asks you about the doubtful ones")


def _fields(found: AccuracyReport) -> Iterator[tuple[object, ...]]:
    for model in found.models:
        yield "model", printable(model.name), model.judged, model.right, model.sure, model.sure_right
    for said in found.emotions:
        yield "emotion", said.emotion, said.said, said.right, said.instead or "", said.instead_faces
    for shift in found.shifts:
        yield "shown", shift.emotion, shift.before, shift.after
    yield "search", found.judged, found.right_before, found.judged
    yield "rejected", found.rejected, found.judged + found.rejected
    yield "waiting", found.waiting_faces, found.waiting_photos


def _lines(found: AccuracyReport) -> Iterator[Text]:
    from rich.text import Text

    yield Text(f"You said what {counted(found.judged, 'face')} show{'s' if found.judged == 1 else ''}.", style="bold")
    if found.judged:
        yield Text("These are mostly the doubtful ones: the shares say how a model does there, not on all photos.")
    if found.judged < FEW_FACES:
        yield Text(f"With fewer than {FEW_FACES} faces the figures mean little.", style="yellow")
    yield from (Text(_model(model)) for model in found.models)
    if found.emotions:
        yield Text("\n    said    right  emotion", style="dim")
    for said in found.emotions:
        instead = f"  mostly {said.instead} instead ({said.instead_faces})" if said.instead else ""
        yield Text(f"{said.said:>8} {said.right:>8}  {said.emotion:<10}{instead}".rstrip())
    yield Text("\n  before    after  shown as, without your words and with them", style="dim")
    for shift in found.shifts:
        if shift.before or shift.after:
            yield Text(f"{shift.before:>8} {shift.after:>8}  {shift.emotion}")
    yield Text(f"{found.right_before:>8} {found.judged:>8}  right, of {counted(found.judged, 'face')}")
    yield from _rest(found)


def _model(model: ModelAccuracy) -> str:
    in_use = ", in use" if model.is_current else ""
    right = f"{model.right} of {counted(model.judged, 'face')} right ({model.share:.0%})"
    return f"{printable(model.name)}{in_use}: {right}; sure of {model.sure}, {model.sure_right} of them right"


def _rest(found: AccuracyReport) -> Iterator[Text]:
    from rich.text import Text

    if found.rejected_share:
        spoken = counted(found.judged + found.rejected, "detection")
        yield Text(f"\n{found.rejected} of {spoken} you spoke of rejected as no face ({found.rejected_share:.0%})")
    if found.waiting_faces:
        yield Text(f"{counted(found.waiting_faces, 'label')} waiting: no face is found at that place now")
    if found.waiting_photos:
        yield Text(f"{counted(found.waiting_photos, 'label')} waiting: the photo isn't in the database")
