"""How right the whole program is on a folder of photos with known truth.

`python -m benchmarks.photos FOLDER [MODEL]`, where FOLDER/truth.csv has the columns `file`, `emotion` (may be empty)
and, if known, `faces`. The largest face of a photo counts as the one that `emotion` speaks of.

Where not all seven emotions occur, answers among those that do are told as well (`press5`, of a set with five): a set
that shows no fear says nothing of how often fear is seen where there is none, and a model that never sees any does well
in it.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from gallery import predict
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.records import FaceRecord, PhotoRecord
from gallery.settings import load_settings


def main(folder: str, model: str = "") -> None:
    """Print the figures."""
    root = Path(folder)
    truth = truth_of(root)
    answers = predict([root / row["file"] for row in truth], settings=load_settings({"model": model or None}))
    both = list(zip(truth, answers, strict=True))
    for row, answer in both:
        if not isinstance(answer, PhotoRecord):
            sys.exit(f"{row['file']}: {answer}")
    photos = [(row, answer.faces) for row, answer in both if isinstance(answer, PhotoRecord)]
    _report_faces([(int(row["faces"]), len(faces)) for row, faces in photos if row.get("faces")])
    _report_emotions([(row["emotion"], largest(faces)) for row, faces in photos if row["emotion"]])


def truth_of(folder: Path) -> list[dict[str, str]]:
    """The rows of the folder's truth.csv."""
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def largest(faces: list[FaceRecord]) -> FaceRecord | None:
    """The face with the largest box."""
    return max(faces, key=lambda face: face.box.area, default=None)


def _report_faces(counts: list[tuple[int, int]]) -> None:
    if not counts:
        return
    print(f"face counts right: {sum(true == found for true, found in counts)} of {len(counts)}")
    empty = [found for true, found in counts if true == 0]
    print(f"photos without people in which a face was found: {sum(found > 0 for found in empty)} of {len(empty)}")


def _report_emotions(pairs: list[tuple[str, FaceRecord | None]]) -> None:
    labels = sorted({true for true, _ in pairs})
    best = [(true, max(face.scores, key=face.scores.__getitem__) if face else "no face") for true, face in pairs]
    among = [(true, max(labels, key=face.scores.__getitem__) if face else "no face") for true, face in pairs]
    shown = [(true, face.emotion if face else "no face") for true, face in pairs]
    _report("best score, all labels", best)
    if len(labels) < len(EMOTIONS):
        _report(f"best score among the {len(labels)} that occur (press{len(labels)})", among)
    _report("as shown, all labels", shown)
    _report("as shown, happy and neutral", [pair for pair in shown if pair[0] in ("happy", "neutral")])
    print(f"shown as {UNCERTAIN}: {sum(said == UNCERTAIN for _, said in shown)}")


def _report(name: str, pairs: list[tuple[str, str]]) -> None:
    total, right = Counter(true for true, _ in pairs), Counter(true for true, said in pairs if true == said)
    recall = {label: right[label] / total[label] for label in sorted(total)}
    each = ", ".join(f"{label} {value:.2f}" for label, value in recall.items())
    print(f"{name}: {right.total()} of {len(pairs)} right, accuracy {right.total() / len(pairs):.4f}, ", end="")
    print(f"macro recall {sum(recall.values()) / len(recall):.4f} ({each})")


if __name__ == "__main__":
    main(*sys.argv[1:])
