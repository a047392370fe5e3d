"""FER2013 and FER+ as tables: Kaggle's CSV files and the votes beside them."""

from __future__ import annotations

import csv
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import torch

from gallery.emotions import EMOTIONS
from gallery.errors import DatasetError
from gallery.training.faces import SIDE, SPLITS, Faces

VOTES_FILE: Final = "fer2013new.csv"
VOTED: Final = (
    "anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt", "unknown", "NF",
)  # fmt: skip
"""FER+'s columns in the order of EMOTIONS, then the three that are none of them."""

_SPLIT_SEED: Final = 2013

Row = tuple[int, np.ndarray]


def read_table(path: Path, *, with_votes: bool = False) -> dict[str, Faces]:
    """The official splits of `fer2013.csv` or `icml_face_data.csv` (the same columns, spaces in its header).

    Kaggle's `train.csv` names no splits: then each face gets one by chance, the same each time, and a warning says so.
    `with_votes`: and FER+'s, from `fer2013new.csv` beside it. Raises DatasetError naming the first line that doesn't
    fit and what was expected.
    """
    with _reading(path, "Kaggle's fer2013.csv") as reader:
        rows = _rows(path, reader)
    if not all(split for split, _ in rows):
        if with_votes:
            raise DatasetError(path, f"has no column Usage, by which {VOTES_FILE} is told to be of these faces")
        rows = _parted(path, [row for _, row in rows])
    votes = read_votes(path.with_name(VOTES_FILE), [split for split, _ in rows]) if with_votes else None
    found: dict[str, Faces] = {}
    for name in SPLITS:
        chosen = [number for number, (split, _) in enumerate(rows) if split == name]
        faces = Faces.of(rows[number][1] for number in chosen)
        found[name] = faces if votes is None else Faces(faces.pixels, faces.labels, votes[chosen])
    return found


def read_votes(path: Path, usages: list[str]) -> torch.Tensor:
    """FER+'s votes, uint8 [N, 10] in the order of VOTED, for the rows of the other file, whose splits are `usages`.

    Raises DatasetError where the file is missing, damaged, or of another length or order.
    """
    with _reading(path, "FER+'s fer2013new.csv beside the faces") as reader:
        names = {name.strip(): name for name in reader.fieldnames or [] if name}
        missing = sorted({"Usage", *VOTED} - names.keys())
        if missing:
            raise DatasetError(path, f"its header lacks {', '.join(missing)}")
        votes = [_votes(path, reader.line_num, row, names, usages) for row in reader]
    if len(votes) != len(usages):
        raise DatasetError(path, f"{len(votes)} rows of votes for {len(usages)} faces; needed: one row a face")
    return torch.tensor(votes, dtype=torch.uint8)


@contextmanager
def _reading(path: Path, wanted: str) -> Iterator[csv.DictReader[str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield csv.DictReader(file, skipinitialspace=True)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(path, f"can't be read: {error}; give {wanted}") from None


def _rows(path: Path, reader: csv.DictReader[str]) -> list[tuple[str, Row]]:
    names = {name.strip().lower(): name for name in reader.fieldnames or [] if name}
    if not {"emotion", "pixels"} <= set(names):
        raise DatasetError(path, f"its header is {reader.fieldnames}, not emotion, pixels, Usage")
    rows = []
    for row in reader:
        split = (row[names["usage"]] or "").strip() if "usage" in names else ""
        if "usage" in names and split not in SPLITS:
            raise DatasetError(path, f"line {reader.line_num}: Usage {split!r}; allowed: {', '.join(SPLITS)}")
        rows.append((split, _row(path, reader.line_num, row[names["emotion"]], row[names["pixels"]])))
    return rows


def _parted(path: Path, rows: list[Row]) -> list[tuple[str, Row]]:
    """Of each emotion eight tenths in Training, a tenth in either test, drawn by a seed of its own."""
    said = "%s names no splits: of each emotion a tenth becomes PublicTest and a tenth PrivateTest, drawn by chance"
    logging.getLogger(__name__).warning(said, path)
    drawn = np.random.default_rng(_SPLIT_SEED).permutation(len(rows))
    seen, parted = [0] * len(EMOTIONS), [("Training", row) for row in rows]
    for number in drawn.tolist():
        label = rows[number][0]
        split = {0: "PublicTest", 1: "PrivateTest"}.get(seen[label] % 10, "Training")
        parted[number] = split, rows[number]
        seen[label] += 1
    return parted


def _row(path: Path, line: int, emotion: str, pixels: str) -> Row:
    try:
        with warnings.catch_warnings(action="error"):  # numpy only warns of text between the numbers
            label, values = int(emotion), np.fromstring(pixels, dtype=np.int64, sep=" ")
    except (TypeError, ValueError, DeprecationWarning):
        raise DatasetError(path, f"line {line}: emotion and pixels must be whole numbers") from None
    if not 0 <= label < len(EMOTIONS):
        raise DatasetError(path, f"line {line}: emotion {label}; allowed: 0 to {len(EMOTIONS) - 1}")
    if values.size != SIDE * SIDE or values.min() < 0 or values.max() > 255:
        raise DatasetError(path, f"line {line}: {values.size} pixels; needed: {SIDE * SIDE} from 0 to 255")
    return label, values.astype(np.uint8)


def _votes(path: Path, line: int, row: dict[str, str], names: dict[str, str], usages: list[str]) -> list[int]:
    place = line - 2
    if place < len(usages) and (row[names["Usage"]] or "").strip() != usages[place]:
        raise DatasetError(path, f"line {line}: Usage {row[names['Usage']]!r}, but that face is of {usages[place]}")
    try:
        votes = [int(row[names[name]]) for name in VOTED]
    except (TypeError, ValueError):
        raise DatasetError(path, f"line {line}: votes must be whole numbers") from None
    if not all(0 <= vote <= 10 for vote in votes):
        raise DatasetError(path, f"line {line}: votes {votes}; allowed: 0 to 10")
    return votes
