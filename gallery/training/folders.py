"""FER2013 as image folders: a folder per split, in it one per emotion."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from gallery.emotions import EMOTIONS, parse_emotion
from gallery.errors import DatasetError, ImageError, UsageError
from gallery.images.decode import read_image
from gallery.training.faces import SIDE, SPLITS, Faces

SPLIT_FOLDERS: Final = {
    **dict.fromkeys(("train", "training"), "Training"),
    **dict.fromkeys(("val", "valid", "validation", "publictest"), "PublicTest"),
    **dict.fromkeys(("test", "testing", "privatetest"), "PrivateTest"),
}
PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
VALIDATION_SHARE: Final = 10
"""Where nothing names a validation split, every tenth training face of each emotion becomes one."""

MAX_MEGAPIXELS: Final = 50.0
"""A larger picture is no cut-out face."""

Example = tuple[str, int, np.ndarray]


def read_folders(root: Path) -> dict[str, Faces]:
    """The splits below `root`: `train/happy/….png`, `test/…`, in any common spelling, pictures of any size.

    A file name that begins with an official split (`PublicTest_…`) belongs to it, whatever its folder; that is how the
    image folders tell the two test splits apart. Raises DatasetError naming the folder or picture that doesn't fit.
    """
    if not any(folder.name.lower() in SPLIT_FOLDERS for folder in _folders(root)):
        raise DatasetError(root, "holds no folder `train`; needed: train/ and test/ with a folder per emotion")
    examples = list(_examples(root))
    if not any(split == "PublicTest" for split, _, _ in examples):
        logging.getLogger(__name__).warning("%s: no validation split; every tenth training face becomes one", root)
        examples = _with_validation(examples)
    return {name: Faces.of((label, pixels) for split, label, pixels in examples if split == name) for name in SPLITS}


def _examples(root: Path) -> Iterator[Example]:
    for folder in _folders(root):
        split = SPLIT_FOLDERS.get(folder.name.lower())
        for kind in _folders(folder) if split else ():
            try:
                label = EMOTIONS.index(parse_emotion(kind.name))
            except UsageError as error:
                raise DatasetError(kind, str(error)) from None
            for path in sorted(kind.iterdir()):
                if path.suffix.lower() in PICTURES and not path.name.startswith("."):
                    yield _official_split(path) or str(split), label, _pixels(path)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise DatasetError(folder, f"can't be listed: {error.strerror}") from None


def _official_split(path: Path) -> str | None:
    return next((split for split in SPLITS if path.name.lower().startswith(f"{split.lower()}_")), None)


def _pixels(path: Path) -> np.ndarray:
    try:
        picture = read_image(path, long_side=None, max_megapixels=MAX_MEGAPIXELS).image.convert("L")
    except ImageError as error:
        raise DatasetError(path, f"{error.reason}; mend or remove it") from None
    return np.asarray(picture if picture.size == (SIDE, SIDE) else picture.resize((SIDE, SIDE), reducing_gap=3.0))


def _with_validation(examples: list[Example]) -> list[Example]:
    taken = [0] * len(EMOTIONS)
    moved = []
    for split, label, pixels in examples:
        if split == "Training":
            taken[label] += 1
        chosen = split == "Training" and taken[label] % VALIDATION_SHARE == 0
        moved.append(("PublicTest" if chosen else split, label, pixels))
    return moved
