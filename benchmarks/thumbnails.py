"""What thumbnails cost: beside indexing, where photos are decoded anyway, and on demand; as JPEG and as WebP.

`python -m benchmarks.thumbnails [--photos FOLDER] [--count N]` makes N JPEGs of 12 megapixels from FOLDER (drawn ones
otherwise). All times are processor time of one core, so that other work on the machine counts for little.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from benchmarks.index import SETTINGS, make_library
from gallery.images.decode import DecodedPhoto, read_image
from gallery.images.scan import scan
from gallery.images.sources import Source
from gallery.images.thumbnails import SIZES, long_side, read_thumbnail, thumbnail_of
from gallery.records import FileStamp
from gallery.vision.lazy import networks


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.thumbnails", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="pictures to make the library from")
    parser.add_argument("--count", type=int, default=24, metavar="N", help="photos in the library; 24 by default")
    options = parser.parse_args()
    pictures = [Path(file.path) for file in scan([options.photos])] if options.photos else []
    with TemporaryDirectory() as folder:
        paths = make_library(Path(folder), options.count, pictures)
        beside_indexing(paths)
        on_demand(paths)


def beside_indexing(paths: Sequence[Path]) -> None:
    """What decoding, looking for faces and the thumbnail take of each photo."""
    detector, _ = networks(SETTINGS)
    detector.detect([read(paths[0]).image])
    reading, photos = timed(read, paths)
    searching, _ = timed(lambda photo: detector.detect([photo.image]), photos)
    making, made = timed(lambda photo: thumbnail_of(photo.image), photos)
    share = making / (reading + searching)
    size = sum(len(one.jpeg) for one in made) / len(made) / 1000
    print(f"indexing: decode {reading:.1f} ms, faces {searching:.1f} ms, thumbnail {making:.1f} ms: {share:.1%} more")
    print(f"  {size:.1f} kB a photo")
    small = [Image.open(io.BytesIO(one.jpeg)).convert("RGB") for one in made]
    for name, how in {"JPEG": {}, "WEBP": {"method": 2}}.items():
        took, sizes = timed(lambda picture, name=name, how=how: encoded(picture, name, **how), small)
        print(f"  encoded as {name}: {took:.1f} ms, {sum(sizes) / len(sizes) / 1000:.1f} kB")


def on_demand(paths: Sequence[Path]) -> None:
    """How many a core makes in a second, of files that are still what was indexed."""
    sources = [Source(FileStamp.of(str(path), path.stat()), "") for path in paths]
    for size in SIZES:
        longer = long_side(4000, 3000, size)
        took, made = timed(lambda one, size=size, longer=longer: read_thumbnail(one, size, longer, 200.0), sources)
        weight = sum(len(one.jpeg) for one in made) / len(made) / 1000
        print(f"on demand, {size} pixels: {took:.1f} ms, {1000 / took:.0f} a second and core, {weight:.1f} kB")


def read(path: Path) -> DecodedPhoto:
    """As indexing does."""
    return read_image(path, long_side=SETTINGS.long_side, max_megapixels=SETTINGS.max_megapixels, quick=True)


def encoded(picture: Image.Image, name: str, **how: Any) -> int:
    """Bytes of the picture in this format."""
    buffer = io.BytesIO()
    picture.save(buffer, name, quality=80, **how)
    return buffer.tell()


def timed(work: Callable[[Any], Any], things: Sequence[Any]) -> tuple[float, list[Any]]:
    """Milliseconds of processor time for each thing, and what was made of them."""
    start = time.process_time()
    made = [work(thing) for thing in things]
    return (time.process_time() - start) * 1000 / len(things), made


if __name__ == "__main__":
    main()
