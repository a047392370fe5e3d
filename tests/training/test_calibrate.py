from __future__ import annotations

import pytest
import scipy.stats
import torch

from gallery.emotions import EMOTIONS
from gallery.training.calibrate import FEWEST, fit_thresholds, is_surely, stricter


def told(label: int, scores: list[float]) -> torch.Tensor:
    """Probabilities of faces read as `label` with these scores."""
    rows = torch.full((len(scores), len(EMOTIONS)), 0.0)
    rows[:] = ((1 - torch.tensor(scores)) / (len(EMOTIONS) - 1))[:, None]
    rows[:, label] = torch.tensor(scores)
    return rows


def surely(right: int, count: int, share: float) -> bool:
    """Whether the lower limit of Clopper and Pearson at 90 % reaches the share."""
    return bool(right and scipy.stats.beta.ppf(0.1, right, count - right + 1) >= share)


def test_threshold_is_the_least_score_from_which_on_faces_are_surely_right_that_often():
    # Happy: 120 faces from 0.999 down; the 70 best right, then every second one wrong.
    scores = [0.999 - 0.005 * place for place in range(120)]
    right = [place < 70 or place % 2 == 0 for place in range(120)]
    happy, sad = EMOTIONS.index("happy"), EMOTIONS.index("sad")
    labels = torch.tensor([happy if good else sad for good in right])
    found = fit_thresholds(told(happy, scores), labels)
    for precision in (0.8, 0.9, 0.95):
        expected = min(
            score
            for place, score in enumerate(scores)
            if place + 1 >= FEWEST and surely(sum(right[: place + 1]), place + 1, precision)
        )
        assert found[str(precision)]["happy"] == pytest.approx(expected)
    assert found["0.8"]["happy"] < found["0.9"]["happy"] < found["0.95"]["happy"]


def test_luck_is_reckoned_as_by_the_limits_of_clopper_and_pearson():
    counts = torch.arange(1, 300)
    for share in (0.8, 0.9, 0.95):
        for missed in (0, 1, 5, 20):
            right = (counts - missed).clamp(min=0)
            expected = [surely(int(k), int(n), share) for k, n in zip(right, counts, strict=True)]
            assert is_surely(right, counts, share).tolist() == expected


def test_stricter_of_two_is_the_higher_or_none():
    one = {"0.9": {"happy": 0.5, "sad": 0.7, "fear": None}}
    other = {"0.9": {"happy": 0.6, "sad": 0.2, "fear": 0.9}}
    assert stricter(one, other) == stricter(other, one) == {"0.9": {"happy": 0.6, "sad": 0.7, "fear": None}}


def test_emotion_without_enough_faces_or_precision_has_no_threshold():
    few, wrong = told(0, [0.9] * (FEWEST - 1)), told(1, [0.9] * 100)
    found = fit_thresholds(torch.cat([few, wrong]), torch.tensor([0] * (FEWEST - 1) + [2] * 100))
    for thresholds in found.values():
        assert thresholds == dict.fromkeys(EMOTIONS)


def test_order_of_the_faces_does_not_matter():
    dice = torch.Generator().manual_seed(1)
    probabilities = (torch.randn(400, 7, generator=dice) * 3).softmax(1)
    labels = torch.multinomial(probabilities, 1, generator=dice).squeeze(1)
    mixed = torch.randperm(400, generator=dice)
    assert fit_thresholds(probabilities, labels) == fit_thresholds(probabilities[mixed], labels[mixed])
