"""Faces for the networks: easy drawn patterns in FER2013's form, small checkpoints, and the real detector."""

from __future__ import annotations

import csv
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gallery.emotions import EMOTIONS
from gallery.training.faces import SIDE, SPLITS, Faces
from gallery.vision.checkpoints import FORMAT
from gallery.vision.detector import MTCNNDetector
from gallery.vision.networks import CustomCNN
from gallery.vision.preprocess import Preprocessing
from gallery.vision.weights import save_checkpoint

HEADERS = {"fer2013.csv": ["emotion", "pixels", "Usage"], "icml_face_data.csv": ["emotion", " Usage", " pixels"]}
"""The columns of the two files that Kaggle handed out."""


@cache
def real_detector() -> MTCNNDetector:
    """One for all tests: making it takes seconds."""
    return MTCNNDetector(min_face=30)


def draw_pattern(label: int, dice: np.random.Generator) -> np.ndarray:
    """One of seven patterns, uint8 [48, 48], that flipping, slight turning and jitter leave easy to tell apart."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    radius = np.hypot(x, y)
    bright = [
        radius < 12,
        (y // 6) % 2 == 0,
        (x // 6) % 2 == 0,
        ((x // 12) + (y // 12)) % 2 == 0,
        (radius > 14) & (radius < 20),
        y < 0,
        np.full_like(x, fill_value=True, dtype=bool),
    ][label]
    return np.clip(np.where(bright, 190, 60) + dice.normal(0, 10, (SIDE, SIDE)), 0, 255).astype(np.uint8)


def easy_faces(per_class: int, seed: int = 0) -> Faces:
    """`per_class` patterns of each of the seven labels, in turn."""
    dice = np.random.default_rng(seed)
    labels = [label for _ in range(per_class) for label in range(len(EMOTIONS))]
    pixels = np.array([draw_pattern(label, dice) for label in labels], dtype=np.uint8).reshape(-1, SIDE, SIDE)
    return Faces(torch.from_numpy(pixels), torch.tensor(labels, dtype=torch.int64))


def easy_splits(training: int = 12, validation: int = 2) -> dict[str, Faces]:
    """All three splits, of so many faces per class."""
    counts = zip(SPLITS, (training, validation, validation), strict=True)
    return {split: easy_faces(count, seed) for seed, (split, count) in enumerate(counts)}


def write_fer2013(folder: Path, splits: Mapping[str, Faces], name: str = "fer2013.csv") -> Path:
    """The splits as one of the two files of HEADERS."""
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADERS[name])
        writer.writeheader()
        for split, faces in splits.items():
            for pixels, label in zip(faces.pixels, faces.labels, strict=True):
                row = {"emotion": label.item(), "pixels": " ".join(map(str, pixels.flatten().tolist())), "usage": split}
                writer.writerow({column: row[column.strip().lower()] for column in HEADERS[name]})
    return path


def small_network(seed: int = 0) -> CustomCNN:
    """Random weights, few of them, in evaluation mode."""
    torch.manual_seed(seed)
    return CustomCNN(hidden=8).eval()


def save_small_checkpoint(path: Path, *, seed: int = 0, name: str = "small", temperature: float = 1.0) -> Path:
    """The `small_network` of this seed as a checkpoint."""
    save_checkpoint(
        path,
        small_network(seed),
        name=name,
        architecture="custom",
        options={"hidden": 8},
        preprocessing=Preprocessing(),
        temperature=temperature,
        metrics={"PublicTest": {"accuracy": 0.25}},
        training={"epochs": 3},
    )
    return path


def plain_card() -> dict[str, Any]:
    """What `save_small_checkpoint` says of itself, written out anew."""
    return {
        "format": FORMAT,
        "name": "small",
        "architecture": "custom",
        "options": {"hidden": 8},
        "labels": list(EMOTIONS),
        "preprocessing": asdict(Preprocessing()),
        "temperature": 1.0,
        "metrics": {},
        "training": {},
    }


def with_card(good: Path, path: Path, text: str) -> Path:
    """The weights of the checkpoint `good` under another description."""
    header, weights = split_header(good)
    header["__metadata__"] = {"gallery": text}
    return with_header(path, json.dumps(header).encode(), weights)


def with_header(path: Path, header: bytes, weights: bytes = b"") -> Path:
    """A file laid out as safetensors prescribes: length, header, numbers."""
    path.write_bytes(struct.pack("<Q", len(header)) + header + weights)
    return path


def split_header(path: Path) -> tuple[dict[str, Any], bytes]:
    """The header of a safetensors file, and its numbers."""
    content = path.read_bytes()
    [length] = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


class MakesFolder:
    """Pickled and unpickled, it makes a folder: proof that code of a file was run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)
