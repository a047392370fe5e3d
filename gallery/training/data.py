"""FER2013 in every layout its users have."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path

from gallery.emotions import EMOTIONS
from gallery.errors import DatasetError, UsageError
from gallery.training.faces import SPLITS, Dataset, Faces
from gallery.training.folders import COMMON, Classes, read_folders
from gallery.training.tables import VOTES_FILE, read_table


def load_dataset(
    path: Path, *, labels: str = "fer2013", need: tuple[str, ...] = SPLITS[:2], classes: Classes = COMMON
) -> Dataset:
    """Faces by split, from Kaggle's CSV file or a folder of pictures; `labels` as in `TrainConfig`.

    `classes` says which folder is which emotion, where their names don't.

    Raises DatasetError naming what doesn't fit, the split of `need` that is empty, or the emotion that Training lacks.
    """
    data = _read(path, classes, with_votes=labels != "fer2013")
    for split in need:
        if not len(data[split]):
            raise DatasetError(path, f"holds no face of the split {split}")
    absent = sorted(set(range(len(EMOTIONS))) - set(data["Training"].labels.tolist()))
    if "Training" in need and absent:
        raise DatasetError(path, f"Training holds no face labelled {', '.join(EMOTIONS[label] for label in absent)}")
    return data


def has_votes(path: Path) -> bool:
    """Whether FER+'s votes lie beside this CSV file."""
    return path.is_file() and path.with_name(VOTES_FILE).is_file()


def _read(path: Path, classes: Classes, *, with_votes: bool) -> dict[str, Faces]:
    if not path.is_dir():
        if classes != COMMON:
            raise UsageError(f"{path} is a table: folders alone have classes to name or to leave out")
        return read_table(path, with_votes=with_votes)
    if with_votes:
        raise DatasetError(path, f"FER+ votes belong to a CSV file: give fer2013.csv with {VOTES_FILE} beside it")
    return read_folders(path, classes)


def duplicates(data: Dataset) -> list[str]:
    """What the splits share, as sentences: pictures that are equal in every pixel; none where there are none."""
    places = {split: _rows_by_picture(faces) for split, faces in data.items()}
    found = []
    for one, other in [*((split, split) for split in data), *combinations(data, 2)]:
        shared = [picture for picture in places[one] if _again(places, one, other, picture)]
        if shared:
            said = sum(len({*places[one][picture], *places[other][picture]}) > 1 for picture in shared)
            where = f"more than once in {one}" if one == other else f"both in {one} and in {other}"
            pictures = "1 picture is" if len(shared) == 1 else f"{len(shared)} pictures are"
            found.append(f"{pictures} {where}, {said} of them with different labels")
    return found


def _rows_by_picture(faces: Faces) -> dict[bytes, list[int]]:
    labels = defaultdict(list)
    for pixels, label in zip(faces.pixels.numpy(), faces.labels.tolist(), strict=True):
        labels[pixels.tobytes()].append(label)
    return labels


def _again(places: dict[str, dict[bytes, list[int]]], one: str, other: str, picture: bytes) -> bool:
    return len(places[one][picture]) > 1 if one == other else picture in places[other]
