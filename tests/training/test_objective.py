"""Faces blended with each other."""

from __future__ import annotations

import torch

from gallery.training.objective import mixed


def test_faces_and_targets_are_blended_alike():
    count = 400
    faces = torch.arange(count).float()[:, None, None].expand(-1, 2, 2)
    targets = torch.zeros(count, 7)
    targets[:200, 0], targets[200:, 1] = 1, 1
    blended, wanted = mixed(faces, targets, 0.4, torch.Generator().manual_seed(0))
    torch.testing.assert_close(wanted.sum(1), torch.ones(count))
    assert blended.shape == faces.shape
    own = torch.arange(count)
    assert (blended[:, 0, 0] != own).float().mean() > 0.9
    # Of a beta distribution with 0.4 and 0.4, the mean is 1/2 and the variance 1 / (4 * 1.8).
    shares = torch.where(own < 200, wanted[:, 0], wanted[:, 1])
    crossed = shares < 1
    assert 0.3 < crossed.float().mean() < 0.6  # half of the partners are of the other emotion
    assert abs(shares[crossed].mean() - 0.5) < 0.1
    assert abs(shares[crossed].var() - 1 / 7.2) < 0.03


def test_without_strength_all_stays_and_nothing_is_drawn():
    faces, targets = torch.rand(3, 4, 4), torch.eye(7)[:3]
    dice = torch.Generator().manual_seed(0)
    same = mixed(faces, targets, 0.0, dice)
    assert same[0] is faces
    assert same[1] is targets
    assert torch.rand((), generator=dice) == torch.rand((), generator=torch.Generator().manual_seed(0))
