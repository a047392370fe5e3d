"""`gallery show`: all that is known of one photo, and its faces drawn on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gallery.cli.breakdowns import emotion_bars
from gallery.cli.output import console, print_json, printable
from gallery.cli.photo_cards import Card, Wish, bars, photo_options, show_card
from gallery.cli.photo_lists import score_text
from gallery.cli.state import State
from gallery.emotions import COLOURS
from gallery.errors import UsageError
from gallery.insight.drawings import save_annotated
from gallery.insight.reasons import PersonsWord, explain_faces
from gallery.records import DEGREES, Capture, FaceRecord, PhotoRecord
from gallery.settings import Settings
from gallery.store.folders import FolderSummary
from gallery.store.picks import PICK, REJECT
from gallery.store.store import Store
from gallery.system.paths import absolute
from gallery.system.same_file import each_file_once

if TYPE_CHECKING:
    from rich.text import Text

    from gallery.images.capture import DateNote

_UNWANTED = {
    "ignored": "an ignore file names it",
    "bin": "it lies in a bin or snapshot",
    "root": "its folder was forgotten by `gallery roots forget`",
    "missing in root": "its folder was forgotten by `gallery roots forget`",
}
_SOURCES = {
    "exif": "from its EXIF",
    "exif part": "from its EXIF, as far as it is legible",
    "gps": "from its GPS, on the clock of UTC",
    "file": "time of the file; the photo itself has none",
}

_ON_ITS_HEAD = 3


@click.command()
@photo_options("Draw the faces into this file.")
def show(state: State, /, **asked: Any) -> None:
    """Show all that is known of a photo: files, time, camera, place, and the seven scores of each face.

    A face keeps its number, and `gallery label` takes what is called face 2 as PHOTO#2. Between the numbers there are
    gaps where a face doesn't count; `gallery why` shows those, too.

    Where the files of a photo differ in what they say of themselves, that of each is told, too.

    A date in the photo that is passed over, as one of the future, or that is
    legible in part only, is told, too, and so is what else is odd about a
    file whose picture is whole.

    Of a folder it tells how many photos and faces are in and below it, and how many files are gone or couldn't be read.

    \b
    --json prints an object: path, paths, hash, width, height, taken_at,
      turned: degrees to the right by which `gallery rotate` turned it; width,
        height and boxes are those of the picture in its file
      sideways: by how many it would have to be turned, as its faces say;
        null where they stand, or `gallery rotate` said how it lies
      faces: an array of id, number, box, confidence, emotion, score, scores,
        source (model or person)
      replaced: at path lies another photo now, and this one has no file
      word: "pick" or "reject", by `gallery pick`, or null
      files: an array of path, hash, taken_at, camera, latitude, longitude;
        empty where all files are the same to the byte
      odd, where there is any, also of each of files: an array of texts
      waiting, where there is any: what was said of faces of another picture
        of the shot that aren't found in this one: an array of box, of_other,
        emotion, is_face, said_at
      date_notes, where there are any: dates in the photo that are passed
        over, or legible in part: an array of text, why

    Of a folder: path, photos, faces, emotions (with the number of each),
      missing, unwanted and failures, the numbers of files
    """
    wish = Wish(**asked)
    folder = _folder(state, wish)
    if folder is None:
        show_card(state, _CARD, wish)
    elif wish.as_json:
        print_json(folder.as_json())
    else:
        screen = console()
        for line in _folder_lines(folder):
            screen.print(line, soft_wrap=True)


def _folder(state: State, wish: Wish) -> FolderSummary | None:
    if Path(absolute(wish.photo)).is_file():
        return None
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        found = store.folder(wish.photo, settings=settings)
    if found is not None and wish.out is not None:
        raise UsageError(f"{found.path}: is a folder, of which nothing can be drawn; name a photo")
    return found


def _folder_lines(folder: FolderSummary) -> Iterator[Text]:
    from rich.text import Text

    yield Text(printable(folder.path), style="bold")
    yield Text(f"{folder.photos:>8} photos")
    yield Text(f"{folder.faces:>8} faces")
    yield from emotion_bars(folder.emotions)
    if folder.missing:
        yield Text(f"{folder.missing:>8} missing: their files are gone", style="red")
    if folder.unwanted:
        yield Text(f"{folder.unwanted:>8} no longer wanted: ignored, in a bin, or forgotten with their folder")
    if folder.failures:
        yield Text(f"{folder.failures:>8} couldn't be read; see `gallery errors`", style="red")


@dataclass(frozen=True, slots=True)
class _Photo:
    """A photo, what was said of another picture of the shot, of faces that weren't found in this one, and odd dates."""

    record: PhotoRecord
    waiting: tuple[PersonsWord, ...]
    dates: tuple[DateNote, ...]

    def as_json(self) -> dict[str, Any]:
        rare = {
            "waiting": [said.as_json() for said in self.waiting],
            "date_notes": [note.as_json() for note in self.dates],
        }
        return {**self.record.as_json(), **{name: some for name, some in rare.items() if some}}


