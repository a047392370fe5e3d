from __future__ import annotations

import hashlib
import io
import json
import pickle
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import safetensors.torch
import torch
from PIL import Image

from gallery.emotions import EMOTIONS
from gallery.errors import CheckpointError, UsageError
from gallery.settings import bundled_folder
from gallery.vision.checkpoints import FORMAT, SUFFIX, find_model, list_models, read_card
from gallery.vision.classifier import NetworkClassifier
from gallery.vision.preprocess import Preprocessing
from gallery.vision.weights import load_network, save_checkpoint
from tests.support.faces import (
    MakesFolder,
    plain_card,
    save_small_checkpoint,
    small_network,
    split_header,
    with_card,
    with_header,
)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return save_small_checkpoint(tmp_path_factory.mktemp("good") / "small.safetensors", temperature=1.5)


def carded(good: Path, folder: Path, **changes: object) -> Path:
    """The good weights under a card in which these keys are changed."""
    return with_card(good, folder / "changed.safetensors", json.dumps({**plain_card(), **changes}))


def refused(path: Path) -> str:
    """The reason for which this file is no model."""
    with pytest.raises(CheckpointError) as caught:
        NetworkClassifier(path)
    assert caught.value.path == str(path)
    return caught.value.reason


def test_loaded_network_gives_the_logits_of_the_saved_one(good):
    faces = torch.randn(5, 3, 48, 48, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        assert torch.equal(load_network(good)(faces), small_network().to(memory_format=torch.channels_last)(faces))


def test_loaded_network_is_in_evaluation_mode(good):
    assert not any(module.training for module in load_network(good).modules())


def test_checkpoint_saved_in_half_precision_is_loaded(tmp_path):
    weights = {key: value.half() for key, value in small_network().state_dict().items() if value.is_floating_point()}
    counters = {key: value for key, value in small_network().state_dict().items() if not value.is_floating_point()}
    path = tmp_path / "half.safetensors"
    safetensors.torch.save_file(weights | counters, path, {"gallery": json.dumps(plain_card())})
    faces = torch.randn(3, 3, 48, 48, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(load_network(path)(faces), small_network()(faces), atol=5e-3, rtol=0)


def test_saving_leaves_nothing_beside_the_checkpoint(tmp_path):
    save_small_checkpoint(tmp_path / "a.safetensors")
    save_small_checkpoint(tmp_path / "a.safetensors", seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_checkpoint_can_be_read_by_whom_any_new_file_can(tmp_path):
    other = tmp_path / "other"
    other.touch()
    assert save_small_checkpoint(tmp_path / "a.safetensors").stat().st_mode == other.stat().st_mode


def test_card_says_what_was_saved(good):
    card = read_card(good)
    assert (card.name, card.path, card.size_bytes) == ("small", good, good.stat().st_size)
    assert (card.architecture, card.options, card.labels) == ("custom", {"hidden": 8}, EMOTIONS)
    assert card.preprocessing == {
        "size": 48, "mean": 0.5077, "std": 0.2550, "framing": "fer2013", "per_face": False, "mirror": False,
    }  # fmt: skip
    assert (card.temperature, card.metrics, card.training) == (1.5, {"PublicTest": {"accuracy": 0.25}}, {"epochs": 3})


THRESHOLDS = {"0.8": {"happy": 0.41, "fear": None}, "0.95": {"happy": 1, "neutral": 0}}


def test_thresholds_are_saved_and_read(tmp_path):
    path = tmp_path / "graded.safetensors"
    save_checkpoint(
        path,
        small_network(),
        name="graded",
        architecture="custom",
        options={"hidden": 8},
        preprocessing=Preprocessing(),
        temperature=1.0,
        metrics={},
        training={},
        thresholds=THRESHOLDS,
    )
    assert read_card(path).thresholds == read_card(path).as_json()["thresholds"] == THRESHOLDS


def test_card_without_thresholds_has_none(good, tmp_path):
    assert "thresholds" not in plain_card()
    assert read_card(carded(good, tmp_path)).thresholds == {}


def test_card_as_json_is_plain_and_complete(good):
    card = read_card(good).as_json()
    assert json.loads(json.dumps(card)) == card
    assert list(card) == [
        "name",
        "id",
        "path",
        "size_bytes",
        "architecture",
        "options",
        "labels",
        "preprocessing",
        "temperature",
        "metrics",
        "training",
        "thresholds",
    ]


def test_model_id_is_the_hash_of_the_file(good, tmp_path):
    copy = Path(shutil.copy(good, tmp_path / "other-name.safetensors"))
    digest = hashlib.sha256(good.read_bytes()).hexdigest()
    assert read_card(good).model_id() == read_card(copy).model_id() == NetworkClassifier(copy).model_id == digest


def test_card_is_read_without_torch(good):
    program = (
        "import sys; sys.modules['torch'] = None; sys.modules['safetensors'] = None\n"
        "from pathlib import Path; from gallery.vision.checkpoints import read_card\n"
        "print(read_card(Path(sys.argv[1])).name)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(good)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("small\n", "", 0)


def test_models_are_listed_by_name(tmp_path):
    for name in ("b", "a", "c"):
        save_small_checkpoint(tmp_path / f"{name}{SUFFIX}", name=name)
    (tmp_path / "README.md").write_text("cards")
    assert [card.name for card in list_models(tmp_path)] == ["a", "b", "c"]


def test_folder_without_models_lists_none(tmp_path):
    assert list_models(tmp_path) == []


def test_shipped_model_is_found_by_its_name():
    shipped = sorted(bundled_folder("models").glob(f"*{SUFFIX}"))
    if not shipped:
        pytest.skip("no model is shipped")
    assert [find_model(path.stem) for path in shipped] == shipped
    assert find_model("") in shipped


def test_model_is_found_by_its_path(good):
    assert find_model(str(good)) == good


def test_home_folder_is_understood_in_the_path_of_a_model(good, monkeypatch):
    monkeypatch.setenv("HOME", str(good.parent))
    assert find_model("~/small.safetensors") == good


@pytest.mark.parametrize(
    "name", ["nosuch", "folder/nosuch", ".", "~nobody-of-that-name/model", "x" * 5000, "nul\0byte", "\udcff"]
)
def test_unknown_model_is_refused_with_the_shipped_ones(name):
    with pytest.raises(UsageError) as caught:
        find_model(name)
    assert repr(name) in str(caught.value)
    assert all(path.stem in str(caught.value) for path in bundled_folder("models").glob(f"*{SUFFIX}"))


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}", id="two bytes"),
        pytest.param(b"this is a text, nothing else", id="text"),
        pytest.param(png(), id="picture"),
        pytest.param((2**60).to_bytes(8, "little") + b"{}", id="length lies: enormous"),
        pytest.param((5000).to_bytes(8, "little") + b'{"__metadata__"', id="length lies: beyond the end"),
        pytest.param((0).to_bytes(8, "little") + b"{}", id="no header"),
        pytest.param((8).to_bytes(8, "little") + b"{\xff\xfe\xfd\xfc\xfb\xfa}", id="header is no text"),
    ],
)
def test_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    refused(path)


def test_zip_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps({}))
    assert "no gallery checkpoint" in refused(path)


