from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch

from gallery.errors import DatasetError, UsageError
from gallery.training.data import duplicates, load_dataset
from gallery.training.faces import SPLITS, Faces
from gallery.training.folders import Classes
from gallery.training.tables import read_table
from tests.support.faces import HEADERS, easy_faces, easy_splits, write_fer2013

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
    loaded = read_table(write_fer2013(tmp_path, splits, name))
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
    loaded = read_table(written(tmp_path, rows(f"3,{pixels},Training")))
    face = loaded["Training"].pixels[1]
    assert (face[0, 1].item(), face[1, 0].item(), face[47, 47].item()) == (1, 48, 2303 % 251)
    assert loaded["Training"].labels.tolist() == [0, 3]


def test_missing_private_test_gives_an_empty_split(tmp_path):
    loaded = read_table(written(tmp_path, rows()))
    assert (len(loaded["PrivateTest"]), loaded["PrivateTest"].pixels.shape) == (0, (0, 48, 48))


@pytest.mark.parametrize("split", ["Training", "PublicTest"])
def test_missing_split_is_refused(tmp_path, split):
    splits = {name: faces for name, faces in easy_splits(1, 1).items() if name != split}
    with pytest.raises(DatasetError, match=f"no face of the split {split}"):
        load_dataset(write_fer2013(tmp_path, splits))


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
        read_table(written(tmp_path, rows(line)))
    assert "line 4" in str(caught.value)
    assert reason in str(caught.value)
    assert caught.value.exit_code == 2


def test_mark_that_excel_writes_before_a_table_is_passed_over(tmp_path):
    path = written(tmp_path, rows())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_table(path)["Training"]) == 1


def test_table_without_usage_is_parted_alike_each_time_and_it_is_said(tmp_path, caplog):
    lines = [f"{number % 7},{' '.join([str(number)] * 2304)}" for number in range(210)]
    path = written(tmp_path, "\n".join(["emotion,pixels", *lines, ""]))
    with caplog.at_level(logging.WARNING, logger="gallery"):
        loaded = load_dataset(path)
    assert "names no splits" in caplog.text
    assert [len(loaded[split]) for split in SPLITS] == [168, 21, 21]
    for split, count in zip(SPLITS, (24, 3, 3), strict=True):
        assert loaded[split].labels.bincount().tolist() == [count] * 7
    shades = [faces.pixels[:, 0, 0].tolist() for faces in loaded.values()]
    assert sorted(shade for split in shades for shade in split) == list(range(210))
    assert max(shades[1]) > 100  # from all of the table, not its beginning
    again = load_dataset(path)
    assert all(torch.equal(again[split].pixels, loaded[split].pixels) for split in SPLITS)


def test_votes_are_refused_for_a_table_without_usage(tmp_path):
    with pytest.raises(DatasetError, match="no column Usage"):
        load_dataset(written(tmp_path, f"emotion,pixels\n0,{PIXELS}\n"), labels="both")


def test_classes_of_folders_are_refused_for_a_table(tmp_path):
    with pytest.raises(UsageError, match="folders alone"):
        load_dataset(written(tmp_path, rows()), classes=Classes.of({}, ["contempt"]))


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "emotion,Usage\n", "just text\n"])
def test_other_table_is_refused_by_its_header(tmp_path, text):
    with pytest.raises(DatasetError, match="header"):
        read_table(written(tmp_path, text))


def test_table_without_rows_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="no face"):
        load_dataset(written(tmp_path, "emotion,pixels,Usage\n"))


def test_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "fer2013.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe" * 100)
    with pytest.raises(DatasetError, match="can't be read"):
        read_table(path)


@pytest.mark.parametrize("folders", [[], ["fer2013.csv"]], ids=["missing", "folder"])
def test_file_that_cannot_be_opened_is_refused(tmp_path, folders):
    for name in folders:
        (tmp_path / name).mkdir()
    with pytest.raises(DatasetError, match=r"fer2013\.csv: can't be read"):
        read_table(tmp_path / "fer2013.csv")


def test_field_beyond_every_bound_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="can't be read"):
        read_table(written(tmp_path, rows(f"1,{'7 ' * 100_000},Training")))


