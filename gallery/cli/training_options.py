"""What `gallery train` and `gallery evaluate` both ask for."""

from __future__ import annotations

from pathlib import Path

import click

from gallery.cli.paths import UserPath

data_option = click.option(
    "--data",
    required=True,
    type=UserPath(exists=True, path_type=Path),
    help="Kaggle's fer2013.csv or icml_face_data.csv, or a folder with train/ and test/.",
)
