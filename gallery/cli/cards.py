"""What `gallery show` and `gallery why` share: the bars of a face, and pictures with faces drawn on them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gallery.cli.listing import score_text
from gallery.emotions import COLOURS
from gallery.errors import ImageError, NotIndexedError, UsageError
from gallery.records import PhotoRecord
from gallery.store.store import Store

if TYPE_CHECKING:
    from PIL import Image
    from rich.text import Text

    from gallery.settings import Settings

_BAR_WIDTH: Final = 24


def absolute(path: Path) -> str:
    """The path as the database knows it: links are not resolved."""
    return os.path.abspath(path.expanduser())  # noqa: PTH100 - pathlib's would resolve links


def bars(scores: Mapping[str, float]) -> Iterator[Text]:
    """A line for each emotion, with a bar as long as its score."""
    from rich.text import Text

    for label, score in scores.items():
        yield Text.assemble(f"  {label:<9}{score_text(score)} ", ("█" * round(score * _BAR_WIDTH), COLOURS[label]))


def refuse_originals(store: Store, record: PhotoRecord, out: Path) -> None:
    """UsageError where `out` is an indexed photo, under whatever name; photos are never changed."""
    place = Path(absolute(out))
    for name in {str(place), str(place.resolve())}:
        try:
            store.photo(name)
        except NotIndexedError:
            continue
        raise UsageError(f"{out}: is an indexed photo, which is never overwritten; choose another name")
    if place.exists() and any(Path(path).exists() and place.samefile(path) for path in record.paths):
        raise UsageError(f"{out}: is the photo itself, which is never overwritten; choose another name")


def full_picture(record: PhotoRecord, settings: Settings) -> Image.Image:
    """The photo at full size, upright, from a file that still holds it. Raises ImageError."""
    from gallery.images.decode import read_image

    return read_image(_source(record), long_side=None, max_megapixels=settings.max_megapixels).image


def _source(record: PhotoRecord) -> str:
    """A file that still holds the photo: on any other the boxes would lie about. Raises ImageError."""
    from gallery.images.decode import hash_file

    for path in record.paths:
        with contextlib.suppress(ImageError):
            if hash_file(path) == record.hash:
                return path
    raise ImageError(record.path, "is gone or changed since it was indexed; run `gallery index` on its folder")
