"""What is in a database, whoever wrote it and when."""

from __future__ import annotations

from pathlib import Path

from gallery.query.query import Query
from gallery.store.store import Store


def content(database: Path) -> list[object]:
    """All that a person could tell two databases apart by, without row numbers and times of writing."""
    with Store.open(database) as store:
        assert store.check() == []
        records = store.search(Query(missing=True, sort="path"))
        failures = [(failure.path, failure.reason) for failure in store.failures()]
    faces = [[(f.box, f.confidence, f.emotion, f.score, f.scores, f.landmarks) for f in r.faces] for r in records]
    described = [(r.path, tuple(r.paths), r.hash, r.width, r.height, r.capture, r.missing) for r in records]
    return [described, faces, failures]
