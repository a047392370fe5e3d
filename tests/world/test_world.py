"""Whatever happens to photos, and whatever is said of them, in whichever order: what is shown is what must be."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from gallery.store import shown
from tests.world.story import Moment, story, told
from tests.world.world import STEPS, WEIGHTS, World

HOW = settings(
    max_examples=6,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""Some 250 steps, always the same; `python -m benchmarks.world` tries others, thousands of them."""


class Chance:
    """Dice that Hypothesis throws, and throws lower where a shorter story fails as well."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def below(self, count: int) -> int:
        return self._data.draw(st.integers(0, count - 1))


class WorldOfChanges(RuleBasedStateMachine):
    """A world, in which each rule is one of STEPS."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="world")
        self.world = World(Path(self._folder.name))

    @rule(name=st.sampled_from([name for name in sorted(STEPS) for _ in range(WEIGHTS[name])]), data=st.data())
    def something_happens(self, name: str, data: st.DataObject) -> None:
        self.world.do(name, Chance(data))

    def teardown(self) -> None:
        self.world.__exit__(None, None, None)
        self._folder.cleanup()


def test_what_is_shown_is_what_must_be() -> None:
    run_state_machine_as_test(WorldOfChanges, settings=HOW)


@pytest.mark.parametrize("seed", [1, 2])
def test_long_stories_go_well(seed: int) -> None:
    failure = told(story(seed, 150))
    assert failure is None, "\n".join([*failure.log, failure.reason])


def test_a_story_can_be_told_again() -> None:
    assert story(7, 50) == story(7, 50)
    assert len(story(7, 50)) == 50
    assert {moment.name for seed in range(40) for moment in story(seed, 100)} == set(STEPS)


def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two words on a face the first would count."""
    plain = shown._labels
    monkeypatch.setattr(shown, "_labels", lambda *given: reversed(list(plain(*given))))
    steps = [*["take_photo"] * 8, "index", *["label"] * 40]
    failure = told([Moment(name, f"here {number}") for number, name in enumerate(steps)])
    assert failure is not None
    assert failure.reason.startswith("DifferenceError: photos faces of ")
