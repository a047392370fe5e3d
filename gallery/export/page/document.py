"""The page itself: one HTML file with its style and script inside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from gallery.emotions import COLOURS
from gallery.export import wording
from gallery.export.page.folder import THUMBS, VIEWS
from gallery.export.page.pictures import THUMB_SIDE, view_size
from gallery.export.request import Heading
from gallery.images.annotate import label
from gallery.records import FaceRecord, PhotoRecord
from gallery.system.templates import page_templates

TEMPLATE: Final = "page.html.j2"


@dataclass(frozen=True, slots=True)
class Entry:
    """A photo on the page, and the name of its two pictures."""

    photo: PhotoRecord
    name: str


def render(heading: Heading, entries: Sequence[Entry]) -> bytes:
    """The page in UTF-8. Whatever titles, notes and file names contain is text on it and nothing else."""
    style, script = _style(), _script()
    page = (
        page_templates("gallery.export.page", folder="")
        .get_template(TEMPLATE)
        .render(
            title=wording.plain(heading.title),
            note=[wording.plain(line.replace("\t", " ")) for line in heading.note.splitlines()],
            cover=_cover(heading.cover, entries),
            policy=_policy(style, script),
            style=style,
            script=script,
            items=[_item(entry) for entry in entries],
            photos=[_details(entry.photo) for entry in entries],
            period=wording.period([entry.photo for entry in entries]),
            filters=_filters(entries),
            thumb_side=THUMB_SIDE,
        )
    )
    return page.encode()


def _source(name: str) -> str:
    return files("gallery.export.page").joinpath(name).read_text(encoding="utf-8")


def _style() -> str:
    colours = (f".{emotion} {{ --emotion: {colour}; }}\n" for emotion, colour in COLOURS.items())
    return _source("look.css") + _source("page.css") + "".join(colours)


def _script() -> str:
    """Plain script: a module that lies on a disk isn't loaded by browsers."""
    return _source("face_labels.js").replace("export function", "function") + _source("page.js")


def _policy(style: str, script: str) -> str:
    """The page may show pictures that lie beside it and run this very script; all else is forbidden.

    Hashes, for what `'self'` means for a file on a disk differs between browsers. `file:` besides, for the same reason.
    """
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self' file:; "
        f"style-src {_hash_source(style)}; script-src {_hash_source(script)}"
    )


def _hash_source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _item(entry: Entry) -> dict[str, Any]:
    """What the list of thumbnails needs."""
    return {
        "view": f"{VIEWS}/{entry.name}",
        "thumb": f"{THUMBS}/{entry.name}",
        "description": wording.description(entry.photo),
        "emotions": " ".join(_emotions(entry.photo)),
        "date": wording.date(entry.photo.capture),
    }


def _cover(path: str | None, entries: Sequence[Entry]) -> dict[str, Any] | None:
    """What the large picture beside the title needs; `place` is that of its photo in the grid, counted from 0."""
    for place, entry in enumerate(entries):
        if path in entry.photo.paths:
            return {**_item(entry), "place": place, "size": view_size(entry.photo)}
    return None


def _emotions(photo: PhotoRecord) -> list[str]:
    found = {face.emotion for face in photo.faces}
    return [emotion for emotion in wording.SHOWN_EMOTIONS if emotion in found]


def _filters(entries: Sequence[Entry]) -> dict[str, int]:
    """In how many photos each emotion occurs; without those that don't."""
    shown = [_emotions(entry.photo) for entry in entries]
    counts = {emotion: sum(emotion in found for found in shown) for emotion in wording.SHOWN_EMOTIONS}
    return {emotion: count for emotion, count in counts.items() if count}


def _details(photo: PhotoRecord) -> dict[str, Any]:
    """What the viewer needs."""
    width, height = view_size(photo)
    return {
        "name": wording.file_name(photo),
        "date": wording.date(photo.capture),
        "summary": wording.faces(photo.faces) if photo.faces else "",
        "width": width,
        "height": height,
        "faces": [_face(face, photo) for face in photo.faces],
    }


def _face(face: FaceRecord, photo: PhotoRecord) -> dict[str, Any]:
    """`box` is left, top, width and height in per cent of the picture."""
    box = face.box.clipped(photo.width, photo.height).scaled(100 / photo.width, 100 / photo.height)
    sides = (box.left, box.top, box.width, box.height)
    shown = [round(side, 3) for side in sides]
    return {"number": face.number, "box": shown, "emotion": face.emotion, "label": label(face)}
