from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
import torch
from PIL import Image

from gallery.vision.networks import build_network
from gallery.vision.preprocess import Preprocessing


def test_face_of_the_right_size_keeps_its_grey_values():
    values = np.random.default_rng(0).integers(0, 256, (48, 48), dtype=np.uint8)
    [face] = Preprocessing().grey_faces([Image.fromarray(values)])
    assert np.array_equal(face.numpy(), values)


def test_grey_is_weighted_as_itu_r_601_prescribes():
    crops = [Image.new("RGB", (48, 48), colour) for colour in ("red", "lime", "blue", "white")]
    faces = Preprocessing().grey_faces(crops)
    expected = (0.299 * 255, 0.587 * 255, 0.114 * 255, 255)
    for face, grey in zip(faces, expected, strict=True):
        assert face.float().std() == 0
        assert face[0, 0].item() == pytest.approx(grey, abs=1)


def test_large_face_is_averaged_not_sampled():
    # Columns alternate between black and white: sampling single columns would show stripes.
    stripes = np.tile(np.array([0, 255], dtype=np.uint8), (480, 240))
    [face] = Preprocessing().grey_faces([Image.fromarray(stripes)])
    assert face.shape == (48, 48)
    assert face.float().sub(127.5).abs().max() < 6


@pytest.mark.parametrize("side", [1, 20, 48, 112])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "CMYK"])
def test_faces_of_any_size_and_mode_become_48_pixels(side, mode):
    grey = Image.new("RGB", (side, side), (90, 90, 90))
    faces = Preprocessing().grey_faces([grey.quantize(4) if mode == "P" else grey.convert(mode)])
    assert (faces.shape, faces.dtype) == ((1, 48, 48), torch.uint8)
    assert faces.float().sub(90).abs().max() <= 2


def test_no_face_gives_an_empty_batch():
    assert Preprocessing().grey_faces([]).shape == (0, 48, 48)
    assert Preprocessing().normalised(Preprocessing().grey_faces([])).shape == (0, 3, 48, 48)


def test_normalising_takes_off_the_mean_and_divides_by_the_deviation():
    faces = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(3, 1, 1).expand(3, 48, 48)
    ready = Preprocessing(mean=0.5, std=0.25).normalised(faces)
    assert (ready.shape, ready.dtype) == ((3, 3, 48, 48), torch.float32)
    for face, expected in zip(ready, (-2.0, -1.2, 2.0), strict=True):
        torch.testing.assert_close(face, torch.full((3, 48, 48), expected))


def test_three_channels_show_the_same_face():
    faces = torch.randint(0, 256, (2, 48, 48), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    ready = Preprocessing().normalised(faces)
    assert torch.equal(ready[:, 0], ready[:, 1])
    assert torch.equal(ready[:, 0], ready[:, 2])
    assert torch.equal((ready[:, 0] * 0.2550 + 0.5077).mul(255).round().to(torch.uint8), faces)


def test_plain_values_of_a_checkpoint_are_read_back():
    preprocessing = Preprocessing(mean=0.4, std=0.3)
    assert Preprocessing.of(asdict(preprocessing)) == preprocessing


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 64},
        {"size": float("inf")},
        {"mean": 2},
        {"mean": float("nan")},
        {"std": 0},
        {"std": -1},
        {"per_face": "yes"},
        {"mirror": 1},
    ],
)
def test_values_out_of_range_are_refused(changes):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is Python's own for some of them
        Preprocessing.of({**asdict(Preprocessing()), **changes})


def test_normalised_by_itself_a_face_is_the_same_in_any_exposure():
    faces = torch.randint(20, 120, (3, 48, 48), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    plain, bright = (Preprocessing(per_face=True).normalised(shown) for shown in (faces, faces * 2 + 10))
    torch.testing.assert_close(plain.mean((1, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(plain.std((1, 2, 3)), torch.ones(3), atol=0.05, rtol=0)
    torch.testing.assert_close(bright, plain, atol=0.1, rtol=0)


def test_even_face_normalised_by_itself_is_nothing():
    even = torch.full((1, 48, 48), 200, dtype=torch.uint8)
    torch.testing.assert_close(Preprocessing(per_face=True).normalised(even), torch.zeros(1, 3, 48, 48))


def test_checkpoint_from_before_faces_were_normalised_by_themselves_is_read():
    old = {key: value for key, value in asdict(Preprocessing()).items() if key != "per_face"}
    assert Preprocessing.of(old) == Preprocessing()
    assert Preprocessing.of({**old, "per_face": True}).per_face


def test_mirror_takes_the_mean_with_what_is_said_of_the_mirror_image():
    network = build_network("custom", {}).eval()
    faces = torch.randint(0, 256, (3, 48, 48), dtype=torch.uint8, generator=torch.Generator().manual_seed(2))
    once, both = Preprocessing(per_face=True), Preprocessing(per_face=True, mirror=True)
    with torch.inference_mode():
        said, of_mirrored = once.logits(network, faces), once.logits(network, faces.flip(-1))
        torch.testing.assert_close(both.logits(network, faces), (said + of_mirrored) / 2)
        torch.testing.assert_close(both.logits(network, faces.flip(-1)), both.logits(network, faces))
    assert (said - of_mirrored).abs().max() > 1e-3
