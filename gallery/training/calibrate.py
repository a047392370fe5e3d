"""What a network's scores are worth: a temperature, and the score at which a class is right as often as asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch.nn import functional

from gallery.emotions import EMOTIONS

PRECISIONS: Final = (0.8, 0.9, 0.95)
"""Shares of right answers for which thresholds are kept."""

FEWEST: Final = 20
"""Faces on which a threshold must rest: with fewer, a precision of 0.95 is luck."""

Thresholds = Mapping[str, Mapping[str, float | None]]
"""By precision as text (`0.9`) and emotion, the least score; None where no score is right that often."""


def fit_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The number that, dividing the logits, minimises the cross-entropy on these faces (Guo et al. 2017)."""
    log_temperature = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = functional.cross_entropy(logits.clone() / log_temperature.exp(), labels)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return log_temperature.detach().exp().clamp(0.05, 20).item()


def fit_thresholds(probabilities: torch.Tensor, labels: torch.Tensor) -> Thresholds:
    """For each of PRECISIONS and each emotion, the least score from which on faces read as it are right so often.

    `probabilities` [N, 7], `labels` [N]. A threshold rests on at least FEWEST faces.
    """
    scores, read_as = probabilities.max(1)
    found: dict[str, dict[str, float | None]] = {}
    for precision in PRECISIONS:
        found[str(precision)] = {
            emotion: _least_score(scores[read_as == label], labels[read_as == label] == label, precision)
            for label, emotion in enumerate(EMOTIONS)
        }
    return found


def _least_score(scores: torch.Tensor, right: torch.Tensor, precision: float) -> float | None:
    order = scores.argsort(descending=True)
    count = torch.arange(1, len(order) + 1)
    good = (right[order].cumsum(0) >= precision * count) & (count >= FEWEST)
    return scores[order][good][-1].item() if good.any() else None
