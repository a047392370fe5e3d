"""What a network's scores are worth: a temperature, and the score at which a class is right as often as asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import torch
from torch.nn import functional

from gallery.emotions import EMOTIONS

PRECISIONS: Final = (0.8, 0.9, 0.95)
"""Shares of right answers for which thresholds are kept."""

LUCK: Final = 0.1
"""How likely it may be that a threshold keeps its promise on the faces it was chosen by, and not on others."""

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

    `probabilities` [N, 7], `labels` [N]. That they are, isn't left to luck: so many of those faces are right that it
    would happen in one of ten such sets at most if the share weren't reached (the lower limit of Clopper and Pearson
    1934, at 90 %). A threshold rests on at least FEWEST faces.
    """
    scores, read_as = probabilities.max(1)
    found: dict[str, dict[str, float | None]] = {}
    for precision in PRECISIONS:
        found[str(precision)] = {
            emotion: _least_score(scores[read_as == label], labels[read_as == label] == label, precision)
            for label, emotion in enumerate(EMOTIONS)
        }
    return found


def stricter(one: Thresholds, other: Thresholds) -> Thresholds:
    """Of two sets of thresholds the higher of each; none where one of them has none."""
    return {
        precision: {emotion: _higher(score, other[precision][emotion]) for emotion, score in scores.items()}
        for precision, scores in one.items()
    }


def _higher(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one, other)


def _least_score(scores: torch.Tensor, right: torch.Tensor, precision: float) -> float | None:
    order = scores.argsort(descending=True)
    counts = torch.arange(1, len(order) + 1)
    good = is_surely(right[order].cumsum(0), counts, precision) & (counts >= FEWEST)
    return scores[order][good][-1].item() if good.any() else None


def is_surely(right: torch.Tensor, counts: torch.Tensor, share: float) -> torch.Tensor:
    """Where `right` of `counts`, int64 [N], would be reached by luck in one case of ten at most, were each right with
    the probability `share`, or less: the exact tail of the binomial distribution. bool [N].
    """
    pairs = zip(right.tolist(), counts.tolist(), strict=True)
    return torch.tensor([bool(_tail(least, count, share) <= LUCK) for least, count in pairs], dtype=torch.bool)


def _tail(least: int, count: int, share: float) -> torch.Tensor:
    """The probability of `least` or more successes among `count` with the probability `share` each."""
    hits = torch.arange(least, count + 1, dtype=torch.float64)
    whole = torch.tensor(float(count), dtype=torch.float64)
    ways = torch.lgamma(whole + 1) - torch.lgamma(hits + 1) - torch.lgamma(whole - hits + 1)
    return (ways + hits * math.log(share) + (whole - hits) * math.log1p(-share)).exp().sum()
