"""Groups of alike looks agree with a slow, obvious search."""

from __future__ import annotations

import random

import pytest

from gallery.similar.clusters import Clusters, groups_alike


def slow_groups(looks: list[int], within: int) -> list[list[int]]:
    """Grows each group from its first member until nothing joins it any more."""
    left, groups = list(range(len(looks))), []
    while left:
        group = [left.pop(0)]
        for member in group:
            near = [n for n in left if looks[n] and looks[member] and (looks[n] ^ looks[member]).bit_count() <= within]
            group += near
            left = [n for n in left if n not in near]
        groups.append(sorted(group))
    return [group for group in groups if len(group) > 1]


def family(dice: random.Random, look: int, size: int) -> list[int]:
    """Looks that differ from `look` in up to 12 bits."""
    return [look ^ sum(1 << bit for bit in dice.sample(range(63), dice.randrange(13))) for _ in range(size)]


@pytest.mark.parametrize("within", [0, 1, 3, 4, 6, 7, 8, 11])
def test_groups_are_those_of_a_slow_search(within: int) -> None:
    dice = random.Random(within)
    looks = [look for _ in range(40) for look in family(dice, dice.getrandbits(63), 8)]
    dice.shuffle(looks)
    groups = groups_alike(looks, within)
    assert groups == slow_groups(looks, within)
    assert groups or within == 0


def test_flat_pictures_are_in_no_group() -> None:
    assert groups_alike([0, 9, 0, 9], 11) == [[1, 3]]
    assert groups_alike([], 6) == []


def test_distance_beyond_the_bands_is_refused() -> None:
    for within in (-1, 12):
        with pytest.raises(ValueError, match="allowed: 0 to 11"):
            groups_alike([1, 2], within)


def test_clusters_join_in_any_order() -> None:
    clusters = Clusters(7)
    for pair in [(5, 6), (1, 2), (6, 1), (4, 4), (2, 5)]:
        clusters.join(*pair)
    assert clusters.groups() == [[1, 2, 5, 6]]
