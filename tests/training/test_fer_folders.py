from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gallery.emotions import EMOTIONS
from gallery.errors import DatasetError, UsageError
from gallery.training.data import load_dataset
from gallery.training.faces import Faces
from gallery.training.folders import Classes
from tests.support.faces import easy_faces, easy_splits

FOLDERS = {"Training": "train", "PublicTest": "val", "PrivateTest": "test"}


def write_faces(folder: Path, faces: Faces, names: tuple[str, ...] = EMOTIONS, prefix: str = "face") -> None:
    for number, (pixels, label) in enumerate(zip(faces.pixels, faces.labels.tolist(), strict=True)):
        (folder / names[label]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.numpy()).save(folder / names[label] / f"{prefix}_{number:03d}.png")


def by_label(faces: Faces) -> torch.Tensor:
    return faces.pixels[torch.argsort(faces.labels, stable=True)]


def test_folders_hold_the_faces_of_their_splits(tmp_path):
    splits = easy_splits(3, 2)
    for split, faces in splits.items():
        write_faces(tmp_path / FOLDERS[split], faces)
    loaded = load_dataset(tmp_path)
    for split, faces in splits.items():
        assert torch.equal(by_label(loaded[split]), by_label(faces))
        assert sorted(loaded[split].labels.tolist()) == sorted(faces.labels.tolist())


def test_classes_and_splits_are_known_in_any_common_spelling(tmp_path):
    spelt = ("Anger", "DISGUST", "fearful", "happiness", "Sadness", "surprised", "Neutral")
    write_faces(tmp_path / "Training", easy_faces(2), spelt)
    write_faces(tmp_path / "Validation", easy_faces(1), spelt)
    loaded = load_dataset(tmp_path)
    assert [len(loaded[split]) for split in FOLDERS] == [14, 7, 0]
    assert loaded["Training"].labels.bincount().tolist() == [2] * 7


def test_official_split_in_a_file_name_counts_more_than_the_folder(tmp_path):
    splits = easy_splits(2, 1)
    write_faces(tmp_path / "train", splits["Training"], prefix="Training")
    write_faces(tmp_path / "test", splits["PublicTest"], prefix="PublicTest")
    write_faces(tmp_path / "test", splits["PrivateTest"], prefix="PrivateTest")
    loaded = load_dataset(tmp_path)
    for split in FOLDERS:
        assert torch.equal(by_label(loaded[split]), by_label(splits[split]))


def test_without_validation_faces_every_tenth_of_training_is_set_aside_and_said(tmp_path, caplog):
    write_faces(tmp_path / "train", easy_faces(20))
    write_faces(tmp_path / "test", easy_faces(1, seed=1))
    with caplog.at_level(logging.WARNING, logger="gallery"):
        loaded = load_dataset(tmp_path)
    assert [len(loaded[split]) for split in FOLDERS] == [126, 14, 7]
    assert loaded["PublicTest"].labels.bincount().tolist() == [2] * 7
    assert "no validation split" in caplog.text


def test_pictures_of_other_sizes_and_colours_become_small_and_grey(tmp_path):
    splits = easy_splits(1, 1)
    for split, faces in splits.items():
        write_faces(tmp_path / FOLDERS[split], faces)
    large = Image.fromarray(splits["Training"].pixels[3].numpy()).resize((192, 192)).convert("RGB")
    large.save(tmp_path / "train" / "happy" / "face_003.png")
    pixels = load_dataset(tmp_path)["Training"].pixels[3].float()
    noise = 10  # standard deviation in the drawn face; blurred by enlarging and reducing, at most that much is lost
    assert (pixels - splits["Training"].pixels[3].float()).abs().mean() < noise


def test_other_files_and_hidden_ones_are_passed_over(tmp_path):
    for split, faces in easy_splits(1, 1).items():
        write_faces(tmp_path / FOLDERS[split], faces)
    (tmp_path / "train" / "happy" / "Thumbs.db").write_bytes(b"windows")
    (tmp_path / "train" / "happy" / "._face.png").write_bytes(b"mac")
    (tmp_path / "train" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "extra").mkdir()
    assert len(load_dataset(tmp_path)["Training"]) == 7


