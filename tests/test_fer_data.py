from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gallery.errors import DatasetError
from gallery.training.data import SPLITS, load_fer2013
from tests.faces import HEADERS, easy_faces, easy_splits, write_fer2013

PIXELS = " ".join(["7"] * 2304)


def written(folder: Path, text: str) -> Path:
    path = folder / "fer2013.csv"
    path.write_text(text, encoding="utf-8")
    return path


def rows(*lines: str) -> str:
    return "\n".join(["emotion,pixels,Usage", f"0,{PIXELS},Training", f"0,{PIXELS},PublicTest", *lines, ""])


@pytest.mark.parametrize("name", HEADERS)
def test_both_files_of_the_challenge_are_read(tmp_path, name):
    splits = easy_splits(training=2, validation=1)
    loaded = load_fer2013(write_fer2013(tmp_path, splits, name))
    assert tuple(loaded) == SPLITS
    for split, faces in splits.items():
        assert torch.equal(loaded[split].pixels, faces.pixels)
        assert torch.equal(loaded[split].labels, faces.labels)
        assert (loaded[split].pixels.dtype, loaded[split].labels.dtype) == (torch.uint8, torch.int64)
        assert len(loaded[split]) == len(faces) == len(faces.labels)


def test_header_of_the_second_file_has_spaces(tmp_path):
    path = write_fer2013(tmp_path, easy_splits(1, 1), "icml_face_data.csv")
    assert path.read_text().startswith("emotion, Usage, pixels\n")


def test_rows_are_read_from_left_to_right_and_top_to_bottom(tmp_path):
    pixels = " ".join(str(number % 251) for number in range(2304))
    loaded = load_fer2013(written(tmp_path, rows(f"3,{pixels},Training")))
    face = loaded["Training"].pixels[1]
    assert (face[0, 1].item(), face[1, 0].item(), face[47, 47].item()) == (1, 48, 2303 % 251)
    assert loaded["Training"].labels.tolist() == [0, 3]


def test_missing_private_test_gives_an_empty_split(tmp_path):
    loaded = load_fer2013(written(tmp_path, rows()))
    assert (len(loaded["PrivateTest"]), loaded["PrivateTest"].pixels.shape) == (0, (0, 48, 48))


@pytest.mark.parametrize("split", ["Training", "PublicTest"])
def test_missing_split_is_refused(tmp_path, split):
    splits = {name: faces for name, faces in easy_splits(1, 1).items() if name != split}
    with pytest.raises(DatasetError, match=f"no row of the split {split}"):
        load_fer2013(write_fer2013(tmp_path, splits))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"7,{PIXELS},Training", "emotion 7"),
        (f"-1,{PIXELS},Training", "emotion -1"),
        (f"happy,{PIXELS},Training", "whole numbers"),
        (f",{PIXELS},Training", "whole numbers"),
        (f"1.5,{PIXELS},Training", "whole numbers"),
        (f"1,{PIXELS} 7,Training", "2305 pixels"),
        (f"1,{PIXELS[:-2]},Training", "2303 pixels"),
        (f"1,{PIXELS[:-1]}256,Training", "from 0 to 255"),
        (f"1,{PIXELS[:-1]}-1,Training", "from 0 to 255"),
        (f"1,{PIXELS[:-1]}4294967296,Training", "from 0 to 255"),
        (f"1,{PIXELS[:-1]}x,Training", "whole numbers"),
        (f"1,{PIXELS[:-1]}1.5,Training", "whole numbers"),
        ("1,,Training", "0 pixels"),
        (f"1,{PIXELS},Testing", "Usage 'Testing'"),
        (f"1,{PIXELS}", "Usage ''"),
        ("1", "Usage ''"),
    ],
)
def test_line_that_does_not_fit_is_named(tmp_path, line, reason):
    with pytest.raises(DatasetError) as caught:
        load_fer2013(written(tmp_path, rows(line)))
    assert "line 4" in str(caught.value)
    assert reason in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "emotion,pixels\n", "just text\n"])
def test_other_table_is_refused_by_its_header(tmp_path, text):
    with pytest.raises(DatasetError, match="header"):
        load_fer2013(written(tmp_path, text))


def test_table_without_rows_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="no row"):
        load_fer2013(written(tmp_path, "emotion,pixels,Usage\n"))


def test_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "fer2013.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe" * 100)
    with pytest.raises(DatasetError, match="can't be read"):
        load_fer2013(path)


@pytest.mark.parametrize("folders", [[], ["fer2013.csv"]], ids=["missing", "folder"])
def test_file_that_cannot_be_opened_is_refused(tmp_path, folders):
    for name in folders:
        (tmp_path / name).mkdir()
    with pytest.raises(DatasetError, match=r"fer2013\.csv: can't be read"):
        load_fer2013(tmp_path / "fer2013.csv")


def test_field_beyond_every_bound_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="can't be read"):
        load_fer2013(written(tmp_path, rows(f"1,{'7 ' * 100_000},Training")))


def test_easy_faces_of_the_tests_differ_by_class():
    faces = easy_faces(2)
    means = [faces.pixels[faces.labels == label].float().mean(0) for label in range(7)]
    assert all((means[a] - means[b]).abs().mean() > 15 for a in range(7) for b in range(a))
