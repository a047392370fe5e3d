"""How long searches take in a large database.

`python -m benchmarks.search [PHOTOS] [DATABASE]` measures in DATABASE, which is made with so many photos (a million)
where it doesn't exist, and kept for the next time. Prints milliseconds in this process, and those of its processor,
which other programs disturb less; then seconds of the whole program from the shell, in turn with the mere import of
SQLAlchemy, which bounds it from below.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.library import faces_in, open_or_make, photos_in
from gallery.query.query import Query

RUNS: Final = 21
SHELL_RUNS: Final = 5

SEARCHES: Final = {
    "common emotion: happy": Query.of(emotions=["happy"], limit=50),
    "rare emotion: disgust": Query.of(emotions=["disgust"], limit=50),
    "rare emotion, all of them": Query.of(emotions=["disgust"]),
    "any of disgust, fear, surprise": Query.of(emotions=["disgust", "fear", "surprise"], limit=50),
    "happy and disgust in one photo": Query.of(all_emotions=["happy", "disgust"], limit=50),
    "happy, 3 faces and more": Query.of(emotions=["happy"], faces="3..", limit=50),
    "happy, not sad": Query.of(emotions=["happy"], not_emotions=["sad"], limit=50),
    "happy, not sad, 3 faces and more, 2019 to 2021": Query.of(
        emotions=["happy"], not_emotions=["sad"], faces="3..", since="2019", until="2021", limit=50
    ),
    "the same, oldest first": Query.of(
        emotions=["happy"], not_emotions=["sad"], faces="3..", since="2019", until="2021", sort="oldest", limit=50
    ),
    "2019 to 2021": Query.of(since="2019", until="2021", limit=50),
    "all photos": Query.of(limit=50),
    **{
        f"in words {text}": Query.parse(text)
        for text in (
            "emotion:happy limit:50",
            "emotion:happy -emotion:sad faces:3.. date:2019..2021 limit:50",
            "emotion:disgust or emotion:fear limit:50",
            "disgust:0.8.. limit:50",
            "all:happy faces:2.. limit:50",
            "most:surprise limit:50",
            "mixed: limit:50",
            "is:uncertain limit:50",
            "is:corrected limit:50",
            "is:missing limit:50",
            "has:gps camera:canon limit:50",
            "path:2019-07 emotion:happy limit:50",
        )
    },
}
COUNTS: Final = {
    "happy": Query.of(emotions=["happy"]),
    "disgust": Query.of(emotions=["disgust"]),
    "happy, not sad, 3 faces and more, 2019 to 2021": Query.of(
        emotions=["happy"], not_emotions=["sad"], faces="3..", since="2019", until="2021"
    ),
    "in words emotion:happy": Query.parse("emotion:happy"),
    "in words all:happy": Query.parse("all:happy"),
    "all photos": Query(),
}
FROM_SHELL: Final = ("search", "--emotion", "disgust", "--limit", "50")


def main(photos: str = "1000000", database: str = "") -> None:
    """Print the figures."""
    file = Path(database or Path(tempfile.gettempdir()) / f"gallery-{photos}.db")
    start = time.perf_counter()
    with open_or_make(file, int(photos)) as store:
        print(f"{file}: {photos_in(store):,} photos, {faces_in(store):,} faces, ", end="")
        print(f"{file.stat().st_size / 1e9:.2f} GB, ready after {time.perf_counter() - start:.0f} s")
        print(f"\nmilliseconds of {RUNS} runs: the first; of the others median, worst, median of the processor")
        for name, query in SEARCHES.items():
            report(f"search {name}", lambda query=query: len(store.search(query)))
        for name, query in COUNTS.items():
            report(f"count {name}", lambda query=query: store.count(query))
    print(f"\nseconds of {SHELL_RUNS} runs in turn: median, worst")
    from_shell(file)


def report(name: str, answer: Callable[[], int]) -> None:
    """Time the call and print a line, with what it answers."""
    (first, _), found = timed(answer)
    seconds, busy = zip(*(timed(answer)[0] for _ in range(RUNS - 1)), strict=True)
    times = (first, statistics.median(seconds), max(seconds), statistics.median(busy))
    print("".join(f"{each * 1000:9.2f}" for each in times) + f"  {name}: {found:,}")


def timed(answer: Callable[[], int]) -> tuple[tuple[float, float], int]:
    """Seconds and processor seconds of this process, and the answer."""
    start, busy = time.perf_counter(), time.process_time()
    found = answer()
    return (time.perf_counter() - start, time.process_time() - busy), found


def from_shell(file: Path) -> None:
    """Time the program and the import of SQLAlchemy in turn, and print a line for each."""
    commands = {
        f"gallery {' '.join(FROM_SHELL)}": [sys.executable, "-m", "gallery", "--db", str(file), *FROM_SHELL],
        'python -c "import sqlalchemy"': [sys.executable, "-c", "import sqlalchemy"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(SHELL_RUNS):
        for name, command in commands.items():
            times[name].append(timed(lambda command=command: ran(command))[0][0])
    for name, seconds in times.items():
        print(f"{statistics.median(seconds):9.3f}{max(seconds):9.3f}  {name}")


def ran(command: list[str]) -> int:
    """Lines of output of a command, which must succeed."""
    return len(subprocess.run(command, check=True, capture_output=True).stdout.splitlines())


if __name__ == "__main__":
    main(*sys.argv[1:])
