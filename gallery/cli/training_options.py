"""What `gallery train` and `gallery evaluate` both ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from gallery.cli.paths import UserPath
from gallery.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])


def data_options(command: Command) -> Command:
    """`--data`, `--classes` and `--leave-out`, given to the command as `data` (a path) and `classes` (a `Classes`)."""

    @wraps(command)
    def with_classes(*args: Any, classes: tuple[str, ...], left_out: tuple[str, ...], **options: Any) -> Any:
        from gallery.training.folders import Classes

        pairs = dict(_pair(text) for value in classes for text in value.split(","))
        names = [name.strip() for value in left_out for name in value.split(",")]
        return command(*args, classes=Classes.of(pairs, names), **options)

    for option in (_left_out, _classes, _data):
        with_classes = option(with_classes)
    return with_classes  # type: ignore[return-value]


def _pair(text: str) -> tuple[str, str]:
    folder, equals, emotion = text.partition("=")
    if not (folder.strip() and equals and emotion.strip()):
        raise UsageError(f"--classes {text}: write FOLDER=EMOTION, for instance --classes 1=surprise,2=fear")
    return folder.strip(), emotion.strip()


_data = click.option(
    "--data",
    required=True,
    type=UserPath(exists=True, path_type=Path),
    help="Kaggle's fer2013.csv or icml_face_data.csv, or a folder with train/ and test/.",
)
_classes = click.option(
    "--classes",
    multiple=True,
    metavar="FOLDER=EMOTION,...",
    help="Which folders of pictures are which emotion, where their names don't say it.",
)
_left_out = click.option(
    "--leave-out", "left_out", multiple=True, metavar="FOLDER,...", help="Folders that are none of the seven emotions."
)
