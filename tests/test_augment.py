from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import ColorJitter

from gallery.training.augment import augment, draw, rotate
from gallery.training.config import TrainConfig
from tests.faces import easy_faces

STILL = {"flip": 0.0, "rotation_degrees": 0.0, "brightness": 0.0, "contrast": 0.0}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def varied(faces: torch.Tensor, **strengths: float) -> torch.Tensor:
    """The faces with only these kinds of variation turned on."""
    return augment(faces, TrainConfig(**{**STILL, **strengths}), seeded())


@pytest.fixture(scope="module")
def faces():
    return easy_faces(3).pixels


def test_without_any_variation_faces_stay_as_they_are(faces):
    torch.testing.assert_close(varied(faces), faces.float(), atol=0.01, rtol=0)


def test_certain_flip_mirrors_every_face(faces):
    torch.testing.assert_close(varied(faces, flip=1.0), faces.float().flip(2), atol=0.01, rtol=0)


def test_even_flip_mirrors_about_half_of_the_faces():
    ramp = torch.arange(48, dtype=torch.uint8).expand(400, 48, 48)
    result = varied(ramp, flip=0.5)
    mirrored = result[:, 0, 0] > result[:, 0, -1]
    assert 160 <= mirrored.sum() <= 240  # four standard deviations
    assert torch.allclose(result[mirrored], ramp[0].flip(1).float(), atol=0.01)
    assert torch.allclose(result[~mirrored], ramp[0].float(), atol=0.01)


def test_brightness_multiplies_within_its_reach():
    grey = torch.full((500, 48, 48), 100, dtype=torch.uint8)
    result = varied(grey, brightness=0.2)
    assert (result.amax((1, 2)) - result.amin((1, 2))).max() < 0.01
    assert 80 <= result.min() < 84
    assert 116 < result.max() <= 120.01


def test_contrast_keeps_the_mean_and_stretches_within_its_reach():
    halves = torch.full((500, 48, 48), 100, dtype=torch.uint8)
    halves[:, :24] = 150
    result = varied(halves, contrast=0.2)
    torch.testing.assert_close(result.mean((1, 2)), torch.full((500,), 125.0), atol=0.01, rtol=0)
    span = result.amax((1, 2)) - result.amin((1, 2))
    assert 40 <= span.min() < 42
    assert 58 < span.max() <= 60.01


@pytest.mark.parametrize("value", [0, 255])
def test_grey_values_never_leave_their_range(value):
    dice = np.random.default_rng(1)
    noise = torch.from_numpy(np.where(dice.random((200, 48, 48)) < 0.5, value, 128).astype(np.uint8))
    result = varied(noise, flip=0.5, rotation_degrees=30.0, brightness=1.0, contrast=1.0)
    assert result.dtype == torch.float32
    assert result.min() >= 0
    assert result.max() <= 255


def test_same_generator_gives_the_same_faces(faces):
    config = TrainConfig()
    assert torch.equal(augment(faces, config, seeded(3)), augment(faces, config, seeded(3)))
    assert not torch.equal(augment(faces, config, seeded(3)), augment(faces, config, seeded(4)))


def test_faces_of_a_batch_are_varied_each_in_its_own_way():
    result = augment(easy_faces(1).pixels[1:2].expand(20, 48, 48), TrainConfig(), seeded())
    assert len({tuple(face.flatten().tolist()) for face in result}) == 20


def test_original_faces_are_not_changed(faces):
    before = faces.clone()
    augment(faces, TrainConfig(), seeded())
    assert torch.equal(faces, before)


@pytest.mark.parametrize("turns", [-1, 0, 1, 2])
def test_quarter_turns_are_those_of_rot90(turns, faces):
    turned = rotate(faces.float(), torch.full((len(faces),), turns * math.pi / 2))
    torch.testing.assert_close(turned, torch.rot90(faces.float(), turns, (1, 2)), atol=0.05, rtol=0)


@pytest.mark.parametrize("degrees", [-10, 7, 25])
def test_rotation_agrees_with_pillow(degrees):
    # A smooth picture: the two interpolate alike there. Corners are left out, Pillow fills them with black.
    y, x = np.mgrid[:48, :48] / 47
    smooth = (120 + 60 * np.sin(3 * x) + 60 * np.cos(2 * y)).astype(np.float32)
    ours = rotate(torch.from_numpy(smooth)[None], torch.tensor([math.radians(degrees)]))[0].numpy()
    theirs = np.asarray(Image.fromarray(smooth).rotate(degrees, Image.Resampling.BILINEAR))
    assert np.abs(ours - theirs)[12:36, 12:36].max() < 0.5


def test_corners_that_come_into_view_repeat_the_border():
    bright = torch.full((1, 48, 48), 200.0)
    torch.testing.assert_close(rotate(bright, torch.tensor([0.7])), bright, atol=0.01, rtol=0)


def test_draws_are_spread_evenly_over_their_reach():
    numbers = draw(10_000, 10.0, seeded())
    assert -10 <= numbers.min() < -9.9
    assert 9.9 < numbers.max() <= 10
    assert abs(numbers.mean()) < 0.25
    assert abs((numbers.abs() < 5).float().mean() - 0.5) < 0.025
    assert draw(5, 0.0, seeded()).abs().max() == 0


def test_jitter_of_saturation_and_hue_leaves_a_grey_face_as_it_is(faces):
    # Why `augment` does neither: torchvision's own, far stronger than ours, on a grey face replicated to RGB.
    jitter = ColorJitter(saturation=(0.2, 3.0), hue=(-0.5, 0.5))
    torch.manual_seed(0)
    for face in faces:
        grey = Image.fromarray(face.numpy()).convert("RGB")
        assert jitter(grey).tobytes() == grey.tobytes()
    as_tensor = faces.unsqueeze(1).expand(-1, 3, -1, -1).float() / 255
    torch.testing.assert_close(jitter(as_tensor), as_tensor, atol=0.001, rtol=0)
    orange = Image.new("RGB", (48, 48), "orange")
    assert jitter(orange).tobytes() != orange.tobytes()
