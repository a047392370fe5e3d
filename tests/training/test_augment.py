from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import ColorJitter

from gallery.training.augment import Dice, augment, erase, expose, place, placements, sharpen
from gallery.training.config import TrainConfig
from tests.support.faces import easy_faces

STILL = {"flip": 0.0, "rotation_degrees": 0.0, "brightness": 0.0, "contrast": 0.0}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rotate(faces: torch.Tensor, radians: torch.Tensor) -> torch.Tensor:
    """The faces placed by maps that only turn."""
    maps = torch.stack([torch.tensor([[a.cos(), -a.sin(), 0.0], [a.sin(), a.cos(), 0.0]]) for a in radians])
    return place(faces, maps)


def dice_of(count: int, seed: int = 0) -> Dice:
    return Dice(count, torch.device("cpu"), seeded(seed))


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
    numbers = dice_of(10_000).even(10.0)
    assert -10 <= numbers.min() < -9.9
    assert 9.9 < numbers.max() <= 10
    assert abs(numbers.mean()) < 0.25
    assert abs((numbers.abs() < 5).float().mean() - 0.5) < 0.025
    assert dice_of(5).even(0.0).abs().max() == 0


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


def test_turning_stays_within_its_reach_and_mirrors_as_often_as_asked():
    maps = placements(TrainConfig(rotation_degrees=10.0, flip=0.25), dice_of(4000))
    degrees = torch.rad2deg(torch.atan2(maps[:, 1, 0], maps[:, 1, 1]))
    assert 9.9 < degrees.abs().max() <= 10.001
    assert abs(torch.linalg.det(maps[:, :, :2]).lt(0).float().mean() - 0.25) < 0.03
    assert maps[:, :, 2].abs().max() == 0


def test_a_larger_scale_makes_the_face_larger():
    disc = torch.from_numpy(np.hypot(*(np.mgrid[:48, :48] - 23.5)) < 10).float()[None] * 255
    maps = placements(TrainConfig(**STILL, scale=0.2), dice_of(200))
    sizes = place(disc.expand(200, 48, 48), maps).mean((1, 2)) / disc.mean()
    zooms = 1 / torch.linalg.det(maps[:, :, :2])
    torch.testing.assert_close(sizes, zooms, atol=0.03, rtol=0)
    assert 0.63 < zooms.min() < 0.66
    assert 1.41 < zooms.max() < 1.4401


def test_shift_moves_the_face_by_parts_of_its_side():
    dot = torch.zeros(300, 48, 48)
    dot[:, 23:25, 23:25] = 255
    moved = place(dot, placements(TrainConfig(**STILL, shift=0.125), dice_of(300)))
    y, x = torch.meshgrid(torch.arange(48.0), torch.arange(48.0), indexing="ij")
    for place_of in (x, y):
        away = (moved * place_of).sum((1, 2)) / moved.sum((1, 2)) - 23.5
        assert 5.5 < away.abs().max() <= 6.01
        assert abs(away.mean()) < 0.8


def test_window_is_a_part_of_the_face_as_large_as_in_it_and_anywhere_in_it():
    ramp = torch.arange(48.0).expand(500, 48, 48)
    config = TrainConfig(model="resnet18", **STILL, window=40)
    seen = place(ramp, placements(config, dice_of(500)), config.window)
    assert seen.shape == (500, 40, 40)
    torch.testing.assert_close(seen[:, :, 1:] - seen[:, :, :-1], torch.ones(500, 40, 39), atol=1e-3, rtol=0)
    left = seen[:, 0, 0]
    assert -1e-3 <= left.min() < 0.2
    assert 7.8 < left.max() <= 8 + 1e-3
    assert abs(left.mean() - 4) < 0.35  # three standard errors of an even draw


def test_sharpening_by_minus_one_leaves_the_mean_of_neighbours_and_by_zero_everything(faces):
    grey = faces.float()
    still = sharpen(grey, torch.zeros(len(grey)))
    blurred = sharpen(grey, -torch.ones(len(grey)))
    assert torch.equal(still, grey)
    torch.testing.assert_close(blurred[:, 10, 20], grey[:, 9:12, 19:22].mean((1, 2)))
    assert sharpen(grey, torch.ones(len(grey))).std() > grey.std() > blurred.std()


def test_exposure_is_a_power_that_leaves_black_and_white():
    ramp = torch.tensor([0.0, 63.75, 127.5, 255.0]).expand(3, 1, 4)
    result = expose(ramp, torch.tensor([0.5, 1.0, 2.0]).log())
    expected = [[0.0, 127.5, 180.312, 255.0], [0.0, 63.75, 127.5, 255.0], [0.0, 15.9375, 63.75, 255.0]]
    torch.testing.assert_close(result[:, 0], torch.tensor(expected), atol=0.01, rtol=0)


def test_noise_is_as_strong_as_asked_and_different_in_every_face():
    torch.manual_seed(0)
    grey = torch.full((300, 48, 48), 128, dtype=torch.uint8)
    deviations = varied(grey, noise=8.0).std((1, 2))
    assert deviations.min() < 0.2
    assert 7.7 < deviations.max() < 8.3


def test_erasing_hides_a_square_of_the_right_size_as_often_as_asked():
    y, x = np.mgrid[:48, :48]
    chequered = torch.from_numpy(((x + y) % 2 * 255).astype(np.float32)).expand(1000, 48, 48)
    hidden = erase(chequered, dice_of(1000), 0.3) == 127.5
    touched = hidden.any(2).any(1)
    assert abs(touched.float().mean() - 0.3) < 0.05
    heights, widths = hidden.any(2).sum(1)[touched], hidden.any(1).sum(1)[touched]
    assert max(heights.max(), widths.max()) <= 24
    assert (heights >= 6).float().mean() > 0.9  # smaller only where cut by the border
    assert torch.equal(hidden.sum((1, 2))[touched], heights * widths)
