"""Whatever a stranger or a bad disk hands to the program: it is read, or refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.fuzzing import TARGETS


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck), database=None)
def test_nothing_but_our_own_errors_comes_of(name: str, data: st.DataObject) -> None:
    drawn: Any = data.draw(TARGETS[name].drawn)
    TARGETS[name].try_one(drawn)
