from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from gallery.checkpoints import read_card
from gallery.errors import CheckpointError, UsageError
from gallery.training.config import TrainConfig
from gallery.training.data import Faces
from gallery.training.evaluate import evaluate_network, logits_of
from gallery.training.train import EpochResult, Trainer
from gallery.vision.checkpoint import load_network
from gallery.vision.preprocess import Preprocessing
from tests.faces import MakesFolder, easy_faces, easy_splits

SMALL = TrainConfig(hidden=16, epochs=3, batch_size=14, learning_rate=0.02, step_epochs=2)
STILL = TrainConfig(
    hidden=4, dropout=0.0, batch_norm=False, flip=0.0, rotation_degrees=0.0, brightness=0.0, contrast=0.0
)


def trainer(folder: Path, config: TrainConfig = SMALL, data: dict[str, Faces] | None = None) -> Trainer:
    return Trainer(config, data or easy_splits(), folder, device="cpu")


def accuracy(path: Path, faces: Faces) -> float:
    """Of a checkpoint, counted by hand."""
    logits = logits_of(load_network(path), faces, Preprocessing())
    return (logits.argmax(1) == faces.labels).float().mean().item()


def timeless(results: list[EpochResult]) -> list[EpochResult]:
    return [dataclasses.replace(result, seconds=0.0) for result in results]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Three epochs without interruption: the trainer, what it yielded, and the checkpoint it wrote."""
    started = trainer(tmp_path_factory.mktemp("run"))
    results = list(started.run())
    return started, results, started.finish("custom")


@pytest.fixture
def state(run, tmp_path):
    """The state of the finished run, in a folder of its own."""
    path = tmp_path / "state.pt"
    path.write_bytes((run[0].folder / "state.pt").read_bytes())
    return path


def test_network_learns_faces_it_has_not_seen(run):
    _, results, path = run
    assert results[-1].loss < results[0].loss
    assert accuracy(path, easy_faces(5, seed=99)) > 0.6  # by chance 0.14


def test_each_epoch_is_reported_with_its_learning_rate(run):
    _, results, _ = run
    assert [result.epoch for result in results] == [1, 2, 3]
    assert [result.learning_rate for result in results] == pytest.approx([0.02, 0.02, 0.002])
    assert [result.best_accuracy for result in results] == [
        max(earlier.accuracy for earlier in results[: number + 1]) for number in range(3)
    ]


def test_checkpoint_says_how_it_was_trained_and_how_good_it_is(run):
    started, _, path = run
    card = read_card(path)
    assert (card.name, card.training, card.options) == ("custom", SMALL.as_dict(), SMALL.network_options)
    assert list(card.metrics) == ["PublicTest", "PrivateTest"]
    for split, figures in card.metrics.items():
        measured = evaluate_network(
            load_network(path), started.data[split], Preprocessing(), card.temperature, split
        ).summary()
        assert figures == pytest.approx(measured)
        assert figures["accuracy"] == pytest.approx(accuracy(path, started.data[split]))


def test_nothing_half_written_is_left_in_the_folder(run):
    names = sorted(path.name for path in run[0].folder.iterdir())
    assert names == ["best.safetensors", "custom.safetensors", "state.pt"]


def test_steps_are_those_of_sgd_with_momentum_and_stepped_rate(tmp_path):
    config = dataclasses.replace(STILL, epochs=3, batch_size=99, step_epochs=1, step_factor=0.5, weight_decay=0.01)
    data = {"Training": easy_faces(2), "PublicTest": easy_faces(1, seed=1)}
    started = trainer(tmp_path, config, data)
    network = started.network.module
    weights = {name: value.detach().clone() for name, value in network.named_parameters()}
    list(started.run())

    expected = {name: value.clone().requires_grad_() for name, value in weights.items()}
    velocity = {name: torch.zeros_like(value) for name, value in weights.items()}
    inputs = Preprocessing().normalised(data["Training"].pixels)
    for rate in (0.005, 0.0025, 0.00125):
        logits = torch.func.functional_call(network, expected, (inputs,))
        gradients = torch.autograd.grad(
            functional.cross_entropy(logits, data["Training"].labels), list(expected.values())
        )
        for (name, value), gradient in zip(list(expected.items()), gradients, strict=True):
            velocity[name] = 0.9 * velocity[name] + gradient + 0.01 * value.detach()
            expected[name] = (value.detach() - rate * velocity[name]).requires_grad_()
    for name, value in network.named_parameters():
        torch.testing.assert_close(value, expected[name], atol=1e-6, rtol=1e-4)
        assert not torch.equal(value, weights[name])


def test_best_epoch_is_kept_not_the_last(tmp_path):
    # In the third epoch the learning rate is 200: that ruins any network.
    config = dataclasses.replace(SMALL, step_factor=1e4)
    started = trainer(tmp_path, config)
    results = list(started.run())
    best = max(result.accuracy for result in results)
    assert results[-1].accuracy < best
    assert results[-1].best_accuracy == best
    public = started.data["PublicTest"]
    assert accuracy(tmp_path / "best.safetensors", public) == pytest.approx(best)
    path = started.finish("custom")
    assert accuracy(path, public) == pytest.approx(best)
    assert read_card(path).metrics["PublicTest"]["accuracy"] == pytest.approx(best)


def test_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(run, tmp_path):
    whole, results, path = run
    first = next(trainer(tmp_path).run())
    torch.manual_seed(12345)  # whatever else the process draws must not matter
    resumed = trainer(tmp_path)
    resumed.resume()
    rest = list(resumed.run())
    assert timeless([first, *rest]) == timeless(results)
    theirs = whole.network.state_dict()  # of its best epoch, as `finish` left it
    best = load_network(tmp_path / "best.safetensors").state_dict()
    assert all(torch.equal(best[key], theirs[key]) for key in theirs)
    ours, uninterrupted = (torch.load(folder / "state.pt", weights_only=True) for folder in (tmp_path, whole.folder))
    assert all(torch.equal(ours["network"][key], uninterrupted["network"][key]) for key in theirs)
    assert resumed.finish("custom").read_bytes() == path.read_bytes()


def test_finished_run_has_nothing_left_to_train(run):
    again = trainer(run[0].folder)
    again.resume()
    assert list(again.run()) == []


def test_progress_is_told_after_each_batch(tmp_path):
    config = dataclasses.replace(STILL, epochs=2, batch_size=10)
    told: list[tuple[int, int, float]] = []
    data = {"Training": easy_faces(3), "PublicTest": easy_faces(1)}
    results = list(trainer(tmp_path, config, data).run(on_batch=lambda *progress: told.append(progress)))
    assert [progress[:2] for progress in told] == [(1, 10), (1, 10), (1, 1), (2, 10), (2, 10), (2, 1)]
    for result in results:
        mean = sum(faces * loss for epoch, faces, loss in told if epoch == result.epoch) / 21
        assert result.loss == pytest.approx(mean)


def test_resuming_without_a_state_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"nothing to resume .*state\.pt"):
        trainer(tmp_path).resume()


@pytest.mark.parametrize(("name", "value"), [("learning_rate", 0.5), ("hidden", 32), ("batch_norm", False)])
def test_resuming_with_other_settings_is_refused_by_name(state, name, value):
    other = trainer(state.parent, dataclasses.replace(SMALL, **{name: value}))
    before = {key: value.clone() for key, value in other.network.state_dict().items()}
    with pytest.raises(UsageError, match=f"other settings.*{name}"):
        other.resume()
    assert all(torch.equal(value, before[key]) for key, value in other.network.state_dict().items())


@pytest.mark.parametrize(
    ("kept", "tail"),
    [(0, b""), (0, b"no state at all"), (0.5, b""), (0.1, b"\xff" * 500)],
    ids=["empty", "text", "truncated", "overwritten"],
)
def test_damaged_state_is_refused(state, kept, tail):
    content = state.read_bytes()
    state.write_bytes(content[: int(len(content) * kept)] + tail)
    with pytest.raises(CheckpointError, match=r"state\.pt: can't be resumed from"):
        trainer(state.parent).resume()


@pytest.mark.parametrize(
    "changes", [{"config": 3}, {"network": {}}, {"optimizer": {}}, {"scheduler": 1}, {"done": "two"}, {"best": None}]
)
def test_state_of_another_make_is_refused(state, changes):
    torch.save({**torch.load(state, weights_only=True), **changes}, state)
    with pytest.raises(CheckpointError, match=r"state\.pt: can't be resumed from"):
        trainer(state.parent).resume()


@pytest.mark.parametrize("content", [{}, [], 7], ids=repr)
def test_file_of_torch_that_is_no_state_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "state.pt")
    with pytest.raises(CheckpointError, match=r"state\.pt: can't be resumed from"):
        trainer(tmp_path).resume()


@pytest.mark.parametrize("writer", [torch.save, lambda value, path: path.write_bytes(pickle.dumps(value, protocol=2))])
def test_state_that_carries_code_is_refused_and_not_executed(tmp_path, writer):
    marker, path = tmp_path / "marker", tmp_path / "state.pt"
    writer({"config": SMALL.as_dict(), "network": MakesFolder(marker)}, path)
    with pytest.raises(CheckpointError, match=r"state\.pt: can't be resumed from"):
        trainer(tmp_path).resume()
    assert not marker.exists()
    torch.save(MakesFolder(marker), path)
    torch.load(path, weights_only=False)  # shows that the code would have done it
    assert marker.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 0},
        {"batch_size": -1},
        {"step_epochs": 0},
        {"hidden": 0},
        {"dropout": 1.1},
        {"momentum": float("nan")},
        {"hue": -0.1},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"step_factor": -0.1},
        {"weight_decay": -1.0},
        {"rotation_degrees": float("nan")},
        {"seed": -1},
        {"seed": 2**32},
    ],
    ids=str,
)
def test_setting_out_of_range_is_refused_by_name(changes):
    [name] = changes
    with pytest.raises(UsageError, match=f"{name} is .*; allowed"):
        TrainConfig(**changes)


@pytest.mark.parametrize("changes", [{"model": "transformer"}, {"hidden": 5000}, {"dropout": 1.0}], ids=str)
def test_network_that_cannot_be_built_is_refused(tmp_path, changes):
    with pytest.raises(UsageError, match=str(next(iter(changes.values())))):
        trainer(tmp_path, TrainConfig(**changes))


def test_settings_are_read_from_text():
    config = TrainConfig.of({"epochs": "3", "dropout": "0.5", "batch_norm": "False", "learning_rate": "1e-3"})
    assert config == TrainConfig(epochs=3, dropout=0.5, batch_norm=False, learning_rate=0.001)


@pytest.mark.parametrize(
    ("name", "text"), [("speed", "3"), ("epochs", "3.5"), ("batch_norm", "maybe"), ("dropout", "much"), ("epochs", "")]
)
def test_text_that_is_no_setting_is_refused_by_name(name, text):
    with pytest.raises(UsageError, match=name):
        TrainConfig.of({name: text})


def test_baseline_is_the_published_recipe():
    config = TrainConfig()
    assert (config.model, config.epochs, config.step_epochs, config.step_factor) == ("custom", 25, 7, 0.1)
    assert config.momentum > 0
    assert min(config.flip, config.rotation_degrees, config.brightness, config.contrast, config.saturation) > 0