def test_easy_faces_of_the_tests_differ_by_class():
    faces = easy_faces(2)
    means = [faces.pixels[faces.labels == label].float().mean(0) for label in range(7)]
    assert all((means[a] - means[b]).abs().mean() > 15 for a in range(7) for b in range(a))


def test_missing_emotion_is_refused_before_any_training(tmp_path):
    splits = easy_splits(2, 1)
    training = splits["Training"].where(splits["Training"].labels != 1)
    with pytest.raises(DatasetError, match="Training holds no face labelled disgust"):
        load_dataset(write_fer2013(tmp_path, {**splits, "Training": training}))


VOTES_HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
USAGES = ["Training"] * 7 + ["PublicTest"] * 7 + ["PrivateTest"] * 7


def voted(folder: Path, rows_of_votes: list[str], header: str = VOTES_HEADER) -> Path:
    """A CSV file of one face per emotion and split, and these votes beside it."""
    (folder / "fer2013new.csv").write_text("\n".join([header, *rows_of_votes, ""]))
    return write_fer2013(folder, easy_splits(1, 1))


def test_votes_are_put_in_the_order_of_the_emotions(tmp_path):
    votes = [f"{usage},fer{number:07d}.png,1,0,2,0,3,0,0,0,{number % 5},0" for number, usage in enumerate(USAGES)]
    loaded = load_dataset(voted(tmp_path, votes), labels="both")
    # angry disgust fear happy sad surprise neutral contempt unknown NF
    assert loaded["Training"].votes.tolist() == [[3, 0, 0, 0, 0, 2, 1, 0, number % 5, 0] for number in range(7)]
    assert loaded["PrivateTest"].votes[:, 8].tolist() == [number % 5 for number in range(14, 21)]
    assert loaded["Training"].votes.dtype == torch.uint8


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda votes: votes[:-1], "20 rows of votes for 21 faces"),
        (lambda votes: [*votes, votes[0]], "22 rows of votes for 21 faces"),
        (lambda votes: [votes[7], *votes[1:]], "line 2: Usage 'PublicTest', but that face is of Training"),
        (lambda votes: [*votes[:3], votes[3].replace(",3,", ",many,"), *votes[4:]], "line 5: votes must be whole"),
        (lambda votes: [*votes[:3], votes[3].replace(",3,", ",11,"), *votes[4:]], "line 5: votes"),
        (lambda votes: [*votes[:3], "Training,x.png,1", *votes[4:]], "line 5: votes must be whole"),
    ],
    ids=["too few", "too many", "other order", "text", "eleven", "cut"],
)
def test_votes_that_do_not_belong_to_the_faces_are_refused(tmp_path, change, reason):
    votes = [f"{usage},fer{number:07d}.png,1,0,2,0,3,0,0,0,4,0" for number, usage in enumerate(USAGES)]
    with pytest.raises(DatasetError) as caught:
        load_dataset(voted(tmp_path, change(votes)), labels="ferplus")
    assert "fer2013new.csv" in str(caught.value)
    assert reason in str(caught.value)


def test_votes_of_another_header_and_missing_votes_are_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"fer2013new\.csv.*lacks NF"):
        load_dataset(voted(tmp_path, [], VOTES_HEADER.replace(",NF", "")), labels="both")
    (tmp_path / "fer2013new.csv").unlink()
    with pytest.raises(DatasetError, match=r"fer2013new\.csv.*beside"):
        load_dataset(tmp_path / "fer2013.csv", labels="both")


def test_equal_pictures_are_counted_within_and_across_splits():
    faces, other = easy_faces(1), easy_faces(1, seed=9)
    twice = Faces(torch.cat([faces.pixels, faces.pixels[:2]]), torch.cat([faces.labels, torch.tensor([0, 5])]))
    public = Faces(torch.cat([other.pixels, faces.pixels[3:4]]), torch.cat([other.labels, torch.tensor([3])]))
    assert duplicates({"Training": twice, "PublicTest": public}) == [
        "2 pictures are more than once in Training, 1 of them with different labels",
        "1 picture is both in Training and in PublicTest, 0 of them with different labels",
    ]
    assert duplicates({"Training": faces, "PublicTest": other}) == []
