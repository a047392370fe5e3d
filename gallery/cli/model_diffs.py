"""How two models compare, as `gallery model diff` says it: to people, and to programs."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.cli.output import counted, printable
from gallery.insight.accuracy import FEW_FACES
from gallery.insight.model_diff import ModelDiff, Verdict


def diff_fields(found: ModelDiff) -> Iterator[tuple[str, ...]]:
    """The figures of each line of the documented table."""
    yield "changed", str(found.changed_faces), str(found.changed_photos), str(found.faces)
    for change in found.changes:
        yield "change", change.before, change.after, str(change.faces), str(change.photos)
    if found.verdict:
        told = found.verdict
        yield "judged", str(told.judged), str(told.right_before), str(told.right_after)
    for face in found.telling:
        name = f"{printable(face.path)}#{face.number}"
        yield "photo", name, face.before, f"{face.before_score:.3f}", face.after, f"{face.after_score:.3f}"


def diff_lines(found: ModelDiff) -> Iterator[str]:
    """The same in sentences."""
    before, after = printable(found.before.name), printable(found.after.name)
    read = f"of {counted(found.faces, 'face')} that both have read"
    yield f"{counted(found.changed_faces, 'face')} in {counted(found.changed_photos, 'photo')} would change, {read}."
    yield from _unread(found)
    if found.changes:
        yield f"\n   faces   photos  {before} -> {after}"
    for change in found.changes:
        yield f"{change.faces:>8} {change.photos:>8}  {change.before} -> {change.after}"
    yield ""
    yield _judged(found.verdict, before, after)
    if found.telling:
        yield "\nWhere they differ most:"
    for face in found.telling:
        said = f"{face.before} {face.before_score:.2f} -> {face.after} {face.after_score:.2f}"
        yield f"  {said:<36}  {printable(face.path)}#{face.number}"
    yield f"\nTo have {after} speak: `gallery model use {after}`, then `gallery rescore`; back by the same two."


def _unread(found: ModelDiff) -> Iterator[str]:
    for count, model in ((found.unread_before, found.before), (found.unread_after, found.after)):
        if count:
            command = f"`gallery rescore --model {printable(model.name)}` has it read them"
            yield f"{counted(count, 'face')} more {printable(model.name)} hasn't read; {command}."


def _judged(verdict: Verdict | None, before: str, after: str) -> str:
    if verdict is None:
        return (
            "You said of none of these faces what it shows, so which model is right isn't known: `gallery review` asks."
        )
    right = f"{before} is right about {verdict.right_before}, {after} about {verdict.right_after}"
    gain = f"{after} gains {verdict.low * 100:+.0f} to {verdict.high * 100:+.0f} of 100 faces (95 %)"
    few = f"; fewer than {FEW_FACES} say little" if verdict.judged < FEW_FACES else ""
    return f"Of the {counted(verdict.judged, 'face')} you spoke of {right}: {gain}{few}."
