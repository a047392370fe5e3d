"""Labelled faces as training wants them: tensors, by split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch.nn import functional

from gallery.emotions import EMOTIONS

SPLITS: Final = ("Training", "PublicTest", "PrivateTest")
SIDE: Final = 48
CLEAR_VOTES: Final = 6
"""Of FER+'s ten votes, so many for one class make a face's label clear."""


@dataclass(frozen=True, slots=True)
class Faces:
    """One split: `pixels` uint8 [N, 48, 48] grey, `labels` int64 [N] as indices into EMOTIONS.

    `votes` are FER+'s where there are any, uint8 [N, 10]: EMOTIONS in their order, then contempt, unknown, no face.
    """

    pixels: torch.Tensor
    labels: torch.Tensor
    votes: torch.Tensor | None = None

    @classmethod
    def of(cls, labelled: Iterable[tuple[int, np.ndarray]]) -> Faces:
        """Of labels and the SIDE * SIDE grey values that go with each, in any shape."""
        rows = list(labelled)
        pixels = np.array([values for _, values in rows], dtype=np.uint8).reshape(-1, SIDE, SIDE)
        return cls(torch.from_numpy(pixels), torch.tensor([label for label, _ in rows], dtype=torch.int64))

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, rows: torch.Tensor) -> Faces:
        """The faces of `rows`, a mask or indices."""
        return Faces(self.pixels[rows], self.labels[rows], None if self.votes is None else self.votes[rows])


Dataset = Mapping[str, Faces]
"""Faces by split."""


def targets(faces: Faces, labels: str, ferplus_share: float) -> torch.Tensor:
    """What a network should answer, float32 [N, 7], each row summing to 1; a row of zeros is a face not to learn from.

    `labels` as in `TrainConfig`. Of the votes, a class's single one counts as a slip (Barsoum et al. 2016), and faces
    that the voters mostly took for none of the seven, or for no face, are left out.
    """
    told = functional.one_hot(faces.labels, len(EMOTIONS)).float()
    if labels == "fer2013":
        return told
    assert faces.votes is not None, "loaded without FER+"  # noqa: S101 - for the type checker
    votes = torch.where(faces.votes > 1, faces.votes, 0).float()
    seven = votes[:, : len(EMOTIONS)]
    believed = seven.sum(1) > votes[:, len(EMOTIONS) :].sum(1)
    shares = torch.nan_to_num(seven / seven.sum(1, keepdim=True))
    share = 1.0 if labels == "ferplus" else ferplus_share
    return (share * shares + (1 - share) * told) * believed[:, None]


def voted(faces: Faces) -> Faces:
    """The faces, each labelled as most of FER+'s voters did."""
    assert faces.votes is not None, "loaded without FER+"  # noqa: S101 - for the type checker
    return replace(faces, labels=faces.votes[:, : len(EMOTIONS)].argmax(1))


def clear_votes(faces: Faces) -> torch.Tensor:
    """Of which faces FER+'s voters gave six or more of ten to one of the seven classes, bool [N]."""
    assert faces.votes is not None, "loaded without FER+"  # noqa: S101 - for the type checker
    return faces.votes[:, : len(EMOTIONS)].amax(1) >= CLEAR_VOTES
