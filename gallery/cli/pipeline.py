"""The flags that choose detector and classifier, and the loading of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from gallery.cli.state import State
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.networks import networks
from gallery.settings import DEVICES, Settings

F = TypeVar("F", bound=Callable[..., Any])

device_option = click.option("--device", type=click.Choice(DEVICES), help="Where to compute; auto by default.")
"""Adds --device, named as in Settings."""

_MODEL_OPTIONS = (
    click.option("--model", metavar="NAME_OR_PATH", help="Model to read emotions with; see `gallery model list`."),
    device_option,
)
_OPTIONS = (
    *_MODEL_OPTIONS,
    click.option("--long-side", type=int, metavar="PIXELS", help="Look for faces at this size; 960 by default."),
    click.option("--min-face", type=int, metavar="PIXELS", help="Smallest face to find at that size; 30 by default."),
)


def pipeline_options(command: F) -> F:
    """Adds --model, --device, --long-side and --min-face, all named as in Settings."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def model_options(command: F) -> F:
    """Adds --model and --device, named as in Settings."""
    for option in reversed(_MODEL_OPTIONS):
        command = option(command)
    return command


def load_pipeline(state: State, settings: Settings) -> tuple[FaceDetector, EmotionClassifier]:
    """Detector and classifier. Loading them takes seconds, so a person who is watching is told when it happens."""
    return networks(settings, on_load=lambda: state.hint("Loading the models…"))
