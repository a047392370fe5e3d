"""`gallery label` and `gallery reject`: a person's word on faces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gallery.cli.asking import agreed
from gallery.cli.filters import faces_options, parse_filters
from gallery.cli.options import shared_options
from gallery.cli.output import counted, printable
from gallery.cli.state import State
from gallery.curation.drawing import draw_face
from gallery.curation.labels import (
    NamedFace,
    clear_labels,
    faces_meant,
    faces_named,
    label_faces,
    names_face,
    reject_faces,
)
from gallery.emotions import parse_emotion
from gallery.errors import UsageError
from gallery.faces import Box

if TYPE_CHECKING:
    from gallery.settings import Settings
    from gallery.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])


def _sides(_: click.Context, __: click.Parameter, text: str | None) -> Box | None:
    """The box that is written as left, top, right and bottom."""
    try:
        return None if text is None else Box(*map(float, text.split(",")))
    except (TypeError, ValueError):
        raise UsageError(f"{text!r} is no box; it is left, top, right and bottom in pixels: 20,100,120,200") from None


def _asking_options(command: F) -> F:
    yes = click.option("-y", "--yes", is_flag=True, help="Don't ask where a query says which faces are meant.")
    dry_run = click.option("-n", "--dry-run", is_flag=True, help="Only list the faces meant.")
    return yes(dry_run(command))


@click.command()
@faces_options
@click.option("--clear", is_flag=True, help="Forget what was said of these faces; no emotion is given then.")
@click.option("--box", metavar="L,T,R,B", callback=_sides, help="Where in a PHOTO there is a face that wasn't found.")
@_asking_options
@shared_options
def label(
    state: State,
    /,
    words: tuple[str, ...],
    clear: bool,
    box: Box | None,
    yes: bool,
    dry_run: bool,
    **filters: Any,
) -> None:
    """Say which emotion a face shows.

    Name faces as PHOTO#2, the one that `gallery show`, `why`, `review` and the page of an album call 2, or by id, as
    `gallery show --json` prints it; or give a query. Of a query those faces are meant that are shown as the emotions it
    asks for, and all where it asks for none; with --min-score or --precision, of these only faces as sure as that. The
    emotion comes last. Your word outlives every model and every new search for faces.

    A face that wasn't found is drawn: --box says where it is in the photo, in pixels of the upright picture. It becomes
    a face as others, with a number, and stays whatever is found later.

    \b
    gallery label beach.jpg#2 sad
    gallery label emotion:angry path:Carnival happy
    gallery label group.jpg --box 1210,340,1290,440 happy
    """
    settings = state.settings()
    if box is not None:
        _draw(state, words, box, settings, plain=not (clear or dry_run or _any(filters)))
        return
    emotion = None if clear else _emotion(words)
    with state.open_existing_store(settings) as store:
        faces = _meant(store, words if clear else words[:-1], filters, settings)
        if _agreed(state, faces, "forget what was said of" if clear else f"label {emotion}", yes=yes, dry_run=dry_run):
            done = clear_labels(store, faces.ids) if emotion is None else label_faces(store, faces.ids, emotion)
            forgotten = f"{counted(done, 'label')} forgotten"
            state.note(forgotten if emotion is None else f"{counted(done, 'face')} labelled {emotion}")


@click.command()
@faces_options
@_asking_options
@shared_options
def reject(state: State, /, words: tuple[str, ...], yes: bool, dry_run: bool, **filters: Any) -> None:
    """Say that something is no face.

    It is never shown or counted again, whatever finds it. Faces are named as for `gallery label`, which also takes a
    rejection back.

    \b
    gallery reject party.jpg#3
    """
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        faces = _meant(store, words, filters, settings)
        if _agreed(state, faces, "reject", yes=yes, dry_run=dry_run):
            state.note(f"{counted(reject_faces(store, faces.ids), 'face')} rejected")


def _draw(state: State, words: Sequence[str], box: Box, settings: Settings, *, plain: bool) -> None:
    if len(words) != 2 or not plain:
        raise UsageError("--box goes with one photo and an emotion: gallery label PHOTO --box 20,100,120,200 happy")
    path, emotion = words[0], parse_emotion(words[1])
    with state.open_existing_store(settings) as store:
        drawn = draw_face(store, path, box, emotion, settings)
    done = "drawn" if drawn.is_new else "was there already: labelled"
    state.note(f"{printable(f'{path}#{drawn.number}')} {done} {emotion}")


@dataclass(frozen=True, slots=True)
class _Faces:
    """The faces meant; those of a query with their names, since a person can't know them."""

    ids: Sequence[int]
    named: Sequence[NamedFace] = ()

    @property
    def photos(self) -> int:
        return len({face.path for face in self.named})


def _emotion(words: Sequence[str]) -> str:
    if not words:
        raise UsageError("which face, and which emotion? As in: gallery label beach.jpg#2 happy")
    return parse_emotion(words[-1])


def _meant(store: Store, words: Sequence[str], filters: dict[str, Any], settings: Settings) -> _Faces:
    if words and all(map(names_face, words)) and not _any(filters):
        return _Faces(faces_named(store, words))
    if any(map(names_face, words)):
        raise UsageError("faces and a query exclude each other; give either")
    query = parse_filters({**filters, "words": tuple(words)}, store, settings)
    if query is None:
        raise UsageError("which faces? Name them as PHOTO#2 or by id, or give a query")
    named = faces_meant(store, query, settings)
    return _Faces([face.id for face in named], named)


def _any(filters: dict[str, Any]) -> bool:
    return any(value not in (None, ()) for value in filters.values())


def _agreed(state: State, faces: _Faces, what: str, *, yes: bool, dry_run: bool) -> bool:
    """Whether to go on: faces named one by one need no question."""
    if dry_run:
        for face in faces.named:
            click.echo(f"{printable(str(face))}\t{face.emotion}")
        state.note(f"dry run, nothing was changed: {counted(len(faces.ids), 'face')}")
        return False
    if not faces.ids:
        state.note("no face matches; nothing was changed")
        return False
    if not faces.named or yes:
        return True
    count = f"{counted(len(faces.ids), 'face')} in {counted(faces.photos, 'photo')}"
    if agreed(f"{what[:1].upper()}{what[1:]} {count}?"):
        return True
    state.note("nothing was changed")
    return False
