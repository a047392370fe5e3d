"""How much of the training loop's time is the network's own.

`python -m benchmarks.train [MODEL] [RECIPE]` trains on drawn noise, in turn with the same network fed from one tensor
in memory, without augmentation, and prints faces per second of both and their ratio. Shares of one run: other work on
the machine disturbs both alike.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from gallery.emotions import EMOTIONS
from gallery.training.engine import fresh_network, sgd
from gallery.training.faces import SIDE, Faces
from gallery.training.recipes import config_for
from gallery.training.train import Trainer

BATCHES = 24
ROUNDS = 5


def main(model: str = "custom", recipe: str = "best") -> None:
    """Print the figures."""
    config = config_for(model, recipe, changes={"labels": "fer2013", "pretrained": "none", "epochs": ROUNDS + 1})
    faces = drawn(BATCHES * config.batch_size)
    network = fresh_network(config).train()
    optimizer = sgd(network, config, fused=True)
    rates: dict[str, list[float]] = {"loop": [], "network": []}
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(config, {"Training": faces, "PublicTest": faces.where(torch.arange(7))}, Path(folder))
        inputs = trainer.preprocessing.normalised(faces.pixels[: config.batch_size])
        clock = Clock()
        for result in trainer.run(on_batch=lambda batch: clock.count(batch.faces)):
            rates["loop"].append(clock.rate())
            rates["network"].append(alone(network, optimizer, inputs, faces.labels[: config.batch_size]))
            clock.restart()
            print(f"round {result.epoch}: loop {rates['loop'][-1]:.0f}, network {rates['network'][-1]:.0f} faces/s")
    ratios = [loop / network for loop, network in zip(rates["loop"][1:], rates["network"][1:], strict=True)]
    print(f"{model}, {recipe}, {torch.get_num_threads()} threads, without the first round:")
    print(f"loop / network: median {statistics.median(ratios):.3f}, from {min(ratios):.3f} to {max(ratios):.3f}")


@dataclasses.dataclass
class Clock:
    """Faces learnt from since it was started; stops at the last of them, so that validation doesn't count."""

    faces: int = 0
    start: float = dataclasses.field(default_factory=time.perf_counter)
    last: float = 0.0

    def restart(self) -> None:
        """Count anew from now."""
        self.faces, self.start = 0, time.perf_counter()

    def count(self, faces: int) -> None:
        """So many more faces are done."""
        self.faces += faces
        self.last = time.perf_counter()

    def rate(self) -> float:
        """Faces per second."""
        return self.faces / (self.last - self.start)


def drawn(count: int) -> Faces:
    """Noise in the form of FER2013."""
    dice = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (count, SIDE, SIDE), dtype=torch.uint8, generator=dice)
    return Faces(pixels, torch.arange(count) % len(EMOTIONS))


def alone(network: nn.Module, optimizer: torch.optim.Optimizer, inputs: torch.Tensor, labels: torch.Tensor) -> float:
    """Faces per second of steps on one batch that lies ready."""
    start = time.perf_counter()
    for _ in range(BATCHES):
        loss = functional.cross_entropy(network(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
    return BATCHES * len(labels) / (time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
