"""Tries stories of the world of changes: what is shown is what must be, whatever happens to photos.

`python -m benchmarks.world [--steps 10000] [--length 400] [--seed 0] [--state FILE]` lives through stories of so many
steps each, one seed after the other, until as many steps are done as were asked for, and prints how many they were, how
fast, and of the first seed that shows a difference the shortest story that does. With a state file it goes on where it
was left off, by Ctrl-C, too. See `tests.world`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.world.story import Failure, shortest, story, told


def main() -> None:
    """Print the figures."""
    asked = _asked()
    done = _begun(asked)
    began, first = time.process_time(), done["steps"]
    while done["steps"] < asked.steps:
        seed, moments = done["seed"], story(done["seed"], asked.length)
        failure = told(moments)
        done["steps"] += failure.steps if failure else len(moments)
        if failure is not None:
            _tell_failure(seed, failure, asked.length)
            break
        done["seed"] += 1
        done["names"] = dict(Counter(done["names"]) + Counter(moment.name for moment in moments))
        if asked.state:
            asked.state.write_text(json.dumps(done))
        print(f"{done['steps']} steps, next seed {done['seed']}", file=sys.stderr)
    seconds = time.process_time() - began
    print(f"{done['steps']} steps in stories of {asked.length}, the last of seed {done['seed'] - 1}")
    print(f"{(done['steps'] - first) / max(seconds, 0.001):.1f} steps per second of processor time")
    print(", ".join(f"{name} {count}" for name, count in sorted(done["names"].items())))
    sys.exit(1 if done["steps"] < asked.steps else 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--length", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path)
    return parser.parse_args()


def _begun(asked: argparse.Namespace) -> dict[str, Any]:
    if asked.state and asked.state.exists():
        begun: dict[str, Any] = json.loads(asked.state.read_text())
        return begun
    return {"seed": asked.seed, "steps": 0, "names": {}}


def _tell_failure(seed: int, failure: Failure, length: int) -> None:
    print(f"seed {seed} shows a difference after {failure.steps} steps:\n{failure.reason}\n")
    _, short = shortest(story(seed, length))
    if short is not None:
        print("\n".join(["the shortest story found:", *short.log, short.reason]))


if __name__ == "__main__":
    main()
