"""The report of a run as one web page: it needs no other file, runs no script, and asks no network for anything."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment

from gallery.emotions import EMOTIONS
from gallery.system.files import write_beside
from gallery.system.templates import page_templates
from gallery.training.config import TrainConfig
from gallery.training.evaluate import Evaluation
from gallery.training.journal import EpochResult, best_of, recall_told
from gallery.training.recipes import RECIPES

REPORT: Final = "report.html"

PICTURES: Final = {
    "curves": ("Learning curves", "Accuracy, loss and learning rate over the epochs; the figures are in the table."),
    "confusion": ("Confusion", "Matrix of labelled against read emotions; its counts are in the table of the split."),
    "reliability": ("Reliability", "Share of faces read right against the probability given, in 15 bins."),
    "hardest": ("Hardest faces", "Faces read wrong with the highest probability, each with its label and the answer."),
}
"""By the name of a picture's file: its heading and what it says to who can't see it."""


def write_report(
    folder: Path,
    *,
    config: TrainConfig,
    history: Sequence[EpochResult],
    evaluations: Sequence[Evaluation],
    pictures: Sequence[Path],
    notes: Sequence[str] = (),
) -> Path:
    """Write `report.html` into `folder`, which is made where it is missing; returns its path.

    `pictures` are PNG files, called as in PICTURES or otherwise; one in a folder called like a split is said to be of
    it. `notes` are sentences. Raises OSError where a picture can't be read or the page not be written.
    """
    splits = [evaluation.split for evaluation in evaluations]
    page = (
        _environment()
        .get_template(REPORT)
        .render(
            config=config,
            facts=_facts(config, history),
            history=history,
            evaluations=evaluations,
            emotions=EMOTIONS,
            pictures=[Picture.of(path, splits) for path in pictures],
            settings=settings_of(config),
            notes=notes,
        )
    )
    folder.mkdir(parents=True, exist_ok=True)
    # A path among the settings may hold bytes that are no UTF-8.
    path = folder / REPORT
    write_beside(path, page.encode("utf-8", "backslashreplace"))
    return path


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as part of the page: `source` is a data URI."""

    title: str
    alt: str
    source: str

    @classmethod
    def of(cls, path: Path, splits: Sequence[str]) -> Picture:
        """A PNG file; an unknown one is called by its name."""
        title, alt = PICTURES.get(path.stem, (path.stem, path.stem))
        if path.parent.name in splits:
            title = f"{title}: {path.parent.name}"
        return cls(title, alt, "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode())


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of `TrainConfig`, and what the recipe would have it be."""

    name: str
    value: Any
    usual: Any

    @property
    def changed(self) -> bool:
        """Whether this run departs from its recipe."""
        return bool(self.value != self.usual)


def settings_of(config: TrainConfig) -> list[Setting]:
    """Every setting beside that of the recipe, or beside the defaults where no recipe has this name."""
    recipe = RECIPES.get(config.recipe, {}).get(config.model, {})
    usual = TrainConfig.of({**recipe, "model": config.model, "recipe": config.recipe}).as_dict()
    return [Setting(name, value, usual[name]) for name, value in config.as_dict().items()]


def _facts(config: TrainConfig, history: Sequence[EpochResult]) -> dict[str, str]:
    """The run in a few words, by what they are about."""
    facts = {"Network": config.model, "Recipe": config.recipe, "Epochs": f"{len(history)} of {config.epochs}"}
    if history:
        best = best_of(history)
        facts["Best on PublicTest"] = f"{recall_told(best)} in epoch {best.epoch}"
        facts["Training time"] = duration(sum(result.seconds for result in history))
    changed = sum(setting.changed for setting in settings_of(config))
    return {**facts, "Settings other than the recipe's": str(changed or "none")}


def duration(seconds: float) -> str:
    """A time in the two largest units that matter.

    | seconds | result      |
    |---------|-------------|
    | 42.4    | 42 s        |
    | 125     | 2 min 5 s   |
    | 7384    | 2 h 3 min   |
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _environment() -> Environment:
    environment = page_templates("gallery.training")
    environment.filters["percent"] = lambda share: f"{share:.2%}"
    environment.filters["rows"] = class_rows
    return environment


def class_rows(evaluation: Evaluation) -> list[dict[str, str]]:
    """Figures per emotion as text; a dash where there was no face to count."""
    rows = []
    for place, name in enumerate(EMOTIONS):
        figures = evaluation.per_class[name]
        labelled, read = sum(evaluation.confusion[place]), sum(row[place] for row in evaluation.confusion)
        shown = {"precision": read, "recall": labelled, "f1": labelled}
        texts = {key: f"{figures[key]:.3f}" if faces else "–" for key, faces in shown.items()}
        rows.append({"emotion": name, **texts, "faces": f"{labelled:,}"})
    return rows