def test_folder_and_missing_file_are_refused(tmp_path):
    assert "can't be read" in refused(tmp_path)
    assert "can't be read" in refused(tmp_path / "nosuch.safetensors")


@pytest.mark.parametrize("writer", [torch.save, lambda value, path: path.write_bytes(pickle.dumps(value))])
def test_file_that_carries_code_is_refused_and_not_executed(tmp_path, writer):
    marker, path = tmp_path / "marker", tmp_path / "model.safetensors"
    writer(MakesFolder(marker), path)
    assert "may carry code" in refused(path)
    assert not marker.exists()
    pickle.loads(pickle.dumps(MakesFolder(marker)))  # noqa: S301 - shows that the code would have done it
    assert marker.exists()


def test_safetensors_file_of_another_program_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file({"weight": torch.zeros(3)}, path)
    assert "not one made by" in refused(path)
    safetensors.torch.save_file({"weight": torch.zeros(3)}, path, {"format": "pt"})
    assert "not one made by" in refused(path)


@pytest.mark.parametrize(
    "header",
    [
        b'{"__metadata__": null}',
        b'{"__metadata__": "gallery"}',
        b'{"__metadata__": ["gallery"]}',
        b'{"__metadata__": {"gallery": 7}}',
        b'{"__metadata__": {"gallery": "7"}}',
        b'{"__metadata__": {"gallery": "null"}}',
        b'{"__metadata__": {"gallery": "[]"}}',
        b'{"__metadata__": {"gallery": "{}"}}',
        b'{"__metadata__": {"gallery": "not json"}}',
        b'{"__metadata__": ' + b"[" * 200_000,
        b'{"__metadata__": {"gallery": "' + b"[" * 200_000 + b'"}}',
    ],
    ids=lambda header: header[:50].decode(),
)
def test_damaged_header_is_refused(tmp_path, header):
    refused(with_header(tmp_path / "model.safetensors", header))


