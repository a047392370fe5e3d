"""A photo folder, a database, and networks that are exact, for tests of what indexing does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gallery.indexing.indexer import IndexOptions, PhotoResult, Status, index
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.make import new_database


class Library:
    """A photo folder, a database, and the exact networks."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "Photos"
        self.folder.mkdir()
        self.store = Store.open(new_database(tmp_path / "gallery.db"))
        self.detector = FakeDetector()
        self.classifier = FakeClassifier()
        self.settings = Settings(batch_size=3)
        self.drawn = 0

    def draw(self, name: str, *emotions: str) -> Path:
        self.drawn += 1
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_faces(*emotions, seed=self.drawn).save(path, "JPEG", quality=95)
        return path

    def run(self, *paths: Path, retry_failed: bool = False) -> dict[str, Status]:
        """Index, and give the status of each photo by its file name."""
        return {Path(result.path).name: result.status for result in self.results(*paths, retry_failed=retry_failed)}

    def results(self, *paths: Path, retry_failed: bool = False) -> list[PhotoResult]:
        return list(self.start(*paths, retry_failed=retry_failed))

    def start(self, *paths: Path, **options: Any) -> Iterator[PhotoResult]:
        return index(
            paths or [self.folder],
            store=self.store,
            detector=self.detector,
            classifier=self.classifier,
            settings=self.settings,
            options=IndexOptions(**options),
        )

    def emotions(self, path: Path) -> list[str]:
        return [face.emotion for face in self.store.photo(str(path)).faces]

    def names(self, query: Query | None = None) -> set[str]:
        return {Path(found.path).name for found in self.store.search(query or Query())}
