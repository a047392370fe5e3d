"""How much of the emotions' shares among the learnt faces a finished network gives its answers back."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def read_out(network: nn.Module, offsets: torch.Tensor) -> None:
    """Adds `offsets` [7] to each of the network's answers, in the bias of its last layer.

    A network that learnt by `logit_adjust` answers as if all emotions were equally frequent: it finds the rare ones,
    and takes frequent ones for them. Times the logarithms of their shares, 1 would give all of that back, 0 nothing.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    layers[-1].bias.add_(offsets.to(layers[-1].bias))