def test_one_broken_picture_in_a_hundred_is_passed_over_and_counted(tmp_path, caplog):
    write_faces(tmp_path / "train", easy_faces(14))
    write_faces(tmp_path / "val", easy_faces(1, seed=1))
    broken = tmp_path / "train" / "sad" / "face_004.png"
    broken.write_bytes(broken.read_bytes()[:200])
    with caplog.at_level(logging.WARNING, logger="gallery"):
        loaded = load_dataset(tmp_path)
    assert loaded["Training"].labels.bincount().tolist() == [14, 14, 14, 14, 13, 14, 14]
    assert f"1 of 105 pictures can't be read and are passed over; the first is {broken}" in caplog.text


def test_folders_of_other_classes_are_left_out_or_named(tmp_path):
    numbered = ("6", "3", "2", "4", "5", "1", "7")  # as RAF-DB calls them
    write_faces(tmp_path / "train", easy_faces(2), numbered)
    write_faces(tmp_path / "test", easy_faces(1, seed=1), numbered)
    write_faces(tmp_path / "train", easy_faces(1, seed=2), ("Contempt",) * 7)
    meant = {"1": "surprise", "2": "fear", "3": "disgust", "4": "happiness", "5": "sad", "6": "anger", "7": "neutral"}
    loaded = load_dataset(tmp_path, need=("Training",), classes=Classes.of(meant, ["contempt"]))
    assert torch.equal(by_label(loaded["Training"]), by_label(easy_faces(2)))
    assert len(loaded["PrivateTest"]) == 7
    with pytest.raises(DatasetError, match="--classes 1=EMOTION says which it is, --leave-out 1 passes it over"):
        load_dataset(tmp_path)


@pytest.mark.parametrize(
    ("names", "left_out", "words"),
    [({"1": "bored"}, [], "unknown emotion 'bored'"), ({"One": "sad"}, ["ONE"], "'one' can't be both")],
)
def test_classes_that_make_no_sense_are_refused(names, left_out, words):
    with pytest.raises(UsageError, match=words):
        Classes.of(names, left_out)


def test_pictures_of_which_many_are_broken_stop_it_and_one_is_named(tmp_path):
    for split, faces in easy_splits(1, 1).items():
        write_faces(tmp_path / FOLDERS[split], faces)
    broken = tmp_path / "train" / "sad" / "face_004.png"
    broken.write_bytes(broken.read_bytes()[:200])
    with pytest.raises(DatasetError, match="more than one in 100: mend or remove them") as caught:
        load_dataset(tmp_path)
    assert caught.value.path == str(broken)


def test_unknown_class_is_named(tmp_path):
    write_faces(tmp_path / "train", easy_faces(1))
    (tmp_path / "train" / "bored").mkdir()
    with pytest.raises(DatasetError, match="unknown emotion 'bored'"):
        load_dataset(tmp_path)


def test_folder_without_train_is_refused(tmp_path):
    (tmp_path / "happy").mkdir()
    with pytest.raises(DatasetError, match="no folder `train`"):
        load_dataset(tmp_path)


def test_votes_are_refused_for_folders(tmp_path):
    write_faces(tmp_path / "train", easy_faces(1))
    with pytest.raises(DatasetError, match=r"fer2013new\.csv"):
        load_dataset(tmp_path, labels="both")


def test_sixteen_bit_pictures_keep_their_greys(tmp_path):
    for split, faces in easy_splits(1, 1).items():
        write_faces(tmp_path / FOLDERS[split], faces)
    deep = Image.fromarray(np.full((48, 48), 100 * 257, dtype=np.uint16))
    deep.save(tmp_path / "train" / "happy" / "face_003.png")
    assert load_dataset(tmp_path)["Training"].pixels[3].unique().tolist() == [100]
