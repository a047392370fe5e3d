"""`gallery why`: what decides how each face of a photo is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.output import counted, printable
from gallery.cli.photo_cards import Card, Wish, bars, photo_options, show_card
from gallery.cli.photo_lists import score_text
from gallery.cli.state import State
from gallery.emotions import COLOURS, EMOTIONS
from gallery.insight.drawings import save_reasons
from gallery.insight.reasons import Check, FaceReasons, PersonsWord, PhotoReasons, explain_faces

if TYPE_CHECKING:
    from rich.text import Text


_UNITS = {"min_confidence": "confidence", "min_score": "best score", "min_face": "pixels"}


@click.command()
@photo_options("Draw all of it into this file.")
def why(state: State, /, **asked: Any) -> None:
    """Explain what is shown of each face of a photo.

    For each place where the detector saw a face, also those that don't count: the seven scores of the model, which
    gates it passed (+) and which it failed (-), and what people said of it, the first word first. The gates are
    settings: below min_confidence a detection isn't counted, below min_score a face is shown as `uncertain`; a face
    below min_face pixels, in the picture that was searched, holds little to read an emotion from. A person's word
    counts more than any gate or model, the last one most. `gallery label` takes what is called face 2 as PHOTO#2,
    whether it counts or not.

    \b
    --json prints an object: path, hash, detector,
      faces: an array of id, number, box, confidence, counts, shown (null where
        it doesn't count), because, checks (setting, value, least, passed),
        models (model, in_use, emotion, scores), people (emotion, is_face, said_at),
        drawn (by a person: no detector found it)
      unplaced: what people said of places where no face is found any more,
        of_other: of another picture of this shot
    """
    show_card(state, _CARD, Wish(**asked))


def _lines(reasons: PhotoReasons) -> Iterator[Text]:
    from rich.text import Text

    counting = sum(face.counts for face in reasons.faces)
    yield Text(printable(reasons.photo.told), style="bold")
    yield Text(f"{counted(len(reasons.faces), 'detection')}, {counting} of them counted as faces")
    yield Text(f"found by {printable(reasons.detector)}")
    for face in reasons.faces:
        yield Text()
        yield from _face(face)
    for said in reasons.unplaced:
        yield Text()
        where = f"at {said.box} of another picture of this shot" if said.of_other else f"any more at {said.box}"
        yield Text(f"no face is found {'here that lay ' if said.of_other else ''}{where}, of which {_said(said)}")


def _face(face: FaceReasons) -> Iterator[Text]:
    from rich.text import Text

    yield Text.assemble(
        f"face {face.number}  ",
        (face.shown or "not counted", f"bold {COLOURS[face.shown]}" if face.shown else "bold"),
        f"  from {face.box}",
    )
    yield Text(f"  {face.because}")
    if face.drawn:
        yield Text("  a person drew it; no detector found it")
    for check in face.checks:
        if face.drawn and check.setting != "min_score":
            continue
        yield Text(f"  {_check(check)}", style="" if check.passed else "red")
    for said in face.models:
        in_use = "" if said.in_use else ", not the model in use"
        yield Text(f"  {printable(said.model)} says {said.emotion} {score_text(said.score)}{in_use}")
        if said is face.models[0]:
            yield from bars(dict(zip(EMOTIONS, said.scores, strict=True)))
    for word in face.people:
        yield Text(f"  {_said(word)}")


def _check(check: Check) -> str:
    value, least = (_amount(check.setting, amount) for amount in (check.value, check.least))
    asked = f"{check.setting} asks for {least}"
    return f"{'+' if check.passed else '-'} {_UNITS[check.setting]} {value}, {asked}"


def _amount(setting: str, amount: float) -> str:
    return f"{amount:.0f}" if setting == "min_face" else score_text(amount)


def _said(word: PersonsWord) -> str:
    what = "this is no face" if word.emotion is None else word.emotion
    return f"a person said on {word.said_at.astimezone():%Y-%m-%d %H:%M}: {what}"


_CARD = Card(explain_faces, lambda reasons: reasons.photo, _lines, save_reasons, "drawn into")
