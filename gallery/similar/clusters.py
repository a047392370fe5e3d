"""Groups of things that are alike: pictures by their looks, whatever joins them one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Final

from gallery.images.look import FLAT

FARTHEST_ALIKE: Final = 11
"""Groups of looks farther apart would be sought for minutes among 100,000 photos, and hold unrelated ones."""

_BANDS: Final = (0, 16, 32, 48)
_BAND: Final = (1 << 16) - 1


class Clusters:
    """The numbers from 0 on, joined pair by pair; each begins alone."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def join(self, one: int, other: int) -> None:
        """Makes one cluster of the two that hold these."""
        first, second = sorted((self._root(one), self._root(other)))
        self._parents[second] = first

    def groups(self) -> list[list[int]]:
        """The clusters of two and more, in the order of their first numbers, each in rising order."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for number in range(len(self._parents)):
            found[self._root(number)].append(number)
        return [group for group in found.values() if len(group) > 1]

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number


def groups_alike(looks: Sequence[int], within: int) -> list[list[int]]:
    """Which of the pictures are alike, as places in `looks`: joined by steps of at most `within` bits (0 to 11).

    Flat pictures are in no group. A hundred thousand looks take seconds.
    """
    if not 0 <= within <= FARTHEST_ALIKE:
        raise ValueError(f"within is {within}; allowed: 0 to {FARTHEST_ALIKE}")
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, look in enumerate(looks):
        if look != FLAT:
            places[look].append(place)
    clusters = Clusters(len(looks))
    for same in places.values():
        for place in same[1:]:
            clusters.join(same[0], place)
    for one, other in _pairs(places, within):
        clusters.join(places[one][0], places[other][0])
    return clusters.groups()


def _pairs(looks: Iterable[int], within: int) -> Iterator[tuple[int, int]]:
    """All pairs of these different looks that are at most `within` bits apart, some of them more than once.

    Of four bands of 16 bits, one differs in at most a quarter of the bits: only looks that agree in a band so far are
    compared (G. Manku et al., "Detecting near-duplicates for web crawling", 2007).
    """
    masks = _masks(within // len(_BANDS))
    looks = list(looks)
    for shift in _BANDS:
        buckets: defaultdict[int, list[int]] = defaultdict(list)
        for look in looks:
            buckets[look >> shift & _BAND].append(look)
        for band, members in buckets.items():
            yield from _near(combinations(members, 2), within)
            for mask in masks:
                # Each pair of bands is come upon from either side.
                if band < band ^ mask and (others := buckets.get(band ^ mask)):
                    yield from _near(product(members, others), within)


def _near(pairs: Iterable[tuple[int, int]], within: int) -> Iterator[tuple[int, int]]:
    return ((one, other) for one, other in pairs if (one ^ other).bit_count() <= within)


def _masks(most: int) -> list[int]:
    """All numbers of 16 bits in which 1 to `most` are set."""
    return [sum(1 << bit for bit in bits) for count in range(1, most + 1) for bits in combinations(range(16), count)]
