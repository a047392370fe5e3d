from __future__ import annotations

import csv
import dataclasses
import json
import math
import struct
from pathlib import Path

import pytest
from tensorboardX.proto.event_pb2 import Event

from gallery.errors import CheckpointError
from gallery.training.config import TrainConfig
from gallery.training.journal import EpochResult, Journal, best_of
from tests.support.disk import small_disk

CONFIG = TrainConfig(epochs=3)
RESULTS = [
    EpochResult(1, 0.1 + 0.2, 1.75, 0.25, 0.5, 0.4375, 0.4375, 12.25),
    EpochResult(2, 0.03, 1 / 3, 0.5, 0.375, 0.25, 0.4375, 11.0),
    EpochResult(3, 1e-7, 0.125, 0.625, 0.75, 0.6875, 0.6875, 10.5),
]
HEADER = "epoch,learning_rate,loss,train_accuracy,accuracy,macro_recall,best,seconds\n"
ROW = "1,0.1,1.5,0.25,0.5,0.375,0.375,12.0\n"


def keep(folder: Path, results: list[EpochResult], *, done: int = 0) -> Journal:
    journal = Journal(folder)
    journal.start(CONFIG, done=done)
    for result in results:
        journal.add(result)
    return journal


def add_twenty(journal: Journal) -> None:
    for number in range(1, 21):
        journal.add(dataclasses.replace(RESULTS[0], epoch=number))


def crc32c(content: bytes) -> int:
    """Castagnoli's checksum, bit by bit."""
    register = 0xFFFFFFFF
    for byte in content:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def mask(checksum: int) -> int:
    """As TensorFlow stores a checksum: turned right by 15 bits, plus a constant."""
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path: Path) -> list[bytes]:
    """Of a TFRecord file: length, its checksum, content, its checksum."""
    content, place, found = path.read_bytes(), 0, []
    while place < len(content):
        length, length_check = struct.unpack_from("<QI", content, place)
        assert length_check == mask(crc32c(content[place : place + 8]))
        record = content[place + 12 : place + 12 + length]
        assert struct.unpack_from("<I", content, place + 12 + length) == (mask(crc32c(record)),)
        found.append(record)
        place += 16 + length
    return found


def scalars(folder: Path) -> dict[str, dict[int, float]]:
    """What TensorBoard would show: by tag, the value at each step."""
    [path] = (folder / "tensorboard").glob("events.out.tfevents.*")
    first, *events = map(Event.FromString, records(path))
    assert first.file_version == "brain.Event:2"
    shown: dict[str, dict[int, float]] = {}
    for event in events:
        for value in event.summary.value:
            shown.setdefault(value.tag, {})[event.step] = value.simple_value
    return shown


def test_settings_are_written_as_plain_values(tmp_path):
    keep(tmp_path / "runs" / "one", [])
    assert json.loads((tmp_path / "runs" / "one" / "config.json").read_text(encoding="utf-8")) == CONFIG.as_dict()


def test_every_epoch_is_on_disk_to_the_last_bit(tmp_path):
    journal = Journal(tmp_path)
    journal.start(CONFIG, done=0)
    for number, result in enumerate(RESULTS, start=1):
        journal.add(result)
        assert Journal(tmp_path).history() == RESULTS[:number]
    assert journal.history() == RESULTS


def test_metrics_are_a_table_for_any_program(tmp_path):
    keep(tmp_path, RESULTS)
    with (tmp_path / "metrics.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [{name: float(value) for name, value in row.items()} for row in rows] == [
        dataclasses.asdict(result) for result in RESULTS
    ]
    assert rows[0]["epoch"] == "1"


def test_tensorboard_shows_the_same_figures(tmp_path):
    keep(tmp_path, RESULTS)
    shown = scalars(tmp_path)
    fields = {
        "loss": "loss",
        "accuracy/training": "train_accuracy",
        "accuracy/PublicTest": "accuracy",
        "macro recall/PublicTest": "macro_recall",
        "learning_rate": "learning_rate",
    }
    assert shown.keys() == fields.keys()
    for tag, field in fields.items():
        wanted = {result.epoch: getattr(result, field) for result in RESULTS}
        assert shown[tag] == pytest.approx(wanted, rel=1e-6)  # TensorBoard keeps four bytes


def test_nothing_half_written_is_left(tmp_path):
    keep(tmp_path, RESULTS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "metrics.csv", "tensorboard"]


def test_resumed_run_drops_the_epochs_it_will_train_again(tmp_path):
    keep(tmp_path, RESULTS)
    again = dataclasses.replace(RESULTS[2], accuracy=0.25, macro_recall=0.125, best=0.4375)
    journal = keep(tmp_path, [], done=2)
    assert journal.history() == RESULTS[:2]
    assert scalars(tmp_path)["accuracy/PublicTest"] == {1: 0.5, 2: 0.375}
    journal.add(again)
    assert journal.history() == [*RESULTS[:2], again]
    assert scalars(tmp_path)["accuracy/PublicTest"] == {1: 0.5, 2: 0.375, 3: 0.25}


def test_new_run_forgets_the_old_one_whatever_its_state(tmp_path):
    keep(tmp_path, RESULTS)
    (tmp_path / "metrics.csv").write_text("ruined")
    (tmp_path / "tensorboard" / "notes.txt").write_text("mine")
    journal = keep(tmp_path, [])
    assert journal.history() == []
    assert scalars(tmp_path) == {}
    assert (tmp_path / "tensorboard" / "notes.txt").read_text() == "mine"


