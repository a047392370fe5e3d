from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

from gallery.vision.networks import ARCHITECTURES, CustomCNN, ResNet18, build_network


def test_seven_logits_per_face():
    with torch.inference_mode():
        assert CustomCNN(hidden=4).eval()(torch.zeros(3, 3, 48, 48)).shape == (3, 7)


def test_no_face_gives_no_logits():
    with torch.inference_mode():
        assert CustomCNN(hidden=4).eval()(torch.zeros(0, 3, 48, 48)).shape == (0, 7)


def test_convolutions_are_those_of_the_published_baseline():
    convolutions = [module for module in CustomCNN().modules() if isinstance(module, nn.Conv2d)]
    assert [(c.in_channels, c.out_channels) for c in convolutions] == [(3, 32), (32, 64), (64, 128), (128, 256)]
    assert {c.kernel_size for c in convolutions} == {(3, 3)}


def test_pooling_and_dropout_stand_where_the_documentation_says():
    kinds = [type(module).__name__ for module in CustomCNN().modules()]
    assert kinds.count("MaxPool2d") == 4
    assert [kind for kind in kinds if kind in ("Dropout", "Linear")] == ["Dropout", "Linear", "Dropout", "Linear"]


def test_options_of_a_checkpoint_shape_the_network():
    network = build_network("custom", {"hidden": 12, "dropout": 0.1, "batch_norm": False})
    assert [module.out_features for module in network.modules() if isinstance(module, nn.Linear)] == [12, 7]
    assert {module.p for module in network.modules() if isinstance(module, nn.Dropout)} == {0.1}
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())


def test_each_architecture_is_built_by_its_name():
    for name, kind in ARCHITECTURES.items():
        assert isinstance(build_network(name, {}), kind)


def test_same_seed_gives_the_same_weights():
    first, second = (
        (torch.manual_seed(seed), build_network("custom", {"hidden": 4}).state_dict())[1] for seed in (5, 5)
    )
    assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize(
    ("architecture", "options"),
    [
        ("nosuch", {}),
        ("custom", {"layers": 9}),
        ("custom", {"hidden": 0}),
        ("custom", {"hidden": 5000}),
        ("custom", {"hidden": "many"}),
        ("custom", {"dropout": 1.0}),
        ("custom", {"dropout": float("nan")}),
        ("custom", {"dropout": None}),
    ],
)
def test_network_that_makes_no_sense_is_not_built(architecture, options):
    with pytest.raises(ValueError, match=r"unknown architecture|out of range|options of custom"):
        build_network(architecture, options)


@pytest.mark.parametrize(("stem", "side"), [("imagenet", 12), ("coarse", 12), ("fine", 24), ("full", 48)])
def test_stem_of_resnet18_leaves_so_many_pixels_of_a_face(stem, side):
    network = ResNet18(stem=stem).eval()
    with torch.inference_mode():
        faces = torch.zeros(2, 3, 48, 48)
        seen = network.maxpool(network.relu(network.bn1(network.conv1(faces))))
        assert seen.shape == (2, 64, side, side)
        assert network(faces).shape == (2, 7)


def test_resnet18_is_torchvisions_but_for_its_last_layer():
    ours, theirs = ResNet18().state_dict(), torchvision.models.resnet18().state_dict()
    assert {key for key in ours if not key.startswith("fc.")} == {key for key in theirs if not key.startswith("fc.")}
    assert all(ours[key].shape == theirs[key].shape for key in theirs if not key.startswith("fc."))
