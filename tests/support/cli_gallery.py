"""A gallery for tests of the command line: real photos, a real database, and the program run on them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gallery.cli import cli
from gallery.curation.labels import label_faces, reject_faces
from gallery.faces import Box
from gallery.records import Capture, FileStamp, NewPhoto, ScoredFace
from gallery.store.store import AddPhoto, Store
from tests.support.make import face, open_store
from tests.support.photos import draw_photo

ODD_NAMES = ("näh 🏖.jpg", "we [bold]ird\nname.jpg", os.fsdecode(b"caf\xe9.jpg"))


@dataclass(frozen=True)
class Gallery:
    """Photos and the database that knows them, both below `folder`."""

    folder: Path

    @property
    def photos(self) -> Path:
        return self.folder / "photos"

    @property
    def db(self) -> Path:
        return self.folder / "gallery.db"

    def run(self, *args: str | Path, stdin: str | None = None) -> Result:
        """Runs the program in this process on this database; neither stdout nor stderr is a terminal."""
        return CliRunner().invoke(cli, ["--db", str(self.db), *map(str, args)], input=stdin)

    def run_process(self, *args: str | Path) -> subprocess.CompletedProcess[bytes]:
        """Runs the program as a process of its own, for what only a process can show."""
        command = [sys.executable, "-m", "gallery", "--db", str(self.db), *map(str, args)]
        return subprocess.run(command, capture_output=True, check=False)

    def add(
        self,
        name: str,
        *faces: ScoredFace,
        seed: int = 0,
        capture: Capture | None = None,
        orientation: int | None = None,
        quality: int = 90,
    ) -> str:
        """Draws a photo and writes it into the database as if it had been indexed; returns its path.

        Another `quality` gives the same picture another content.
        """
        path = draw_photo(self.photos / name, size=(320, 240), seed=seed, orientation=orientation, quality=quality)
        content, info = path.read_bytes(), path.stat()
        digest = hashlib.sha256(content).hexdigest()
        photo = NewPhoto(digest, 320, 240, "JPEG", capture or Capture(), faces)
        open_store(self.folder, AddPhoto(FileStamp(str(path), info.st_size, info.st_mtime_ns), photo)).close()
        return str(path)

    def hash(self, path: str) -> str:
        """The identity of the photo in this file."""
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def taken(when: str, **rest: object) -> Capture:
    """Taken at this wall clock time, as the EXIF says."""
    return Capture(datetime.fromisoformat(when), taken_source="exif", **rest)  # type: ignore[arg-type]


def fill(gallery: Gallery) -> dict[str, str]:
    """Three photos: `beach` with a happy face, `group` with a happy, a sad and an uncertain one, `empty` with none."""
    beach = gallery.add(
        "beach.jpg",
        face("happy", 0.93, where=Box(100, 50, 180, 150)),
        seed=1,
        capture=taken(
            "2023-06-01T12:30:00", taken_offset_minutes=120, camera="Canon EOS", latitude=48.85838, longitude=2.29448
        ),
    )
    group = gallery.add(
        "group.jpg",
        face("happy", 0.85, where=Box(10, 20, 60, 80)),
        face("sad", 0.7, where=Box(110, 20, 160, 80)),
        face("fear", 0.4, where=Box(210, 20, 260, 80)),
        seed=2,
        capture=taken("2022-01-02T03:04:05"),
    )
    empty = gallery.add("empty.jpg", seed=3)
    return {"beach": beach, "group": group, "empty": empty}


def correct(gallery: Gallery) -> None:
    """What `fill` makes, and a person's words: `beach` is happy, the happy one of `group` sad, the sad one no face."""
    paths = fill(gallery)
    with Store.open(gallery.db) as store:
        [beach] = store.photo(paths["beach"]).faces
        group = {face.emotion: face.id for face in store.photo(paths["group"]).faces}
        label_faces(store, [beach.id], "happy")
        label_faces(store, [group["happy"]], "sad")
        reject_faces(store, [group["sad"]])


def isolate(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keeps the settings and the database of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("GALLERY_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder / "home"))
