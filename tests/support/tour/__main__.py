"""Makes the pictures of docs/tour.md again, after the page has changed:

python -m tests.support.tour
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.tour.library import make_library
from tests.support.tour.pictures import take_pictures

PICTURES = Path(__file__).parents[3] / "docs" / "tour"


def main() -> None:
    with TemporaryDirectory() as folder:
        # Thumbnails go with the rest.
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        with make_library(Path(folder)) as store:
            take_pictures(store, PICTURES)


if __name__ == "__main__":
    main()
