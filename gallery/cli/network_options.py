"""The flags that choose detector and classifier, and the loading of both."""

from __future__ import annotations

from typing import Any

import click

from gallery.cli.options import all_of
from gallery.cli.state import State
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.settings import DEVICES, Settings
from gallery.vision.lazy import networks

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
    click.option(
        "--thorough",
        "effort",
        flag_value="thorough",
        help="Also finds small, tilted and lying faces, in eleven times the time.",
    ),
    click.option("--fast", "effort", flag_value="fast", help="As --long-side 640 --min-face 20: misses more."),
)
_EFFORTS: dict[str | None, dict[str, Any]] = {
    None: {},
    "thorough": {"detector": "thorough", "long_side": 1600, "min_face": 24},
    "fast": {"long_side": 640, "min_face": 20},
}


workers_option = click.option(
    "--workers", type=int, metavar="N", help="Processes that look for faces; by default as many as suit the machine."
)
thumbnails_option = click.option(
    "--no-thumbnails", "thumbnails", is_flag=True, default=True, flag_value=False, help="Keep no small pictures."
)
background_option = click.option(
    "--background", is_flag=True, help="Let all other programs go first, and leave a core to them."
)
follow_links_option = click.option(
    "--follow-links/--no-follow-links",
    default=None,
    help="Also look into folders that are symbolic links; remembered for these folders.",
)


model_options = all_of(*_MODEL_OPTIONS)
"""Adds --model and --device, named as in Settings."""
pipeline_options = all_of(*_OPTIONS)
"""Adds --model, --device, --long-side and --min-face, all named as in Settings, and `effort` for two sets of them.

`searched_at` turns the flags into those of Settings.
"""


def searched_at(effort: str | None = None, **flags: Any) -> dict[str, Any]:
    """The flags, with what goes with --thorough or --fast where it isn't given itself."""
    given = {name: value for name, value in flags.items() if value is not None}
    return {**flags, **_EFFORTS[effort], **given}


def load_pipeline(state: State, settings: Settings, *, told: bool = False) -> tuple[FaceDetector, EmotionClassifier]:
    """Detector and classifier. Loading them takes seconds, and a person who is watching is told when it happens.

    `told`: by the caller itself.
    """
    return networks(settings, on_load=None if told else lambda: state.hint("Loading the models…"))
