"""Which of several finished checkpoints to ship, and with how much of the emotions' shares read out.

`python -m benchmarks.checkpoints FER2013.csv PHOTOS MODEL... [--readout 0,0.25,0.5]`, where PHOTOS holds a truth.csv as
for `benchmarks.photos`, of photos that nothing was learnt from. For each model and each readout strength, beyond what
it was made with, one line:

- `public`: macro recall on PublicTest, of all faces by their labels;
- `photos`: the accuracy on PHOTOS, with answers limited to the emotions that occur there;
- `both`: the mean of these two, which ranked fine-tuned networks as unseen photos did;
- `happy`, `neutral`: their recall on the faces of PublicTest on which six of ten voters agree; under 0.85 a model is no
  longer of use, whatever its mean.

PrivateTest isn't looked at: it is for the one that was chosen.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.photos import largest, truth_of
from gallery import predict
from gallery.emotions import EMOTIONS
from gallery.records import PhotoRecord
from gallery.settings import load_settings
from gallery.training.data import load_dataset
from gallery.training.evaluate import evaluate_by, macro_recall
from gallery.training.lessons import Lessons
from gallery.training.recipes import config_for
from gallery.vision.checkpoints import find_model, read_card


@dataclass(frozen=True)
class Told:
    """What a model says of labelled faces: logits float32 [N, 7] but for a constant, labels int64 [N]."""

    logits: torch.Tensor
    labels: torch.Tensor

    def read(self, offsets: torch.Tensor) -> torch.Tensor:
        """The emotions named, int64 [N], once `offsets` [7] are added."""
        return (self.logits + offsets).argmax(1)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--readout", default="0", help="strengths, with commas between them")
    given = parser.parse_args()
    log_shares = Lessons.of(load_dataset(given.data)["Training"], config_for()).log_shares
    print("public  photos  both    happy  neutral  readout  model")
    for model in given.models:
        path = find_model(model)
        labels, votes = by_labels_and_votes(path, given.data)
        shown = on_photos(path, given.photos)
        for strength in map(float, given.readout.split(",")):
            print_line(labels, votes, shown, strength * log_shares, f"{strength:7g}  {model}")


def by_labels_and_votes(model: Path, data: Path) -> tuple[Told, Told]:
    """What it says of PublicTest by its labels, and of the faces there of which voters agree, by their votes."""
    temperature = read_card(model).temperature
    told = evaluate_by(model, data, ("fer2013", "ferplus"))
    both = [Told(each.probabilities.clamp(min=1e-12).log() * temperature, each.faces.labels) for each in told.values()]
    return both[0], both[1]


def on_photos(model: Path, folder: Path) -> Told:
    """What it says of the largest face of each photo. One without a face counts as read wrong."""
    rows = [row for row in truth_of(folder) if row["emotion"]]
    answers = predict([folder / row["file"] for row in rows], settings=load_settings({"model": str(model)}))
    logits = torch.full((len(rows), len(EMOTIONS)), float("nan"))
    for number, answer in enumerate(answers):
        face = largest(answer.faces) if isinstance(answer, PhotoRecord) else None
        if face:
            logits[number] = torch.tensor([face.scores[emotion] for emotion in EMOTIONS]).clamp(min=1e-12).log()
    labels = torch.tensor([EMOTIONS.index(row["emotion"]) for row in rows])
    return Told(logits * read_card(model).temperature, labels)


def print_line(labels: Told, votes: Told, shown: Told, offsets: torch.Tensor, name: str) -> None:
    """The figures of one model with these offsets."""
    public = macro_recall(labels.read(offsets), labels.labels)
    occur = torch.full((len(EMOTIONS),), -torch.inf)
    occur[shown.labels.unique()] = 0
    found = ~shown.logits.isnan().any(1)
    right = (shown.read(offsets + occur) == shown.labels) & found
    photos = right.float().mean().item()
    recall = {
        emotion: (votes.read(offsets)[votes.labels == EMOTIONS.index(emotion)] == EMOTIONS.index(emotion))
        .float()
        .mean()
        for emotion in ("happy", "neutral")
    }
    guards = f"{recall['happy']:.3f}  {recall['neutral']:.3f}"
    print(f"{public:.4f}  {photos:.4f}  {(public + photos) / 2:.4f}  {guards}    {name}")


if __name__ == "__main__":
    main()
