from __future__ import annotations

import math

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

from gallery.errors import CheckpointError
from gallery.faces import Prediction
from gallery.vision.checkpoints import read_card
from gallery.vision.classifier import BATCH, NetworkClassifier
from tests.support.faces import save_small_checkpoint, small_network


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return save_small_checkpoint(tmp_path_factory.mktemp("model") / "small.safetensors")


@pytest.fixture(scope="module")
def network(checkpoint) -> NetworkClassifier:
    return NetworkClassifier(checkpoint)


def noise(count: int, seed: int = 0) -> list[Image.Image]:
    """Crops of random pixels, in turn of several sizes."""
    dice = np.random.default_rng(seed)
    sides = [(48, 112, 30, 1)[number % 4] for number in range(count)]
    return [Image.fromarray(dice.integers(0, 256, (side, side, 3), dtype=np.uint8)) for side in sides]


def close(one: list[Prediction], other: list[Prediction], tolerance: float = 1e-5) -> bool:
    pairs = zip(one, other, strict=True)
    return all(np.allclose(a.probabilities, b.probabilities, atol=tolerance, rtol=0) for a, b in pairs)


def test_answers_do_not_depend_on_the_batch(network):
    crops = noise(BATCH + 7)
    together = network.predict(crops)
    assert close(together, [network.predict([crop])[0] for crop in crops])
    assert close(together, network.predict(crops[:5]) + network.predict(crops[5:]))


def test_probabilities_are_those_of_the_network_on_the_prepared_face(network):
    # Worked out anew: grey of ITU-R 601 at 48 pixels, FER2013's mean and deviation, softmax.
    crop = noise(1)[0]
    grey = np.asarray(crop.convert("L"), dtype=np.float64)
    inputs = torch.from_numpy(np.stack([(grey / 255 - 0.5077) / 0.2550] * 3)[None]).float()
    with torch.inference_mode():
        expected = small_network()(inputs)[0].softmax(0)
    assert network.predict([crop])[0].probabilities == pytest.approx(expected.tolist(), abs=1e-5)


def test_temperature_of_the_checkpoint_softens_the_probabilities(network, tmp_path):
    warm = NetworkClassifier(save_small_checkpoint(tmp_path / "warm.safetensors", temperature=2.0))
    for cold, softened in zip(network.predict(noise(3)), warm.predict(noise(3)), strict=True):
        roots = [math.sqrt(p) for p in cold.probabilities]
        assert softened.probabilities == pytest.approx([root / sum(roots) for root in roots], abs=1e-5)
        assert softened.emotion == cold.emotion


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK"])
def test_grey_face_is_read_alike_in_every_mode(network, mode):
    y, x = np.mgrid[:60, :60]
    face = Image.fromarray(((x // 15 + y // 20) % 2 * 200).astype(np.uint8))
    plain = network.predict([face.convert("RGB")])
    assert close(network.predict([face.convert(mode)]), plain, tolerance=0.01)


def test_name_and_id_are_those_of_the_checkpoint(network, checkpoint):
    assert (network.name, network.model_id) == ("small", read_card(checkpoint).model_id())


def test_same_file_answers_the_same_when_loaded_again(network, checkpoint):
    assert NetworkClassifier(checkpoint).predict(noise(3)) == network.predict(noise(3))


def test_weights_that_overflow_give_an_error_not_a_score(tmp_path, checkpoint):
    # Each weight is a number, yet their sums are infinite: such a score must not reach a database.
    weights = safetensors.torch.load_file(checkpoint)
    for layer in (2, 5):
        weights[f"classifier.{layer}.weight"] *= 1e25
    path = tmp_path / "huge.safetensors"
    with safetensors.safe_open(checkpoint, "pt") as file:
        safetensors.torch.save_file(weights, path, file.metadata())
    with pytest.raises(CheckpointError, match="not finite"):
        NetworkClassifier(path).predict(noise(1))
