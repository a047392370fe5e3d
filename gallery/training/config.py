"""Every number that defines a training run. It travels in the checkpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from gallery.errors import UsageError
from gallery.training.faces import SIDE
from gallery.vision.networks import ARCHITECTURES, STEMS


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """The published baseline: SGD with momentum, StepLR by 0.1 every 7 epochs, 25 epochs, best on validation kept.

    The baseline names flip, rotation and colour jitter without their strengths; those here are torchvision's customary
    ones. Jitter of saturation and hue leaves a grey picture as it is (`augment` says why), yet is recorded.
    Other recipes are in `recipes`.
    """

    model: str = "custom"
    recipe: str = "baseline"
    """The recipe the run began with; single numbers may have been changed since."""
    batch_norm: bool = True
    """Of the custom network; so is the next but one."""
    dropout: float = 0.25
    hidden: int = 256
    stem: str = "imagenet"
    """Of resnet18, one of `vision.networks.STEMS`."""
    pretrained: str = "none"
    """Weights to start resnet18 from: `none`, `imagenet`, or a file of torchvision's weights or of an earlier run."""
    kept: float = 0.0
    """Of an earlier run's weights, from which this one starts, the share mixed into those it ends with.

    What the earlier run was better at isn't lost then (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """
    per_face: bool = False
    """Normalise each face by its own mean and deviation instead of the data set's."""
    mirror: bool = False
    """Ask the trained network about a face and its mirror image, and take the mean: twice the cost."""
    labels: str = "fer2013"
    """What is learnt: `fer2013`, the votes of `ferplus`, or `both`, mixed."""
    ferplus_share: float = 0.5
    """Of `both`: how much the votes weigh against the label."""
    logit_adjust: float = 0.0
    """How much of the emotions' shares among the learnt faces is kept from the network, as part of the loss.

    At 1 it answers as if all were equally frequent (Menon et al. 2021, "Long-tail learning via logit adjustment").
    """
    readout: float = 0.0
    """How much of these shares the finished network's answers get back, or, below 0, lose yet: less finds more of the
    rare emotions, and takes more faces for them.
    """
    teacher: str = "none"
    """A checkpoint whose answers are learnt as well (Hinton et al. 2015, "Distilling the knowledge in a neural
    network")."""
    teacher_share: float = 0.5
    """How much they weigh against the labels."""
    teacher_temperature: float = 2.0
    """By what they are softened first."""
    label_smoothing: float = 0.0
    balance: str = "none"
    """Against unequal classes: `weights` on the loss, or a `sampler` that draws rare classes more often."""
    balance_strength: float = 1.0
    """Of both: the power of a class's rarity. 1 makes all classes count equally, 0 leaves them as they are."""
    epochs: int = 25
    patience: int = 0
    """Epochs without a better macro recall on PublicTest after which to stop; 0 never stops early."""
    batch_size: int = 64
    """Faces per step, over all devices together."""
    learning_rate: float = 0.005
    """Under `cycle` the highest rate."""
    schedule: str = "step"
    """`step`: StepLR; `cycle`: OneCycleLR, up for `warmup` of the run, then down along a cosine."""
    step_epochs: int = 7
    step_factor: float = 0.1
    warmup: float = 0.2
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    precision: str = "32"
    """`32`, or mixed with `bf16` or (on a GPU) `16`."""
    flip: float = 0.5
    """Probability of a mirrored face."""
    rotation_degrees: float = 10.0
    """Drawn evenly from minus this to plus this; so for every number that follows, unless it says otherwise."""
    scale: float = 0.0
    """Change of size, as a part of it."""
    shift: float = 0.0
    """Change of place across and down, in sides of the picture."""
    window: int = SIDE
    """Side in pixels of the part of a face that resnet18 is shown in training, cut out anywhere. Less costs less."""
    brightness: float = 0.2
    contrast: float = 0.2
    saturation: float = 0.2
    hue: float = 0.1
    gamma: float = 0.0
    """Exposure: the natural logarithm of the exponent."""
    sharpness: float = 0.0
    """Share of the fine detail added (a sharp photo made small) or taken away (a blurred one)."""
    noise: float = 0.0
    """Highest standard deviation of noise in grey levels; drawn from 0."""
    erase: float = 0.0
    """Probability that a square of a quarter to half the side is made grey (cutout)."""
    mixup: float = 0.0
    """Each face is blended with another by a share drawn from a beta distribution with this for both parameters."""
    ema: float = 0.0
    """Keep the running mean of the weights, of which each step leaves this much as it was; 0 keeps the last weights."""
    seed: int = 0
    deterministic: bool = False
    """Only operations that always give the same bits, slower on a GPU; on the CPU they all do."""

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise UsageError(f"{name} is {getattr(self, name)!r}; allowed: {', '.join(allowed)}")
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not (least <= value <= most and math.isfinite(value)):
                raise UsageError(f"{name} is {value}; allowed: {least:g}{_upto(most)}")
        if self.pretrained != "none" and self.model != "resnet18":
            raise UsageError(f"pretrained is {self.pretrained!r}: only resnet18 has weights to start from")
        if self.kept and self.pretrained in ("none", "imagenet"):
            reason = "there is no earlier run whose weights to keep; name its file as pretrained"
            raise UsageError(f"kept is {self.kept}: {reason}")
        if self.window != SIDE and self.model != "resnet18":
            raise UsageError(f"window is {self.window}: only resnet18 can learn from a part of a face")
        if self.nesterov and not self.momentum:
            raise UsageError("nesterov needs a momentum above 0")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> TrainConfig:
        """The defaults with these fields changed, as typed or as a TOML file holds them.

        Raises UsageError naming what doesn't fit.
        """
        kinds = {field.name: type(field.default) for field in fields(cls)}
        unknown = sorted(values.keys() - kinds)
        if unknown:
            raise UsageError(f"unknown training setting {unknown[0]!r}; known: {', '.join(kinds)}")
        return cls(**{name: _cast(name, value, kinds[name]) for name, value in values.items()})

    @property
    def network_options(self) -> dict[str, Any]:
        """What `build_network` needs beside the name."""
        names = {"custom": ("batch_norm", "dropout", "hidden"), "resnet18": ("stem", "dropout")}[self.model]
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as a checkpoint keeps them."""
        return asdict(self)


CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "model": tuple(ARCHITECTURES),
    "stem": STEMS,
    "labels": ("fer2013", "ferplus", "both"),
    "balance": ("none", "weights", "sampler"),
    "schedule": ("step", "cycle"),
    "precision": ("32", "bf16", "16"),
}

_TINY: Final = 1e-9

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    **dict.fromkeys(("epochs", "batch_size", "step_epochs"), (1, math.inf)),
    "hidden": (1, 4096),
    "window": (16, SIDE),
    "patience": (0, math.inf),
    **dict.fromkeys(("learning_rate", "step_factor"), (_TINY, math.inf)),
    **dict.fromkeys(("weight_decay", "rotation_degrees", "noise"), (0, math.inf)),
    **dict.fromkeys(("logit_adjust", "mixup"), (0, 2)),
    "readout": (-2, 2),
    "teacher_share": (0, 1),
    "teacher_temperature": (0.1, 100),
    "ema": (0, 0.999999),
    **dict.fromkeys(("momentum", "kept", "ferplus_share", "warmup", "flip", "shift"), (0, 1)),
    **dict.fromkeys(("brightness", "contrast", "saturation", "hue", "sharpness", "erase"), (0, 1)),
    "balance_strength": (0, 1),
    **dict.fromkeys(("dropout", "label_smoothing", "scale"), (0, 0.9)),
    "gamma": (0, 3),
    "seed": (0, 2**32 - 1),
}


def _upto(most: float) -> str:
    return " or more" if most == math.inf else f" to {most:g}"


def _cast(name: str, value: Any, kind: type) -> Any:
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    try:
        if isinstance(value, str):
            return {"true": True, "false": False}[value.lower()] if kind is bool else kind(value)
        if kind in (float, str) and isinstance(value, int | float) and not isinstance(value, bool):
            return kind(value)  # TOML: 1 for 1.0, 32 for "32"
        raise ValueError
    except (KeyError, ValueError):
        allowed = "true or false" if kind is bool else f"one of type {kind.__name__}"
        raise UsageError(f"{name} is {value!r}; allowed: {allowed}") from None
