"""FER2013 as image folders: a folder per split, in it one per emotion."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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


_MOST_BROKEN: Final = 100
"""One picture in so many may be broken: more, and something is wrong with the folders as a whole."""


@dataclass(frozen=True)
class Classes:
    """Which folder is which emotion: those of `names` (by lower-case name), else in any common spelling."""

    names: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Mapping[str, str], left_out: Iterable[str] = ()) -> Classes:
        """Of folder names as they are typed. Raises UsageError for what is no emotion, or both named and left out."""
        known = {name.lower(): parse_emotion(emotion) for name, emotion in names.items()}
        away = frozenset(name.lower() for name in left_out)
        if both := sorted(known.keys() & away):
            raise UsageError(f"the folder {both[0]!r} can't be both an emotion and left out")
        return cls(known, away)

    def label(self, folder: Path) -> int | None:
        """The index into EMOTIONS; None for one that is left out. Raises DatasetError for a name that says nothing."""
        name = folder.name.lower()
        if name in self.left_out:
            return None
        try:
            return EMOTIONS.index(self.names.get(name) or parse_emotion(folder.name))
        except UsageError as error:
            ways = f"--classes {folder.name}=EMOTION says which it is, --leave-out {folder.name} passes it over"
            raise DatasetError(folder, f"{error}; {ways}") from None


COMMON: Final = Classes()


def read_folders(root: Path, classes: Classes = COMMON) -> dict[str, Faces]:
    """The splits below `root`: `train/happy/….png`, `test/…`, in any common spelling, pictures of any size.

    A file name that begins with an official split (`PublicTest_…`) belongs to it, whatever its folder; that is how the
    image folders tell the two test splits apart. Pictures that can't be read are passed over, and counted in a warning.
    Raises DatasetError naming the folder that doesn't fit, or a picture where more than one in a hundred is broken.
    """
    if not any(folder.name.lower() in SPLIT_FOLDERS for folder in _folders(root)):
        raise DatasetError(root, "holds no folder `train`; needed: train/ and test/ with a folder per emotion")
    broken: list[ImageError] = []
    examples = list(_examples(root, classes, broken))
    _tell_broken(root, broken, len(examples) + len(broken))
    if not any(split == "PublicTest" for split, _, _ in examples):
        logging.getLogger(__name__).warning("%s: no validation split; every tenth training face becomes one", root)
        examples = _with_validation(examples)
    return {name: Faces.of((label, pixels) for split, label, pixels in examples if split == name) for name in SPLITS}


def _examples(root: Path, classes: Classes, broken: list[ImageError]) -> Iterator[Example]:
    for folder in _folders(root):
        split = SPLIT_FOLDERS.get(folder.name.lower())
        for kind in _folders(folder) if split else ():
            label = classes.label(kind)
            for path in _pictures(kind) if label is not None else ():
                try:
                    yield _official_split(path) or str(split), label or 0, _pixels(path)
                except ImageError as error:
                    broken.append(error)


def _pictures(folder: Path) -> list[Path]:
    paths = sorted(folder.iterdir())
    return [path for path in paths if path.suffix.lower() in PICTURES and not path.name.startswith(".")]


def _tell_broken(root: Path, broken: list[ImageError], count: int) -> None:
    if not broken:
        return
    first = broken[0]
    if len(broken) * _MOST_BROKEN > count:
        told = f"{len(broken)} of {count} pictures can't be read, more than one in {_MOST_BROKEN}"
        raise DatasetError(first.path, f"{first.reason}; {told}: mend or remove them")
    said = "%s: %d of %d pictures can't be read and are passed over; the first is %s: %s"
    logging.getLogger(__name__).warning(said, root, len(broken), count, first.path, first.reason)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise DatasetError(folder, f"can't be listed: {error.strerror}") from None


def _official_split(path: Path) -> str | None:
    return next((split for split in SPLITS if path.name.lower().startswith(f"{split.lower()}_")), None)


def _pixels(path: Path) -> np.ndarray:
    picture = read_image(path, long_side=None, max_megapixels=MAX_MEGAPIXELS).image.convert("L")
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
