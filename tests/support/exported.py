"""Photos for tests of exports: small files of known content, and their records."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from gallery.export import ExportResult
from gallery.records import Capture, FaceRecord, PhotoRecord
from tests.support.make import box

BEACH, CAT, DOG = b"beach" * 1000, b"cat" * 1000, b"dog" * 1000


def sha256(content: bytes) -> str:
    """The identity of a photo with this content."""
    return hashlib.sha256(content).hexdigest()


def record(path: Path, content: bytes, *faces: FaceRecord, taken: str = "", camera: str | None = None) -> PhotoRecord:
    """The record of a photo, written to the disk with this content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    capture = Capture(datetime.fromisoformat(taken) if taken else None, camera=camera)
    return PhotoRecord(str(path), [str(path)], sha256(content), 640, 480, capture, faces)


def face(emotion: str, score: float) -> FaceRecord:
    """A face as it is shown."""
    return FaceRecord(1, 1, box(), 0.99, emotion, score, {emotion: score}, "model")


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder, those that begin with a dot left out: relative names and what is in them."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def told(results: Sequence[ExportResult], folder: Path) -> list[tuple[str, str | None]]:
    """Of each result the action, and the target relative to the folder."""
    return [(result.action, result.target and os.path.relpath(result.target, folder)) for result in results]
