from __future__ import annotations

import dataclasses
import json
import math
import pickle
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch.nn import functional

from gallery.errors import CheckpointError, UsageError
from gallery.training.config import TrainConfig
from gallery.training.evaluate import answers, logits_of
from gallery.training.faces import Faces
from gallery.training.journal import EpochResult, Journal
from gallery.training.learner import BatchResult
from gallery.training.recipes import config_for
from gallery.training.train import Trainer, forget
from gallery.vision.checkpoints import read_card
from gallery.vision.preprocess import Preprocessing
from gallery.vision.weights import load_network
from tests.support.faces import (
    MakesFolder,
    easy_faces,
    easy_splits,
    plain_card,
    save_small_checkpoint,
    with_card,
)

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


def recall(path: Path, faces: Faces) -> float:
    """The mean over the emotions of the share of their faces that is read right, counted by hand."""
    read = logits_of(load_network(path), faces, Preprocessing()).argmax(1).tolist()
    pairs = list(zip(faces.labels.tolist(), read, strict=True))
    shares = [
        sum(pair == (label, label) for pair in pairs) / sum(true == label for true, _ in pairs)
        for label in {true for true, _ in pairs}
    ]
    return sum(shares) / len(shares)


def timeless(results: list[EpochResult]) -> list[EpochResult]:
    return [dataclasses.replace(result, seconds=0.0) for result in results]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Three epochs without interruption: the trainer, what it yielded, and the checkpoint it wrote."""
    started = trainer(tmp_path_factory.mktemp("run"))
    results = list(started.run())
    return started, results, started.finish("custom").path


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
    assert [result.best for result in results] == [
        max(earlier.macro_recall for earlier in results[: number + 1]) for number in range(3)
    ]


def test_checkpoint_says_how_it_was_trained_and_how_good_it_is(run):
    started, _, path = run
    card = read_card(path)
    assert (card.name, card.training, card.options) == ("custom", SMALL.as_dict(), SMALL.network_options)
    assert list(card.metrics) == ["PublicTest", "PrivateTest"]
    for split, figures in card.metrics.items():
        faces = started.data[split]
        logits = logits_of(load_network(path), faces, Preprocessing())
        assert figures == pytest.approx(answers(logits, faces, card.temperature, split).evaluation.summary())
        assert figures["accuracy"] == pytest.approx(accuracy(path, started.data[split]))


def test_nothing_half_written_is_left_in_the_folder(run):
    names = sorted(path.name for path in run[0].folder.iterdir())
    assert names == [
        "best.safetensors", "config.json", "custom.safetensors", "metrics.csv", "state.pt", "tensorboard",
    ]  # fmt: skip


def test_steps_are_those_of_sgd_with_momentum_and_stepped_rate(tmp_path):
    config = dataclasses.replace(STILL, epochs=3, batch_size=99, step_epochs=1, step_factor=0.5, weight_decay=0.01)
    data = {"Training": easy_faces(2), "PublicTest": easy_faces(1, seed=1)}
    started = trainer(tmp_path, config, data)
    network = started.learner.network.module
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
    best = max(result.macro_recall for result in results)
    assert results[-1].macro_recall < best
    assert results[-1].best == best
    public = started.data["PublicTest"]
    assert recall(tmp_path / "best.safetensors", public) == pytest.approx(best)
    path = started.finish("custom").path
    assert recall(path, public) == pytest.approx(best)
    assert read_card(path).metrics["PublicTest"]["macro_recall"] == pytest.approx(best)


def test_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(run, tmp_path):
    whole, results, path = run
    first = next(trainer(tmp_path).run())
    torch.manual_seed(12345)  # whatever else the process draws must not matter
    resumed = trainer(tmp_path)
    resumed.resume()
    rest = list(resumed.run())
    assert timeless([first, *rest]) == timeless(results)
    theirs = load_network(whole.folder / "best.safetensors").state_dict()
    best = load_network(tmp_path / "best.safetensors").state_dict()
    assert all(torch.equal(best[key], theirs[key]) for key in theirs)
    ours, uninterrupted = (torch.load(folder / "state.pt", weights_only=True) for folder in (tmp_path, whole.folder))
    assert all(torch.equal(ours["network"][key], uninterrupted["network"][key]) for key in theirs)
    assert resumed.finish("custom").path.read_bytes() == path.read_bytes()


def test_finished_run_has_nothing_left_to_train(run):
    again = trainer(run[0].folder)
    again.resume()
    assert list(again.run()) == []


def test_run_that_an_older_version_began_goes_on(run, tmp_path):
    started = trainer(tmp_path)
    first = next(started.run())
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    del state["best_macro_recall"], state["config"]["labels"]  # which it didn't know
    torch.save({**state, "best": first.accuracy}, tmp_path / "state.pt")
    resumed = trainer(tmp_path)
    resumed.resume()
    assert resumed.best == pytest.approx(recall(tmp_path / "best.safetensors", started.data["PublicTest"]))
    assert timeless(list(resumed.run())) == timeless(run[1][1:])


def test_run_with_mixing_a_mean_and_a_teacher_goes_on_as_if_nothing_had_been(run, tmp_path):
    config = dataclasses.replace(SMALL, mixup=0.3, ema=0.9, teacher=str(run[2]), logit_adjust=1.0, readout=0.5)
    whole = list(trainer(tmp_path / "whole", config).run())
    first = next(trainer(tmp_path / "parts", config).run())
    resumed = trainer(tmp_path / "parts", config)
    resumed.resume()
    assert timeless([first, *resumed.run()]) == timeless(whole)
    ours, theirs = (torch.load(tmp_path / each / "state.pt", weights_only=True) for each in ("parts", "whole"))
    for name in ("network", "mean"):
        assert ours[name].keys() == theirs[name].keys()
        assert all(torch.equal(ours[name][key], theirs[name][key]) for key in ours[name])


def test_what_is_kept_of_a_run_with_a_mean_is_the_mean_of_its_steps(tmp_path):
    config = dataclasses.replace(STILL, ema=0.5, epochs=1, batch_size=7)
    data = {"Training": easy_faces(3), "PublicTest": easy_faces(1, seed=1)}
    started = trainer(tmp_path, config, data)
    bias = started.learner.network.module.classifier[-1].bias
    seen: list[torch.Tensor] = []
    list(started.run(on_batch=lambda _: seen.append(bias.detach().clone())))
    first, second, third = seen
    # The first step counts whole; the second's share is 1 - 2/11, the third's 1 - 3/12, for 0.5 would keep more.
    mean = torch.lerp(torch.lerp(first, second, 1 - 2 / 11), third, 1 - 3 / 12)
    kept = load_network(tmp_path / "best.safetensors").classifier[-1].bias
    torch.testing.assert_close(kept, mean)
    assert not torch.allclose(kept, third)


def test_epochs_that_are_not_written_yet_are_when_the_run_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("gallery.training.train._KEPT_SECONDS", 1e9)
    started = trainer(tmp_path)
    epochs = started.run()
    next(epochs)
    second = next(epochs)
    assert torch.load(tmp_path / "state.pt", weights_only=True)["done"] == 1
    epochs.close()
    resumed = trainer(tmp_path)
    resumed.resume()
    assert (resumed.done, resumed.best) == (2, second.best)
    assert recall(tmp_path / "best.safetensors", started.data["PublicTest"]) == pytest.approx(second.best)


def test_finished_network_gives_back_of_the_shares_what_it_is_told_to(tmp_path):
    faces = easy_faces(2).where(torch.tensor([0, 7, 1, 2, 3, 4, 5, 6]))  # two angry ones, one of each other emotion
    data = {"Training": faces, "PublicTest": faces}
    config = dataclasses.replace(STILL, logit_adjust=1.0, readout=0.5, epochs=1)
    started = trainer(tmp_path, config, data)
    list(started.run())
    before = load_network(tmp_path / "best.safetensors").classifier[-1].bias
    after = load_network(started.finish("custom").path).classifier[-1].bias
    shares = torch.tensor([2 / 8] + [1 / 8] * 6)
    torch.testing.assert_close(after, before + 0.5 * shares.log(), atol=2e-3, rtol=0)  # half precision


def test_progress_is_told_after_each_batch(tmp_path):
    config = dataclasses.replace(STILL, epochs=2, batch_size=10)
    told: list[BatchResult] = []
    data = {"Training": easy_faces(3), "PublicTest": easy_faces(1)}
    results = list(trainer(tmp_path, config, data).run(on_batch=told.append))
    assert [(batch.epoch, batch.faces) for batch in told] == [(1, 10), (1, 10), (1, 1), (2, 10), (2, 10), (2, 1)]
    for result in results:
        batches = [batch for batch in told if batch.epoch == result.epoch]
        assert result.loss == pytest.approx(sum(batch.faces * batch.loss for batch in batches) / 21)
        assert result.train_accuracy == pytest.approx(sum(batch.faces * batch.accuracy for batch in batches) / 21)


def test_resuming_without_a_state_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"nothing to resume .*state\.pt"):
        trainer(tmp_path).resume()


@pytest.mark.parametrize(("name", "value"), [("learning_rate", 0.5), ("hidden", 32), ("batch_norm", False)])
def test_resuming_with_other_settings_is_refused_by_name(state, name, value):
    other = trainer(state.parent, dataclasses.replace(SMALL, **{name: value}))
    before = {key: value.clone() for key, value in other.learner.network.state_dict().items()}
    with pytest.raises(UsageError, match=f"other settings.*{name}"):
        other.resume()
    assert all(torch.equal(value, before[key]) for key, value in other.learner.network.state_dict().items())


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
    "changes",
    [{"config": 3}, {"network": {}}, {"optimizer": {}}, {"scheduler": 1}, {"done": "two"}, {"best_macro_recall": None}],
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


def test_progress_bars_and_journal_tell_the_same(run):
    started, results, _ = run
    assert started.journal.history() == results


@pytest.mark.slow
def test_every_network_learns_a_batch_under_every_recipe(tmp_path):
    for model in ("custom", "resnet18"):
        for recipe in ("baseline", "best"):
            changes = {"epochs": 1, "batch_size": 14, "labels": "fer2013", "pretrained": "none", "hidden": 8}
            config = config_for(model, recipe, changes=changes)
            data = {"Training": easy_faces(2), "PublicTest": easy_faces(1, seed=1)}
            started = trainer(tmp_path / model / recipe, config, data)
            before = {name: value.detach().clone() for name, value in started.learner.network.named_parameters()}
            [result] = list(started.run())
            assert math.isfinite(result.loss)
            moved = [
                name
                for name, value in started.learner.network.named_parameters()
                if not torch.equal(value, before[name])
            ]
            assert len(moved) > len(before) / 2
            path = started.finish(model).path
            assert (read_card(path).architecture, read_card(path).training["recipe"]) == (model, recipe)
            load_network(path)


def test_cycle_rises_to_the_learning_rate_and_falls_to_nothing(tmp_path):
    config = dataclasses.replace(STILL, schedule="cycle", warmup=0.5, learning_rate=0.2, epochs=10, batch_size=21)
    started = trainer(tmp_path, config, {"Training": easy_faces(3), "PublicTest": easy_faces(1)})
    rates = [result.learning_rate for result in started.run()]
    assert rates[0] == pytest.approx(0.2 / 25)
    assert max(rates) == pytest.approx(0.2, rel=0.1)
    top = rates.index(max(rates))
    assert 3 <= top <= 5
    assert rates == sorted(rates[: top + 1]) + sorted(rates[top + 1 :], reverse=True)
    assert started.learner.scheduler.get_last_lr()[0] < 0.02


@pytest.mark.slow
def test_resumed_cycle_ends_with_the_weights_of_an_uninterrupted_one(tmp_path):
    config = dataclasses.replace(SMALL, schedule="cycle", noise=5.0, erase=0.5, labels="fer2013")
    list(trainer(tmp_path / "whole", config).run())
    next(trainer(tmp_path / "parts", config).run())
    resumed = trainer(tmp_path / "parts", config)
    resumed.resume()
    list(resumed.run())
    ours, whole = (torch.load(tmp_path / run / "state.pt", weights_only=True) for run in ("parts", "whole"))
    assert all(torch.equal(ours["network"][key], whole["network"][key]) for key in whole["network"])
    assert resumed.journal.history()[1:] == [
        dataclasses.replace(theirs, seconds=mine.seconds)
        for mine, theirs in zip(resumed.journal.history()[1:], Journal(tmp_path / "whole").history()[1:], strict=True)
    ]


def test_run_stops_when_it_gets_no_better(tmp_path):
    # A learning rate of nothing: the first epoch stays the best.
    config = dataclasses.replace(STILL, learning_rate=1e-9, epochs=20, patience=2)
    started = trainer(tmp_path, config)
    assert [result.epoch for result in started.run()] == [1, 2, 3]
    again = trainer(tmp_path, config)
    again.resume()
    assert list(again.run()) == []


def test_soft_labels_and_smoothing_are_those_of_the_definition(tmp_path):
    config = dataclasses.replace(STILL, labels="both", ferplus_share=0.5, label_smoothing=0.1, epochs=1, batch_size=99)
    faces = easy_faces(1)
    votes = torch.zeros(7, 10, dtype=torch.uint8)
    votes[:, 3], votes[:, 6] = 6, 4
    data = {"Training": dataclasses.replace(faces, votes=votes), "PublicTest": faces}
    started = trainer(tmp_path, config, data)
    with torch.no_grad():
        logits = started.learner.network(Preprocessing().normalised(faces.pixels))
    shares = torch.zeros(7)
    shares[3], shares[6] = 0.6, 0.4
    wanted = 0.9 * (0.5 * torch.eye(7) + 0.5 * shares) + 0.1 / 7
    [result] = list(started.run())
    assert result.loss == pytest.approx(-(wanted * logits.log_softmax(1)).sum(1).mean().item(), abs=1e-4)


def test_shares_of_the_emotions_are_added_to_what_is_learnt(tmp_path):
    faces = easy_faces(2).where(torch.tensor([0, 7, 1, 2, 3, 4, 5, 6]))
    started = trainer(
        tmp_path,
        dataclasses.replace(STILL, logit_adjust=0.8, epochs=1, batch_size=99),
        {"Training": faces, "PublicTest": faces},
    )
    with torch.no_grad():
        logits = started.learner.network(Preprocessing().normalised(faces.pixels))
    shares = torch.tensor([2 / 8] + [1 / 8] * 6)
    [result] = list(started.run())
    assert result.loss == pytest.approx(
        functional.cross_entropy(logits + 0.8 * shares.log(), faces.labels).item(), abs=1e-4
    )


def test_loss_by_a_teacher_is_the_distance_of_softened_answers(tmp_path):
    path = save_small_checkpoint(tmp_path / "teacher.safetensors", seed=5)
    faces = easy_faces(1)
    config = dataclasses.replace(STILL, teacher=str(path), teacher_share=0.3, teacher_temperature=3.0, batch_size=99)
    started = trainer(tmp_path, dataclasses.replace(config, epochs=1), {"Training": faces, "PublicTest": faces})
    with torch.no_grad():
        logits = started.learner.network(Preprocessing().normalised(faces.pixels))
        wanted = (load_network(path)(Preprocessing().normalised(faces.pixels)) / 3).softmax(1)
    apart = (wanted * (wanted.log() - (logits / 3).log_softmax(1))).sum(1).mean()
    expected = 0.7 * functional.cross_entropy(logits, faces.labels) + 0.3 * 9 * apart
    [result] = list(started.run())
    assert result.loss == pytest.approx(expected.item(), abs=1e-4)


def test_teacher_for_other_labels_or_another_size_is_refused(tmp_path):
    good = save_small_checkpoint(tmp_path / "good.safetensors")
    card = plain_card()
    preprocessing = {**card["preprocessing"], "size": 64}
    for name, text in (
        ("labels", {**card, "labels": ["cat", "dog"]}),
        ("size", {**card, "preprocessing": preprocessing}),
    ):
        path = with_card(good, tmp_path / f"{name}.safetensors", json.dumps(text))
        with pytest.raises(CheckpointError, match=name):
            trainer(tmp_path / "run", dataclasses.replace(SMALL, teacher=str(path)))
    with pytest.raises(CheckpointError, match=r"no\.safetensors"):
        trainer(tmp_path / "run", dataclasses.replace(SMALL, teacher=str(tmp_path / "no.safetensors")))


def test_class_weights_multiply_the_loss_of_their_class(tmp_path):
    faces = easy_faces(2).where(torch.tensor([0, 7, 1, 2, 3, 4, 5, 6]))
    data = {"Training": faces, "PublicTest": faces}
    started = trainer(tmp_path, dataclasses.replace(STILL, balance="weights", epochs=1, batch_size=99), data)
    with torch.no_grad():
        logits = started.learner.network(Preprocessing().normalised(faces.pixels))
    weights = torch.tensor([8 / 7 / 2] + [8 / 7] * 6)[faces.labels]
    [result] = list(started.run())
    each = functional.cross_entropy(logits, faces.labels, reduction="none")
    assert result.loss == pytest.approx((weights * each).mean().item(), abs=1e-4)


def test_shipped_checkpoint_holds_half_precision_and_its_thresholds(run):
    started, _, path = run
    weights = safetensors.torch.load_file(path)
    assert {value.dtype for value in weights.values() if value.is_floating_point()} == {torch.float16}
    best = load_network(started.folder / "best.safetensors").state_dict()
    halved = load_network(path).state_dict()
    assert all(torch.equal(best[key].half().float(), halved[key].float()) for key in best if best[key].ndim)
    assert list(read_card(path).thresholds) == ["0.8", "0.9", "0.95"]


def test_beginning_anew_forgets_the_state_and_the_best(tmp_path):
    list(trainer(tmp_path, dataclasses.replace(STILL, epochs=1)).run())
    forget(tmp_path)
    assert not (tmp_path / "state.pt").exists()
    assert not (tmp_path / "best.safetensors").exists()
    forget(tmp_path / "nosuch")


@pytest.mark.slow
def test_part_of_the_weights_that_a_run_started_from_is_in_those_it_ends_with(tmp_path):
    config = TrainConfig(model="resnet18", stem="coarse", epochs=1, batch_size=14)
    few = {"Training": easy_faces(4), "PublicTest": easy_faces(1, seed=1)}
    first = trainer(tmp_path / "first", config, few)
    list(first.run())
    start = first.finish("resnet18").path
    config = dataclasses.replace(config, pretrained=str(start), kept=0.25, learning_rate=0.1)
    second = trainer(tmp_path / "second", config, few)
    list(second.run())
    ended = load_network(second.finish("resnet18").path).state_dict()
    began, best = (load_network(path).state_dict() for path in (start, tmp_path / "second" / "best.safetensors"))
    for name in ("conv1.weight", "layer4.1.bn2.running_var", "fc.1.weight"):
        torch.testing.assert_close(ended[name], 0.25 * began[name] + 0.75 * best[name], rtol=1e-3, atol=1e-4)
        assert not torch.equal(began[name], best[name])
