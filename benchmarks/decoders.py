"""How the program reads collections of pictures, beside ImageMagick and exiftool.

`python -m benchmarks.decoders FOLDER... [--list KIND] [--apart N] [--workers N] [--fetch]` reads every picture below
the folders as `gallery index` would, at full size, and compares it with what ImageMagick shows of it (upright, on
white, in sRGB), and its date, place and orientation with what exiftool prints. Alike are pictures no part of which is
more than N of 255 apart (8). Prints a table by format and kind, how the differences are explained, and a line for each
picture that is told in another way; `--list alike` adds those that are alike, and so on. The exit code is 1 where a
picture is neither read nor refused in words, or is read as whole though ImageMagick misses pixels of it.

`--fetch` first brings collections into the first folder, by this machine's own pip and apt: the sources of libraries
that read pictures, with what they are tested on; see `benchmarks/fetched.py`. Nothing is fetched without it.

A difference is explained where ImageMagick's picture can be made from ours by what is known of its readers: see
`benchmarks/differences.py`.
"""

from __future__ import annotations

import argparse
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as TookTooLongError
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from pebble import ProcessPool
from PIL import Image

from benchmarks.differences import explanation
from benchmarks.fetched import fetch
from benchmarks.told import Told, differences_in, tell
from gallery.errors import ImageError
from gallery.images.colours import in_srgb
from gallery.images.decode import DecodedPhoto, read_image
from gallery.images.effort import complaints
from gallery.images.opening import open_image
from gallery.images.scan import scan
from gallery.settings import Settings
from tests.support.second_decoder import Seen, apart, format_of, seen