def _read(store: Store, photo: Path, settings: Settings) -> _Photo:
    from gallery.images.date_notes import date_notes  # here: its codecs are large

    known = explain_faces(store, photo, settings)
    is_there = not (known.photo.missing or known.photo.replaced)
    return _Photo(known.photo, known.waiting, date_notes(known.photo.path) if is_there else ())


def _save(
    store: Store, photo: _Photo, path: Path, settings: Settings | None = None, /, *, overwrite: bool = False
) -> None:
    save_annotated(store, photo.record, path, settings, overwrite=overwrite)


def _card(photo: _Photo) -> Iterator[Text]:
    from rich.text import Text

    record = photo.record
    yield Text(printable(record.told), style="bold")
    if record.missing:
        yield Text("missing: its file is gone", style="red")
    if record.unwanted:
        yield Text(f"no longer wanted: {_UNWANTED[record.unwanted]}; what you said of it is kept", style="red")
    for name, value in _facts(photo):
        yield Text(f"{name:<8}{printable(value)}")
    yield from _each_file(record)
    for face in record.faces:
        yield Text()
        yield from _face(face)
    for said in photo.waiting:
        yield Text()
        what = said.emotion or "this is no face"
        yield Text(f"waiting: {what}, said of a face that isn't found in this picture, from {said.box} of one before")


def _each_file(record: PhotoRecord) -> Iterator[Text]:
    """What each file says of itself, where that isn't the same for all."""
    from rich.text import Text

    if len(set(record.captures)) < 2:
        return
    for path, capture in zip(record.paths, record.captures, strict=True):
        yield Text()
        yield Text(f"in {printable(path)}")
        for name, value in (*_captured(capture), *_odd(capture)):
            yield Text(f"  {name:<8}{printable(value)}")


def _facts(photo: _Photo) -> Iterator[tuple[str, str]]:
    record = photo.record
    yield from _other_paths(record)
    yield "size", f"{record.width} x {record.height}"
    yield from _how_it_lies(record)
    yield from _captured(record.capture, photo.dates)
    yield from _odd(record.capture, photo.dates)
    yield "hash", record.hash
    yield "faces", str(len(record.faces))
    if record.word is not None:
        yield "said", {PICK: "picked", REJECT: "rejected"}.get(record.word, record.word) + " among its like"


def _how_it_lies(record: PhotoRecord) -> Iterator[tuple[str, str]]:
    if record.turn != 1:
        yield "turned", f"by {DEGREES[record.turn]} degrees, as you said; its file is as it was"
    if record.lies is not None:
        lies = "on its head" if record.lies == _ON_ITS_HEAD else "on its side"
        yield (
            "lies",
            f"{lies}, as its faces say; `gallery rotate PHOTO {DEGREES[record.lies]}` turns it, 0 says it's right",
        )


def _captured(capture: Capture, dates: tuple[DateNote, ...] = ()) -> Iterator[tuple[str, str]]:
    yield "taken", _taken(capture, has_odd_dates=bool(dates))
    for note in dates:
        yield "date", f"{note.text} in the photo: {note.why}"
    if capture.camera:
        yield "camera", capture.camera
    if capture.latitude is not None and capture.longitude is not None:
        yield "place", f"{capture.latitude:.5f}, {capture.longitude:.5f}"


def _odd(capture: Capture, dates: tuple[DateNote, ...] = ()) -> Iterator[tuple[str, str]]:
    """What is kept of it, but dates that were asked of the file just now."""
    for line in capture.oddities:
        if not (dates and line.startswith("date ")):
            yield "odd", line


def _other_paths(record: PhotoRecord) -> Iterator[tuple[str, str]]:
    """Copies, and what else leads to these or to the file shown: links, and the same file by another name."""
    for file, others in each_file_once(record.paths):
        if file != record.path:
            yield "file" if record.path in others else "also", file
        for other in others:
            if other != record.path:
                yield "link" if Path(other).is_symlink() else "same", other


def _taken(capture: Capture, *, has_odd_dates: bool) -> str:
    when = capture.iso8601()
    source = _SOURCES.get(capture.taken_source or "", "unknown source")
    if has_odd_dates:
        source = source.partition(";")[0]
    return f"{when.replace('T', ' ')} ({source})" if when else "unknown"


def _face(face: FaceRecord) -> Iterator[Text]:
    from rich.text import Text

    colour = COLOURS[face.emotion]
    yield Text.assemble(
        f"face {face.number}  ",
        (f"{face.emotion} {score_text(face.score)}", f"bold {colour}"),
        f"  from {face.box}",
        f"  confidence {score_text(face.confidence)}",
        "  said by a person" if face.source == "person" else "",
    )
    yield from bars(face.scores)


_CARD = Card(_read, lambda photo: photo.record, _card, _save, "faces drawn into")