@pytest.mark.parametrize("key", sorted(plain_card()))
def test_card_that_lacks_a_key_is_refused(good, tmp_path, key):
    card = {name: value for name, value in plain_card().items() if name != key}
    assert key in refused(with_card(good, tmp_path / "model.safetensors", json.dumps(card)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": FORMAT + 1}, "newer gallery"),
        ({"labels": [*EMOTIONS[:6], "contempt"]}, "other labels: angry"),
        ({"labels": sorted(EMOTIONS, reverse=True)}, "other labels: surprise"),
        ({"labels": list(EMOTIONS[:6])}, "other labels"),
        ({"labels": [*EMOTIONS, "contempt"]}, "other labels"),
        ({"labels": 7}, "damaged"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"temperature": 0}, "temperature"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": 10**400}, "damaged"),
        ({"temperature": "warm"}, "damaged"),
        ({"temperature": None}, "damaged"),
        ({"thresholds": []}, "damaged"),
        ({"thresholds": {"0.8": []}}, "damaged"),
        ({"thresholds": {"often": {}}}, "often"),
        ({"thresholds": {"80": {}}}, "precision 80"),
        ({"thresholds": {"nan": {}}}, "precision nan"),
        ({"thresholds": {"0.8": {"contempt": 0.5}}}, "'contempt'"),
        ({"thresholds": {"0.8": {"happy": 1.1}}}, "threshold 1.1"),
        ({"thresholds": {"0.8": {"happy": float("nan")}}}, "threshold nan"),
        ({"thresholds": {"0.8": {"happy": 10**400}}}, "damaged"),
        ({"thresholds": {"0.8": {"happy": "much"}}}, "damaged"),
        ({"thresholds": {"0.8": {"happy": True}}}, "threshold True"),
        ({"options": 3}, "damaged"),
        ({"options": [1]}, "damaged"),
        ({"architecture": "transformer"}, "unknown architecture"),
        ({"architecture": ["custom"]}, "unknown architecture"),
        ({"options": {"hidden": 8, "layers": 3}}, "layers"),
        ({"options": {"hidden": 8, "self": 3}}, "self"),
        ({"options": {"hidden": 10**9}}, "out of range"),
        ({"options": {"hidden": -1}}, "out of range"),
        ({"options": {"hidden": 8.5}}, "out of range"),
        ({"options": {"hidden": 8, "dropout": 1}}, "out of range"),
        ({"options": {"hidden": 8, "dropout": None}}, "out of range"),
        ({"options": {"hidden": 8, "dropout": "much"}}, "out of range"),
        ({"options": {"hidden": 8, "dropout": [0.5]}}, "out of range"),
        ({"options": {"hidden": 16}}, "don't fit"),
        ({"options": {"hidden": 8, "batch_norm": False}}, "don't fit"),
        ({"preprocessing": {}}, "preprocessing"),
        ({"preprocessing": {**plain_card()["preprocessing"], "size": 224}}, "out of range"),
        ({"preprocessing": {**plain_card()["preprocessing"], "size": float("inf")}}, "out of range"),
        ({"preprocessing": {**plain_card()["preprocessing"], "mean": float("nan")}}, "out of range"),
        ({"preprocessing": {**plain_card()["preprocessing"], "std": 0}}, "out of range"),
        ({"preprocessing": {**plain_card()["preprocessing"], "std": "wide"}}, "preprocessing"),
        ({"preprocessing": {**plain_card()["preprocessing"], "framing": "close"}}, "framing 'close'"),
    ],
    ids=str,
)
def test_card_that_makes_no_sense_is_refused(good, tmp_path, changes, reason):
    assert reason in refused(carded(good, tmp_path, **changes))


@pytest.mark.parametrize("share", [0.3, 0.99])
def test_truncated_checkpoint_is_refused(good, tmp_path, share):
    path = tmp_path / "model.safetensors"
    content = good.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path)


def test_weights_that_point_outside_the_file_are_refused(good, tmp_path):
    header, weights = split_header(good)
    header["classifier.5.bias"]["data_offsets"] = [2**40, 2**40 + 28]
    refused(with_header(tmp_path / "model.safetensors", json.dumps(header).encode(), weights))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_no_numbers_are_refused(tmp_path, value):
    weights = small_network().state_dict()
    weights["classifier.5.bias"][3] = value
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file(weights, path, {"gallery": json.dumps(plain_card())})
    assert "not finite" in refused(path)


def test_missing_and_surplus_weights_are_refused(tmp_path):
    weights = small_network().state_dict()
    path = tmp_path / "model.safetensors"
    metadata = {"gallery": json.dumps(plain_card())}
    safetensors.torch.save_file({**weights, "extra": torch.zeros(2)}, path, metadata)
    assert "extra" in refused(path)
    del weights["classifier.5.bias"]
    safetensors.torch.save_file(weights, path, metadata)
    assert "classifier.5.bias" in refused(path)
