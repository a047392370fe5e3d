from __future__ import annotations

import dataclasses

import pytest

from gallery.errors import UsageError
from gallery.training.config import TrainConfig
from gallery.training.recipes import RECIPES, config_for


@pytest.mark.parametrize(
    "changes",
    [
        {"epochs": 0},
        {"batch_size": -1},
        {"step_epochs": 0},
        {"hidden": 0},
        {"hidden": 5000},
        {"model": "transformer"},
        {"stem": "wide"},
        {"labels": "mine"},
        {"balance": "oversample"},
        {"balance_strength": 1.1},
        {"schedule": "cosine"},
        {"precision": "64"},
        {"ferplus_share": 1.5},
        {"label_smoothing": 1.0},
        {"scale": 1.0},
        {"gamma": -1.0},
        {"patience": -1},
        {"dropout": 1.0},
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


def test_number_of_a_toml_file_fits_where_text_and_fractions_are_meant():
    assert TrainConfig.of({"precision": 32, "momentum": 1, "epochs": 3}) == TrainConfig(momentum=1.0, epochs=3)


@pytest.mark.parametrize(
    "changes", [{"epochs": 2.5}, {"epochs": True}, {"nesterov": 1}, {"model": ["custom"]}], ids=str
)
def test_value_of_a_toml_file_of_the_wrong_kind_is_refused_by_name(changes):
    with pytest.raises(UsageError, match=next(iter(changes))):
        TrainConfig.of(changes)


def test_recipe_then_file_then_single_changes_decide(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("epochs = 3\nlearning_rate = 0.5\n")
    config = config_for("custom", "best", file, {"learning_rate": "0.25"})
    expected = config_for("custom", "best")
    assert config == dataclasses.replace(expected, epochs=3, learning_rate=0.25)
    assert (config.recipe, config.labels) == ("best", "both")


@pytest.mark.parametrize("text", ["epochs = = 3", "\xff"])
def test_file_that_is_no_toml_is_refused_by_name(tmp_path, text):
    file = tmp_path / "mine.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=r"mine\.toml can't be read as TOML"):
        config_for("custom", "best", file)


def test_missing_file_and_unknown_recipes_are_refused(tmp_path):
    with pytest.raises(UsageError, match="nosuch"):
        config_for(file=tmp_path / "nosuch.toml")
    with pytest.raises(UsageError, match="recipes: baseline, best"):
        config_for("custom", "worst")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("model", ["custom", "resnet18"])
def test_every_recipe_is_valid_and_names_itself(recipe, model):
    config = config_for(model, recipe)
    assert (config.model, config.recipe) == (model, recipe)


def test_baseline_of_resnet18_is_transfer_learning_with_the_same_schedule():
    config = config_for("resnet18", "baseline")
    assert (config.pretrained, config.stem) == ("imagenet", "imagenet")
    custom = TrainConfig()
    for name in ("schedule", "step_epochs", "step_factor", "epochs", "labels", "label_smoothing", "balance", "scale"):
        assert getattr(config, name) == getattr(custom, name)


@pytest.mark.parametrize("pretrained", ["none", "imagenet"])
def test_only_what_an_earlier_run_learnt_can_be_kept(pretrained):
    with pytest.raises(UsageError, match=r"kept is 0.5: there is no earlier run"):
        TrainConfig(model="resnet18", pretrained=pretrained, kept=0.5)


def test_only_resnet18_starts_from_pretrained_weights():
    with pytest.raises(UsageError, match="only resnet18"):
        TrainConfig(pretrained="imagenet")
