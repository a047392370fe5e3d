from __future__ import annotations

import re
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn
from torchvision.models import resnet18

from gallery.errors import CheckpointError, UsageError
from gallery.training.pretrained import IMAGENET, download_imagenet, imagenet_file, mix, start_from
from gallery.vision.networks import ResNet18
from tests.support.faces import MakesFolder

FILE = IMAGENET.url.rpartition("/")[2]


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    """Weights of torchvision's network of 1,000 classes, random and of this seed."""
    torch.manual_seed(7)
    return dict(resnet18().state_dict())


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """An empty `$TORCH_HOME`, and a network where nothing answers."""
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    return tmp_path / "torch" / "hub" / "checkpoints"


def body(network: nn.Module) -> dict[str, torch.Tensor]:
    return {key: value for key, value in network.state_dict().items() if not key.startswith("fc.")}


def test_everything_but_the_last_layer_is_taken(tmp_path, weights):
    torch.save(weights, tmp_path / "w.pth")
    network = ResNet18()
    last = {key: value.clone() for key, value in network.fc.state_dict().items()}
    start_from(network, str(tmp_path / "w.pth"))
    assert all(torch.equal(value, weights[key]) for key, value in body(network).items())
    assert all(torch.equal(value, last[key]) for key, value in network.fc.state_dict().items())


def test_stem_of_another_kernel_keeps_its_own_first_layer(tmp_path, weights):
    safetensors.torch.save_file(weights, tmp_path / "w.safetensors")
    network = ResNet18(stem="fine")
    first = network.conv1.weight.clone()
    start_from(network, str(tmp_path / "w.safetensors"))
    assert torch.equal(network.conv1.weight, first)
    assert torch.equal(network.layer4[1].conv2.weight, weights["layer4.1.conv2.weight"])


def test_file_in_torch_home_is_used_without_a_network(offline, weights):
    offline.mkdir(parents=True)
    torch.save(weights, offline / FILE)
    network = ResNet18()
    start_from(network, "imagenet")
    assert torch.equal(network.layer1[0].conv1.weight, weights["layer1.0.conv1.weight"])


@pytest.mark.parametrize("get", [imagenet_file, download_imagenet])
def test_without_file_and_network_it_is_said_where_to_get_it_and_put_it(offline, get):
    with pytest.raises(UsageError) as caught:
        get()
    assert IMAGENET.url in str(caught.value)
    assert str(offline / FILE) in str(caught.value)
    assert "--pretrained none" in str(caught.value)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=re.escape(str(tmp_path / "no.pth"))):
        start_from(ResNet18(), str(tmp_path / "no.pth"))


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04"])
@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
def test_file_of_something_else_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError, match="can't be read as weights"):
        start_from(ResNet18(), str(tmp_path / name))


def test_weights_of_another_network_are_refused_and_nothing_is_changed(tmp_path, weights):
    for number, other in enumerate([{"a": torch.zeros(2)}, {**weights, "layer3.0.conv1.weight": torch.zeros(2)}]):
        path: Path = tmp_path / f"{number}.pth"
        torch.save(other, path)
        network = ResNet18()
        before = {key: value.clone() for key, value in network.state_dict().items()}
        with pytest.raises(CheckpointError, match="resnet18"):
            start_from(network, str(path))
        assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_code_in_a_file_is_not_executed(tmp_path):
    torch.save({"conv1.weight": MakesFolder(tmp_path / "marker")}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match="can't be read as weights"):
        start_from(ResNet18(), str(tmp_path / "w.pth"))
    assert not (tmp_path / "marker").exists()


def test_weights_are_moved_so_far_towards_others_and_counts_are_left():
    network = nn.BatchNorm1d(2)
    others = {name: torch.full_like(value, 9) for name, value in nn.BatchNorm1d(2).state_dict().items()}
    mix(network, others, 0.25)
    assert network.weight.tolist() == [3, 3]  # from 1
    assert network.running_mean is not None
    assert network.running_mean.tolist() == [2.25, 2.25]  # from 0
    assert network.num_batches_tracked == torch.tensor(0)
