from __future__ import annotations

import pytest
import torch

from gallery.emotions import EMOTIONS
from gallery.training.calibrate import FEWEST, fit_thresholds


def told(label: int, scores: list[float]) -> torch.Tensor:
    """Probabilities of faces read as `label` with these scores."""
    rows = torch.full((len(scores), len(EMOTIONS)), 0.0)
    rows[:] = ((1 - torch.tensor(scores)) / (len(EMOTIONS) - 1))[:, None]
    rows[:, label] = torch.tensor(scores)
    return rows


def test_threshold_is_the_least_score_from_which_on_faces_are_right_that_often():
    # Happy: 40 faces from 0.99 down; the 21 best right, then every second one wrong.
    scores = [0.99 - 0.01 * place for place in range(40)]
    right = [place <= 20 or place % 2 == 0 for place in range(40)]
    happy, sad = EMOTIONS.index("happy"), EMOTIONS.index("sad")
    labels = torch.tensor([happy if good else sad for good in right])
    found = fit_thresholds(told(happy, scores), labels)
    for precision in (0.8, 0.9, 0.95):
        expected = min(
            score
            for place, score in enumerate(scores)
            if place + 1 >= FEWEST and sum(right[: place + 1]) / (place + 1) >= precision
        )
        assert found[str(precision)]["happy"] == pytest.approx(expected)
    assert found["0.8"]["happy"] < found["0.9"]["happy"] < found["0.95"]["happy"]


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
