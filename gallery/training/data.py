"""FER2013 as its users have it: the Kaggle challenge's CSV file."""

from __future__ import annotations

import csv
import warnings
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from gallery.emotions import EMOTIONS
from gallery.errors import DatasetError

SPLITS: Final = ("Training", "PublicTest", "PrivateTest")
SIDE: Final = 48


@dataclass(frozen=True, slots=True)
class Faces:
    """One split: `pixels` uint8 [N, 48, 48] grey, `labels` int64 [N] as indices into EMOTIONS."""

    pixels: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)


def load_fer2013(path: Path) -> dict[str, Faces]:
    """The official splits of `fer2013.csv` or `icml_face_data.csv` (the same columns, spaces in its header).

    Raises DatasetError naming the first line that doesn't fit, or the split that is missing.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = _rows(path, csv.DictReader(file, skipinitialspace=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(path, f"can't be read: {error}; give Kaggle's fer2013.csv") from None
    for split in SPLITS[:2]:
        if not rows[split]:
            raise DatasetError(path, f"holds no row of the split {split}")
    return {split: _faces(rows[split]) for split in SPLITS}


Row = tuple[int, np.ndarray]


def _rows(path: Path, reader: csv.DictReader[str]) -> dict[str, list[Row]]:
    names = {name.strip().lower(): name for name in reader.fieldnames or [] if name}
    if not {"emotion", "pixels", "usage"} <= set(names):
        raise DatasetError(path, f"its header is {reader.fieldnames}, not emotion, pixels, Usage")
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in reader:
        split = (row[names["usage"]] or "").strip()
        if split not in SPLITS:
            raise DatasetError(path, f"line {reader.line_num}: Usage {split!r}; allowed: {', '.join(SPLITS)}")
        rows[split].append(_row(path, reader.line_num, row[names["emotion"]], row[names["pixels"]]))
    return rows


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


def _faces(rows: list[Row]) -> Faces:
    pixels = np.array([values for _, values in rows], dtype=np.uint8).reshape(-1, SIDE, SIDE)
    return Faces(torch.from_numpy(pixels), torch.tensor([label for label, _ in rows], dtype=torch.int64))