def test_run_without_a_record_has_no_history_and_can_go_on(tmp_path):
    assert Journal(tmp_path / "none").history() == []
    assert keep(tmp_path, RESULTS[2:], done=2).history() == RESULTS[2:]


def test_loss_of_a_run_gone_astray_is_kept(tmp_path):
    astray = [dataclasses.replace(RESULTS[0], loss=math.inf), dataclasses.replace(RESULTS[1], loss=math.nan)]
    losses = [result.loss for result in keep(tmp_path, astray).history()]
    assert losses[0] == math.inf
    assert math.isnan(losses[1])


def test_table_saved_by_a_spreadsheet_is_still_read(tmp_path):
    (tmp_path / "metrics.csv").write_bytes(b"\xef\xbb\xbf" + (HEADER + ROW).replace("\n", "\r\n").encode())
    assert Journal(tmp_path).history() == [EpochResult(1, 0.1, 1.5, 0.25, 0.5, 0.375, 0.375, 12.0)]


def test_record_of_an_older_version_is_read_and_gone_on_with(tmp_path):
    older = "epoch,learning_rate,loss,train_accuracy,accuracy,best_accuracy,seconds\n1,0.1,1.5,0.25,0.5,0.5,12.0\n"
    (tmp_path / "metrics.csv").write_text(older)
    [result] = Journal(tmp_path).history()
    assert (result.accuracy, result.seconds) == (0.5, 12.0)
    assert math.isnan(result.macro_recall)
    assert math.isnan(result.best)
    keep(tmp_path, RESULTS[1:], done=1)
    history = Journal(tmp_path).history()
    assert [each.epoch for each in history] == [1, 2, 3]
    assert best_of(history[:1]).epoch == 1
    assert best_of(history).epoch == 3


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "columns are missing"),
        ("epoch,loss\n1,0.5\n", 1, "columns are epoch, loss; needed: epoch, learning_rate"),
        (HEADER + "1,0.1,1.5\n", 2, "3 values; needed: 8"),
        (HEADER + ROW + "\n", 3, "0 values"),
        (HEADER + ROW + ROW.replace("1,", "two,", 1), 3, "two"),
        (HEADER + ROW + ROW, 3, "epoch 1 comes after epoch 1"),
        (HEADER + ROW.replace("1,", "0,", 1), 2, "epoch 0"),
        (HEADER + ROW.replace("1.5", "much"), 2, "much"),
        (HEADER + ROW.replace("0.25", "nan"), 2, "train_accuracy is nan"),
        (HEADER + ROW.replace("0.25", "25"), 2, "train_accuracy is 25"),
        (HEADER + ROW.replace("0.375", "3"), 2, "macro_recall is 3|best is 3"),
        (HEADER + ROW.replace("12.0", "inf"), 2, "seconds is inf"),
        (HEADER + ROW.replace("0.1,", "-0.1,"), 2, "learning_rate is -0.1"),
        (HEADER + '1,"' + "9" * 200_000, 2, "field larger"),
    ],
    ids=str,
)
def test_damaged_row_is_named_by_file_and_line(tmp_path, text, line, reason):
    (tmp_path / "metrics.csv").write_text(text)
    with pytest.raises(CheckpointError, match=rf"metrics\.csv: line {line}: .*{reason}.*delete the file"):
        Journal(tmp_path).history()


def test_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "metrics.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(CheckpointError, match=r"metrics\.csv: can't be read"):
        Journal(tmp_path).history()


def test_run_is_not_resumed_over_a_damaged_record(tmp_path):
    keep(tmp_path, RESULTS)
    before = scalars(tmp_path)
    (tmp_path / "metrics.csv").write_text(HEADER + "nonsense\n")
    with pytest.raises(CheckpointError, match="line 2"):
        Journal(tmp_path).start(CONFIG, done=2)
    assert (tmp_path / "metrics.csv").read_text() == HEADER + "nonsense\n"
    assert scalars(tmp_path) == before


def test_full_disk_is_an_error_and_loses_no_earlier_epoch(tmp_path):
    journal = keep(tmp_path, RESULTS[:2])
    with small_disk(10), pytest.raises(OSError, match="File too large"):
        journal.add(RESULTS[2])
    assert journal.history() == RESULTS[:2]
    journal.add(RESULTS[2])
    assert Journal(tmp_path).history() == RESULTS


def test_tensorboard_that_cannot_be_written_is_an_error(tmp_path):
    journal = keep(tmp_path, [])
    [events] = (tmp_path / "tensorboard").iterdir()
    # A row is shorter than an event: the events reach the limit first.
    with small_disk(1000), pytest.raises(OSError, match="File too large"):
        add_twenty(journal)
    assert events.stat().st_size == 1000
    assert (tmp_path / "metrics.csv").stat().st_size < 1000
    recorded = journal.history()
    keep(tmp_path, [], done=len(recorded))
    assert list(scalars(tmp_path)["loss"]) == [result.epoch for result in recorded]


def test_folder_called_like_a_bucket_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keep(Path("s3:runs"), RESULTS)
    assert len(scalars(tmp_path / "s3:runs")["loss"]) == 3
