"""`gallery train` and `gallery evaluate`, on a data set of a few drawn faces."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gallery.checkpoints import read_card
from gallery.cli import cli
from tests.faces import easy_splits, write_fer2013


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fer2013(tmp_path_factory.mktemp("data"), easy_splits())


def gallery(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def train(data: Path, run: Path, *arguments: str) -> Result:
    return gallery("train", "--data", data, "--run", run, "--device", "cpu", "--set", "epochs=1", *arguments)


def test_trained_checkpoint_is_named_on_stdout_and_can_be_evaluated(data: Path, tmp_path: Path) -> None:
    done = train(data, tmp_path / "run", "--set", "batch_size=8")

    assert done.exit_code == 0, done.stderr
    checkpoint = Path(done.stdout.strip())
    assert checkpoint == tmp_path / "run" / "custom.safetensors"
    assert read_card(checkpoint).training["batch_size"] == 8
    assert done.stderr.startswith("epoch 1: loss ")

    measured = gallery("evaluate", checkpoint, "--data", data, "--split", "PrivateTest", "--device", "cpu", "--json")
    assert measured.exit_code == 0, measured.stderr
    figures = json.loads(measured.stdout)
    assert list(figures) == ["accuracy", "macro_f1", "per_class", "confusion", "ece", "split", "count"]
    assert figures["split"] == "PrivateTest"
    assert sum(map(sum, figures["confusion"])) == figures["count"]
    assert figures["accuracy"] == read_card(checkpoint).metrics["PrivateTest"]["accuracy"]

    printed = gallery("evaluate", checkpoint, "--data", data, "--device", "cpu")
    assert printed.stdout.startswith("PublicTest: ")


def test_run_folder_is_not_overwritten_by_accident_but_resumed(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert train(data, run).exit_code == 0
    again = train(data, run)
    assert again.exit_code == 2
    assert "--resume" in again.stderr
    assert train(data, run, "--resume").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "epochs"], "KEY=VALUE"),
        (["--set", "epoch=3"], "known: "),
        (["--set", "epochs=three"], "'three'"),
        (["--set", "epochs=0"], "1 or more"),
        (["--set", "batch_norm=maybe"], "true or false"),
        (["--model", "vgg"], "vgg"),
        (["--resume"], "nothing to resume"),
    ],
)
def test_mistakes_in_training_are_explained(data: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    failed = train(data, tmp_path / "run", *arguments)
    assert failed.exit_code == 2
    assert words in failed.stderr


def test_wrong_data_names_the_file_and_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "birds.csv"
    wrong.write_text("name,colour\nrobin,red\n")
    failed = train(wrong, tmp_path / "run")
    assert failed.exit_code == 2
    assert str(wrong) in failed.stderr
    assert "emotion, pixels, Usage" in failed.stderr


def test_evaluating_an_unknown_model_lists_the_shipped_ones(data: Path) -> None:
    failed = gallery("evaluate", "nonsense", "--data", data)
    assert failed.exit_code == 2
    assert "'nonsense'" in failed.stderr