SECONDS: Final = 300
"""For each picture, all decoders together: a hang is a fault."""
RESULTS: Final = (
    "alike",
    "explained",
    "apart",
    "only we",
    "only they",
    "unsupported",
    "neither",
    "pixels missing",
    "fault",
)
FAULTS: Final = ("pixels missing", "fault")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a picture, one of RESULTS, and why."""

    path: str
    format: str
    kind: str
    result: str
    why: str = ""
    photo: DecodedPhoto | None = None
    """Without its pixels: it travels between processes."""


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--fetch", action="store_true", help="first bring collections into the first folder")
    parser.add_argument("--list", choices=RESULTS, action="append", metavar="KIND", help="list these, too")
    parser.add_argument("--apart", type=float, default=8, metavar="N", help="of 255; 8 by default")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    options = parser.parse_args()
    if options.fetch:
        fetch(options.folders[0])
    paths = [file.path for file in scan(options.folders)]
    verdicts = list(judged(paths, options.apart, options.workers))
    print_table(verdicts)
    print_reasons(verdicts)
    print_list(verdicts, {"apart", "only we", "only they", "unsupported", *FAULTS, *(options.list or ())})
    print_metadata(verdicts)
    return 1 if any(verdict.result in FAULTS for verdict in verdicts) else 0


def judged(paths: Sequence[str], limit: float, workers: int) -> Iterator[Verdict]:
    """In their order; of a picture whose process hangs or dies, that."""
    with ProcessPool(workers) as pool:
        tasks = [(path, pool.schedule(judge, (path, limit), timeout=SECONDS)) for path in paths]
        for number, (path, task) in enumerate(tasks, start=1):
            try:
                verdict: Verdict = task.result()
            except TookTooLongError:
                verdict = Verdict(path, "?", "?", "fault", f"took more than {SECONDS} s")
            except Exception as error:
                verdict = Verdict(path, "?", "?", "fault", f"its process ended: {error!r}")
            if sys.stderr.isatty():
                print(f"\r{number} of {len(paths)}", end="\n" if number == len(paths) else "", file=sys.stderr)
            yield verdict


def judge(path: str, limit: float) -> Verdict:
    """Reads a picture by both decoders, and compares."""
    warnings.simplefilter("ignore")
    form, kind = described(Path(path))
    with complaints():
        try:
            ours: DecodedPhoto | str = read_image(path, long_side=None, max_megapixels=Settings().max_megapixels)
        except ImageError as error:
            ours = error.reason
        except Exception:
            return Verdict(path, form, kind, "fault", traceback.format_exc())
        result, why = compared(Path(path), ours, seen(Path(path)), limit)
    if isinstance(ours, DecodedPhoto):
        return Verdict(path, form, kind, result, why, replace(ours, image=Image.new("RGB", (1, 1))))
    return Verdict(path, form, kind, result, why)


def described(path: Path) -> tuple[str, str]:
    """The format, and how its pixels are kept."""
    with path.open("rb") as file:
        form = (format_of(file.read(16)) or "none").upper()
    try:
        with open_image(path) as image:
            kind = f"{image.mode}{' animated' if getattr(image, 'n_frames', 1) > 1 else ''}"
            return form, f"{kind}{' progressive' if image.info.get('progressive') else ''}"
    except Exception:
        return form, "not opened"


def compared(path: Path, ours: DecodedPhoto | str, theirs: Seen, limit: float) -> tuple[str, str]:
    """One of RESULTS, and why."""
    they_say = " ".join(theirs.said.split())[:160]
    if isinstance(ours, str):
        if theirs.pixels is None:
            return "neither", refusal(ours)
        if ours.startswith("this kind of"):
            return "unsupported", ours.partition(";")[0]
        if theirs.misses_pixels or "@ error" in theirs.said:
            return "explained", "refused by us as damaged; they fill what is missing"
        return "only they", ours
    if theirs.pixels is None:
        return "only we", they_say
    if theirs.misses_pixels and not ours.odd:
        return "pixels missing", they_say
    found = apart(np.asarray(in_srgb(ours.image.copy())), theirs.pixels)
    if found is not None and found <= limit:
        return "alike", ours.odd
    reason = explanation(path, ours, theirs, limit)
    measured = "of another size" if found is None else f"{found:.0f} of 255 apart"
    return ("explained", reason) if reason else ("apart", f"{measured}{'; ' if they_say else ''}{they_say}")


def refusal(reason: str) -> str:
    """The kind of it."""
    if "max_megapixels" in reason:
        return "more than max_megapixels"
    return reason.partition(":")[0].partition("(")[0].strip()


def print_table(verdicts: Sequence[Verdict]) -> None:
    """A row for each kind of each format."""
    counts = Counter((verdict.format, verdict.kind, verdict.result) for verdict in verdicts)
    kinds = sorted({(verdict.format, verdict.kind) for verdict in verdicts})
    print(f"{len(verdicts)} pictures")
    print(_row("format", "kind", RESULTS))
    for form, kind in kinds:
        print(_row(form, kind, [counts[form, kind, result] or "" for result in RESULTS]))
    sums = Counter(verdict.result for verdict in verdicts)
    print(_row("all", "", [sums[result] or "" for result in RESULTS]))


def _row(form: str, kind: str, cells: Sequence[object]) -> str:
    columns = (f"{cell:>{len(result) + 2}}" for cell, result in zip(cells, RESULTS, strict=True))
    return f"{form:7}{kind:17}{''.join(columns)}"


def print_reasons(verdicts: Sequence[Verdict]) -> None:
    """How often differences are explained by what, and what is refused by both."""
    for result in ("explained", "neither"):
        reasons = Counter(verdict.why for verdict in verdicts if verdict.result == result)
        print(f"\n{result}:")
        for reason, number in reasons.most_common():
            print(f"{number:7}  {reason}")


def print_list(verdicts: Sequence[Verdict], results: set[str]) -> None:
    """A line for each of these."""
    print()
    for verdict in sorted(verdicts, key=lambda one: (RESULTS.index(one.result), one.path)):
        if verdict.result in results:
            print(f"{verdict.result}: {verdict.path} ({verdict.format} {verdict.kind}): {verdict.why}")


def print_metadata(verdicts: Sequence[Verdict]) -> None:
    """Where date, place or orientation aren't as exiftool has them, of the pictures that are read."""
    read = [verdict for verdict in verdicts if verdict.photo is not None]
    told: dict[str, Told] = tell([verdict.path for verdict in read])
    lines = []
    for verdict in read:
        if verdict.photo is not None and verdict.path in told:
            lines += [f"{verdict.path}: {line}" for line in differences_in(verdict.photo, told[verdict.path])]
    print(f"\ndates, places and orientations: {len(told)} compared with exiftool, {len(lines)} differences")
    print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
