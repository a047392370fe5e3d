"""`gallery model`: the models that come with the program, what a checkpoint says of itself, and which one is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gallery.cli.filters import parse_filters, query_options
from gallery.cli.model_cards import card_lines, draw_models
from gallery.cli.options import loudness_options, pass_state, shared_options
from gallery.cli.output import print_json, print_paths, printable, to_terminal
from gallery.cli.paths import UserPath
from gallery.cli.state import State
from gallery.errors import UsageError
from gallery.system.paths import expanded
from gallery.vision.checkpoints import DEFAULT_MODEL, find_model, list_models, read_card


@click.group()
def model() -> None:
    """List, describe and compare models, choose one, and hand one on."""


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects; `in_use` marks one.")
@loudness_options
@pass_state
def list_(state: State, as_json: bool) -> None:
    """List the models that come with the program; a star marks the one in use."""
    chosen = state.settings().model
    cards, used = list_models(), _file_of(chosen)
    if as_json:
        print_json([{**card.as_json(), "in_use": card.path == used} for card in cards])
    elif to_terminal():
        draw_models(cards, used)
    else:
        for card in cards:
            click.echo(printable(card.name))
    if used not in [card.path for card in cards]:
        state.hint(f"In use: {used}" if used else f"The settings name the model {chosen!r}, which isn't there.")


def _file_of(chosen: str) -> Path | None:
    try:
        return find_model(chosen)
    except UsageError:
        return None


@model.command()
@click.argument("name", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@loudness_options
@pass_state
def show(state: State, name: str, as_json: bool) -> None:
    """Show what a model says of itself: its training, its measured accuracy, its preprocessing.

    NAME is that of a shipped model or the path of a checkpoint; without one, the one in use is shown.
    """
    card = read_card(find_model(name or state.settings().model)).as_json()
    if as_json:
        print_json(card)
        return
    for line in card_lines(card):
        click.echo(printable(line))


@model.command()
@click.argument("name", required=False)
@click.option("--default", "reset", is_flag=True, help="Go back to the model that is the default out of the box.")
@loudness_options
@pass_state
def use(state: State, name: str | None, reset: bool) -> None:
    """Make a model the default of all commands.

    NAME is that of a shipped model or the path of a checkpoint. The choice is kept in the settings file.
    """
    from gallery.preferences import use_model

    if reset == (name is not None):
        raise UsageError("which model? Give a NAME (`gallery model list` lists them), or --default, not both")
    stored = use_model(name or "") or DEFAULT_MODEL
    state.note(f"{stored} is now the default model")
    if not state.note_winner("model"):
        state.note("The next `gallery index` reads the stored faces with it, or `gallery rescore` now.")


@model.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@query_options
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@shared_options
def diff(state: State, /, before: str, after: str, as_json: bool, **filters: Any) -> None:
    """Say which photos would change if the model B spoke in place of A.

    Of the photos that a query describes, else of all; --sort and --limit play no part. Both must have read the faces
    (`gallery rescore --model B` has B read them; then `gallery rescore --model A` puts A in charge again). No photo is
    opened. What you said of a face stands under both, and says which of them is right more often.

    To a pipe a line per figure, with tabs between: `changed`, faces, photos, of so many faces; `change`, from, to,
    faces, photos; `judged`, faces, right by A, right by B; `photo`, path#number, from, its score, to, its score.

    \b
    --json prints an object: a, b (each id and name), faces,
      unread: a, b (faces that only the other one has read)
      changed: faces, photos
      changes: an array of before, after, faces, photos
      telling: an array of path, number, before, before_score, after,
        after_score
      judged: judged, right_before, right_after, low, high (the gain of B in
        the share of right answers, 95 %), or null
    """
    from gallery.cli.model_diffs import diff_fields, diff_lines
    from gallery.insight.model_diff import model_diff

    settings = state.settings()
    with state.open_existing_store(settings) as store:
        found = model_diff(store, before, after, parse_filters(filters, store, settings), settings)
    if as_json:
        print_json(found.as_json())
        return
    for line in diff_lines(found) if to_terminal() else map("\t".join, diff_fields(found)):
        click.echo(line)


@model.command()
@click.argument("name")
@click.option(
    "--format", "format_", type=click.Choice(["onnx"]), default="onnx", help="What to write; onnx by default."
)
@click.option("--output", type=UserPath(path_type=Path), metavar="FILE", help="NAME.onnx in this folder by default.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@loudness_options
def export(name: str, format_: str, output: Path | None, force: bool) -> None:
    """Write a model in a form that other programs read, and print the path of the file.

    The file takes grey faces of 48x48 pixels and gives calibrated probabilities; what it needs to be used rightly
    stands in its metadata. Before it is written, its answers are compared with torch's.
    """
    path = find_model(name)
    out = expanded(output) if output else Path(f"{path.stem}.{format_}")
    from gallery.vision.onnx_export import export_onnx

    export_onnx(path, out, overwrite=force)
    print_paths([str(out)])
