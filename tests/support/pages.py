"""Photos for the tests of pages: drawn files, and what a search would tell of them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import lxml.html
from PIL import Image

from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.export import ExportResult, Heading
from gallery.export.page import write_page
from gallery.faces import Box
from gallery.records import Capture, FaceRecord, PhotoRecord
from tests.support.photos import draw_photo


def record(path: Path, *faces: FaceRecord, taken: str | None = None, source: str = "exif") -> PhotoRecord:
    """The picture in this file, as a search tells of it, upright."""
    capture = Capture() if taken is None else Capture(datetime.fromisoformat(taken), taken_source=source)
    with Image.open(path) as picture:
        width, height = picture.size
        if picture.getexif().get(274, 1) >= 5:
            width, height = height, width
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return PhotoRecord(str(path), [str(path)], digest, width, height, capture, faces)


def drawn(folder: Path, name: str, *faces: FaceRecord, seed: int = 0, taken: str | None = None) -> PhotoRecord:
    """A photo of 640 x 480 pixels; another seed gives another."""
    return record(draw_photo(folder / name, seed=seed), *faces, taken=taken)


def face(
    emotion: str = "happy", score: float = 0.9, *, number: int = 1, where: Box | None = None, source: str = "model"
) -> FaceRecord:
    """A face as shown to people."""
    best = EMOTIONS[0] if emotion == UNCERTAIN else emotion
    scores = {label: score if label == best else 0.0 for label in EMOTIONS}
    return FaceRecord(1, number, where or Box(100, 50, 180, 150), 0.99, emotion, score, scores, source)


def page_of(photos: list[PhotoRecord], dest: Path, title: str = "Album") -> list[ExportResult]:
    """Makes the page; what became of the photos."""
    return list(write_page(photos, dest, Heading(title)))


def parsed(folder: Path) -> lxml.html.HtmlElement:
    """The page in this folder, as a browser reads it."""
    return lxml.html.fromstring((folder / "index.html").read_bytes().decode())


def details(folder: Path) -> Any:
    """What the viewer is told of each photo."""
    [element] = parsed(folder).xpath("//script[@id='photos']")
    return json.loads(element.text)
