"""How long it takes to compare what two models say of a whole library.

`python -m benchmarks.model_diff [PHOTOS]` draws a library of 50,000 photos with twice as many faces, has a second model
say the same of most and something else of some, and compares; the median of five runs.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import insert, select

from benchmarks.library import MODEL, drawn_files, fill
from gallery.db import schema
from gallery.insight.model_diff import model_diff
from gallery.records import ModelInfo
from gallery.store.shown import register_model
from gallery.store.store import Store

OTHER: Final = ModelInfo("1" * 64, "other")
ROUNDS: Final = 5
CHANGED: Final = 0.2


def main(photos: int = 50_000) -> None:
    """Print the figure."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "gallery.db"
        Store.open(file).close()
        fill(file, drawn_files(photos))
        with Store.open(file) as store:
            have_other_say(store)
            seconds = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                found = model_diff(store, MODEL.name, OTHER.name)
                seconds.append(time.perf_counter() - start)
    print(f"{found.faces} faces, {found.changed_faces} of them changed: {statistics.median(seconds):.2f} s")


def have_other_say(store: Store) -> None:
    """Of each face what the model said of it, of some what it said of another."""
    said = schema.prediction
    with store.write_connection() as connection:
        number = register_model(connection, OTHER.id, OTHER.name)
        rows = connection.execute(select(said.c.face_id, said.c.scores)).all()
        dice = random.Random(0)
        changed = {face: dice.choice(rows)[1] for face, _ in rows if dice.random() < CHANGED}
        others = [{"face_id": face, "model_id": number, "scores": changed.get(face, own)} for face, own in rows]
        connection.execute(insert(said), others)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
