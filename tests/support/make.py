"""Builders for the values that travel between the layers, and a store on a real file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from gallery.emotions import EMOTIONS
from gallery.faces import Box, Detection, Prediction
from gallery.records import Capture, FileStamp, ModelInfo, NewPhoto, ScoredFace
from gallery.store.store import AddPhoto, Change, Store

MODEL = ModelInfo("a" * 64, "first")
OTHER_MODEL = ModelInfo("b" * 64, "second")
DETECTOR = "test-detector 1"


def digest(content: str) -> str:
    """The hash of a photo whose bytes are this text."""
    return hashlib.sha256(os.fsencode(content)).hexdigest()


def prediction(emotion: str, score: float = 0.9) -> Prediction:
    """`score` for the emotion, the rest shared by the others."""
    rest = (1 - score) / (len(EMOTIONS) - 1)
    return Prediction(tuple(score if label == emotion else rest for label in EMOTIONS))


def box(left: float = 10, top: float = 20, size: float = 40) -> Box:
    """A square."""
    return Box(left, top, left + size, top + size)


def landmarks(where: Box) -> tuple[tuple[float, float], ...]:
    """Eyes, nose and corners of the mouth, roughly where a frontal face has them."""
    shares = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    return tuple((where.left + x * where.width, where.top + y * where.height) for x, y in shares)


def face(
    emotion: str = "happy",
    score: float = 0.9,
    *,
    confidence: float = 0.99,
    where: Box | None = None,
    crop: bytes = b"jpeg",
) -> ScoredFace:
    """A face that a model took for `emotion`."""
    where = where or box()
    return ScoredFace(Detection(where, confidence, landmarks(where)), crop, prediction(emotion, score))


def photo(content: str, *faces: ScoredFace, taken_at: str | None = "2023-06-01T12:30:00") -> NewPhoto:
    """A photo whose bytes are the text `content`, taken at this wall clock time."""
    capture = Capture() if taken_at is None else Capture(datetime.fromisoformat(taken_at), taken_source="exif")
    return NewPhoto(digest(content), 640, 480, "JPEG", capture, faces)


def stamp(path: str | Path, size: int = 1000, mtime_ns: int = 1_700_000_000_000_000_000) -> FileStamp:
    """A file of that size and time; it need not exist."""
    return FileStamp(str(path), size, mtime_ns)


def added(path: str, *faces: ScoredFace, content: str | None = None, taken_at: str | None = "2023-06-01") -> AddPhoto:
    """A new photo at this path; its content is named after the path unless given."""
    return AddPhoto(stamp(path), photo(content or path, *faces, taken_at=taken_at))


def open_store(folder: Path, *changes: Change) -> Store:
    """A store in the folder, with MODEL as its current model and these changes written."""
    file = folder / "gallery.db"
    if file.exists():
        store = Store.open(file)
        store.use_model(MODEL)
    else:
        store = Store.open(_copied(file, MODEL))
    if changes:
        write(store, *changes)
    return store


def write(store: Store, *changes: Change) -> None:
    """Writes what MODEL and DETECTOR found."""
    store.write(changes, model=MODEL, detector=DETECTOR)


def new_database(file: Path) -> Path:
    """An empty database, such as opening a store there makes, only sooner; returns the file."""
    return _copied(file, None)


def _copied(file: Path, model: ModelInfo | None) -> Path:
    file.write_bytes(_empty_database(model))
    file.chmod(0o600)
    return file


@cache
def _empty_database(model: ModelInfo | None) -> bytes:
    """Made by the migrations once: that takes far longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gallery.db"
        with Store.open(file) as store:
            if model is not None:
                store.use_model(model)
        return file.read_bytes()
