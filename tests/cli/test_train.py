"""`gallery train` and `gallery evaluate`, on a data set of a few drawn faces."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result
from PIL import Image

from gallery.cli import cli
from gallery.vision.checkpoints import read_card
from tests.support.faces import easy_faces, easy_splits, save_small_checkpoint, write_fer2013


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
    assert "epoch 1: loss " in done.stderr
    assert f"report: {tmp_path / 'run' / 'report.html'}" in done.stderr
    names = {path.name for path in checkpoint.parent.iterdir()}
    assert {"config.json", "metrics.csv", "tensorboard", "curves.png", "PrivateTest", "report.html"} <= names

    measured = gallery("evaluate", checkpoint, "--data", data, "--split", "PrivateTest", "--device", "cpu", "--json")
    assert measured.exit_code == 0, measured.stderr
    figures = json.loads(measured.stdout)
    names = ["macro_recall", "accuracy", "macro_f1", "per_class", "confusion", "ece", "split", "count", "votes"]
    assert list(figures) == names
    assert figures["votes"] is None
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
    other = train(data, run, "--resume", "--set", "momentum=0.5")
    assert other.exit_code == 2
    assert "momentum" in other.stderr


def test_run_folder_is_begun_anew_when_forced(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert train(data, run).exit_code == 0
    forced = train(data, run, "--force", "--set", "batch_size=99")
    assert forced.exit_code == 0
    assert read_card(run / "custom.safetensors").training["batch_size"] == 99
    assert (run / "metrics.csv").read_text().count("\n") == 2


def test_equal_faces_across_splits_are_told_and_stand_in_the_report(tmp_path: Path) -> None:
    splits = easy_splits(2, 1)
    data = write_fer2013(tmp_path, {**splits, "PrivateTest": splits["Training"].where(torch.arange(7))})
    done = train(data, tmp_path / "run")
    said = "7 pictures are both in Training and in PrivateTest, 0 of them with different labels"
    assert said in done.stderr
    assert said in (tmp_path / "run" / "report.html").read_text()


def test_recipe_file_and_flags_reach_the_checkpoint(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("momentum = 0.5\nbatch_size = 42\n")
    done = train(data, tmp_path / "run", "--config", str(file), "--balance", "sampler", "--set", "batch_size=7")
    assert done.exit_code == 0, done.stderr
    training = read_card(tmp_path / "run" / "custom.safetensors").training
    assert (training["momentum"], training["batch_size"], training["balance"]) == (0.5, 7, "sampler")


@pytest.mark.slow
def test_two_processes_share_the_work_and_one_of_them_speaks(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "gallery", "train", "--data", data, "--run", run, "--device", "cpu"]
    command += ["--devices", "2", "--set", "epochs=2", "--set", "batch_size=14"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{run / 'custom.safetensors'}\n"
    assert [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("epoch")] == [
        "epoch 1",
        "epoch 2",
    ]
    assert (run / "metrics.csv").read_text().count("\n") == 3
    assert read_card(run / "custom.safetensors").training["epochs"] == 2


def test_evaluation_is_drawn_where_asked_and_views_change_the_figures_little(data: Path, tmp_path: Path) -> None:
    checkpoint = save_small_checkpoint(tmp_path / "small.safetensors")
    done = gallery("evaluate", checkpoint, "--data", data, "--device", "cpu", "--tta", "--plots", tmp_path / "p")
    assert done.exit_code == 0, done.stderr
    assert {path.name for path in (tmp_path / "p").iterdir()} == {"confusion.png", "hardest.png", "reliability.png"}
    assert done.stderr.count("drawn: ") == 3


def test_published_recipe_asks_no_network_unless_it_is_told_to(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *host, **_: asked.append(host[0]) or [])
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    refused = train(data, tmp_path / "run", "--model", "resnet18")
    assert refused.exit_code == 2
    assert "--download" in refused.stderr
    assert asked == []
    failed = train(data, tmp_path / "run", "--model", "resnet18", "--download")
    assert failed.exit_code == 2
    assert "can't be downloaded" in failed.stderr
    assert asked  # the host, or what stands between it and this machine


def test_folders_are_named_and_left_out(tmp_path: Path) -> None:
    for split in ("train", "test"):
        for number in range(9):
            folder = tmp_path / "faces" / split / f"{number}"
            folder.mkdir(parents=True)
            if number < 7:
                face = easy_faces(1, seed=number).pixels[number].numpy()
                Image.fromarray(face).save(folder / "a.png")
    names = ["--classes", "0=angry,1=disgust,2=fear,3=happy", "--classes", "4=sad, 5=surprise, 6=neutral"]
    model = save_small_checkpoint(tmp_path / "small.safetensors")
    told = ["evaluate", model, "--data", tmp_path / "faces", "--split", "Training", "--device", "cpu", *names]
    assert "--leave-out 7" in gallery(*told).stderr
    measured = gallery(*told, "--leave-out", "7,8", "--json")
    assert measured.exit_code == 0, measured.stderr
    assert json.loads(measured.stdout)["count"] == 7
    wrong = gallery(*told, "--classes", "7")
    assert wrong.exit_code == 2
    assert "FOLDER=EMOTION" in wrong.stderr


def test_both_labels_and_votes_are_measured_where_both_are_there(tmp_path: Path) -> None:
    table = write_fer2013(tmp_path, easy_splits(1, 1))
    header = "Usage,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    usages = [line.rpartition(",")[2] for line in table.read_text().splitlines()[1:]]
    votes = [f"{usage},0,10,0,0,0,0,0,0,0,0" for usage in usages]
    (tmp_path / "fer2013new.csv").write_text("\n".join([header, *votes, ""]))
    model = save_small_checkpoint(tmp_path / "small.safetensors")
    told = ["evaluate", model, "--data", table, "--device", "cpu"]
    figures = json.loads(gallery(*told, "--json").stdout)
    assert (figures["count"], figures["votes"]["count"]) == (7, 7)
    assert [each["support"] for each in figures["votes"]["per_class"].values()] == [0, 0, 0, 7, 0, 0, 0]
    text = gallery(*told).stdout
    assert "PublicTest: 7 faces on which six of FER+'s ten voters agree" in text
    assert json.loads(gallery(*told, "--json", "--labels", "fer2013").stdout)["votes"] is None


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
        (["--pretrained", "imagenet"], "only resnet18"),
        (["--labels", "both"], "fer2013new.csv"),
        (["--recipe", "worst"], "worst"),
        (["--config", "nosuch.toml"], "nosuch.toml"),
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
