from __future__ import annotations

import pytest
import torch

from gallery.errors import CheckpointError, UsageError
from gallery.settings import DEVICES, Settings
from gallery.vision.checkpoints import read_card
from gallery.vision.device import choose_device
from gallery.vision.loading import load_classifier, load_detector
from tests.support.faces import save_small_checkpoint

PRESENT = {"auto": True, "cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}


@pytest.mark.parametrize("name", DEVICES)
def test_device_is_chosen_when_it_is_there_and_refused_when_not(name):
    if PRESENT[name]:
        device = choose_device(name)
        assert torch.ones(1, device=device).sum().item() == 1
    else:
        with pytest.raises(UsageError, match=f"'{name}' is not on this machine; it has: .*cpu"):
            choose_device(name)


def test_unknown_device_is_refused():
    with pytest.raises(UsageError, match="'tpu'"):
        choose_device("tpu")


def test_networks_are_those_that_the_settings_name(tmp_path):
    model = save_small_checkpoint(tmp_path / "small.safetensors")
    settings = Settings(model=str(model), device="cpu", min_face=44)
    assert load_detector(settings).signature == "mtcnn min_face=44"
    assert load_classifier(settings).model_id == read_card(model).model_id()


def test_model_that_is_not_there_or_no_model_is_refused(tmp_path):
    with pytest.raises(UsageError, match="nosuch"):
        load_classifier(Settings(model="nosuch", device="cpu"))
    (tmp_path / "text.safetensors").write_text("no model")
    with pytest.raises(CheckpointError, match=r"text\.safetensors"):
        load_classifier(Settings(model=str(tmp_path / "text.safetensors"), device="cpu"))
