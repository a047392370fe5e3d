"""How many hostile texts and files of each kind the program took, and what came of them that should not.

`python -m benchmarks.fuzz [--seconds N | --count N] [--only NAME] [--seed N]` tries each of the kinds in
`tests/support/fuzzing.py` for N seconds (60 by default), or N of them: heads of pictures in all formats, EXIF,
sidecars, dumps, settings, queries, what exports leave in folders, ignore files; of pictures that were cut, flipped and
doubled in parts (`repairs`), what is read must be all there. A line for each: how many were tried, the slowest one, the
peak of memory so far. Where something else than an error of the program's own came of one, the smallest such text that
hypothesis finds is shown, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import traceback
import warnings
from itertools import count

from hypothesis import HealthCheck, given, seed, settings

from tests.support.fuzzing import TARGETS, Target

_AT_ONCE = 500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=0, help="at least so many of each, however long it takes")
    parser.add_argument("--only", choices=list(TARGETS), action="append")
    parser.add_argument("--seed", type=int, default=1)
    given_ = parser.parse_args()
    warnings.filterwarnings("ignore", module=r"PIL\.")
    failed = [name for name in given_.only or TARGETS if not _try(name, given_)]
    return 1 if failed else 0


def _try(name: str, options: argparse.Namespace) -> bool:
    """Whether nothing came of this kind but what may."""
    tally = Tally(TARGETS[name])
    end = time.monotonic() + options.seconds
    try:
        for round_ in count(options.seed):
            tally.run(round_)
            if tally.tried >= options.count and (options.count or time.monotonic() > end):
                break
    except Exception:
        traceback.print_exc()
        print(f"{name}: a fault after {tally.tried}, shown above")
        return False
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name}: {tally.tried} tried, the slowest {tally.slowest:.2f} s, peak {peak} MB", flush=True)
    return True


class Tally:
    """Tries what a target draws, and counts."""

    def __init__(self, target: Target) -> None:
        self.target, self.tried, self.slowest = target, 0, 0.0

    def run(self, number: int) -> None:
        """So many at once, by this seed."""

        @seed(number)
        @settings(deadline=None, max_examples=_AT_ONCE, database=None, suppress_health_check=list(HealthCheck))
        @given(self.target.drawn)
        def tried(drawn: object) -> None:
            start = time.process_time()
            self.target.try_one(drawn)
            self.tried += 1
            self.slowest = max(self.slowest, time.process_time() - start)

        tried()


if __name__ == "__main__":
    sys.exit(main())
