"""The same keywords in the three lists that we write, with those of all places where programs look for any.

A program takes the place that it prefers, and stops there: an emotion put into an empty one would hide the keywords in
the others. So a list that is empty gets those as well. digiKam looks into eight, and takes the first that is filled:

| place                                                      | what lies above a name is told               |
|------------------------------------------------------------|----------------------------------------------|
| digiKam:TagsList                                           | `People/Kim`                                 |
| MicrosoftPhoto:LastKeywordXMP                              | `People/Kim`                                 |
| lr:hierarchicalSubject, else lr:HierarchicalSubject        | `People|Kim`                                 |
| mediapro:CatalogSets                                       | `People|Kim`                                 |
| acdsee:categories                                          | as XML: `gallery.xmp.categories`             |
| dc:subject                                                 | not                                          |
| IPTC's keywords (2:25), which a photo has in itself        | not                                          |
| EXIF's XPKeywords, which a photo has in itself             | `People/Kim`, a semicolon before the next    |

So `DMetadataSettingsContainer::defaultTagValues` and `DMetadata::getItemTagsPath` have it, in digiKam 5 to 8
(core/libs/metadataengine/dmetadata). Where there is a sidecar it forgets the XMP and IPTC of the photo, and others take
each property from the sidecar that is there; none of them may show fewer keywords for our writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from gallery.emotions import EMOTIONS
from gallery.xmp.categories import category_paths
from gallery.xmp.properties import (
    CATALOG_SETS,
    CATEGORIES,
    HIERARCHY,
    LAST_KEYWORDS,
    LISTS,
    OLD_HIERARCHY,
    READ_ONLY,
    SUBJECT,
    TAGS,
    Keywords,
    Property,
)

BRANCH: Final = "Emotion"
"""Emotions are leaves of this branch of the tree of keywords."""

_Path = tuple[str, ...]


def _between(separator: str, text: str) -> _Path:
    return tuple(name for part in text.split(separator) if (name := part.strip()))


_PATHS: Final[Mapping[Property, Callable[[str], Iterable[_Path]]]] = {
    TAGS: lambda text: [tuple(name.replace("|", "/") for name in _between("/", text))],
    LAST_KEYWORDS: lambda text: [_between("/", text)],
    HIERARCHY: lambda text: [_between("|", text)],
    OLD_HIERARCHY: lambda text: [_between("|", text)],
    CATALOG_SETS: lambda text: [_between("|", text)],
    CATEGORIES: category_paths,
}
"""How each place that tells what lies above a name does so, in digiKam's order."""


def keyword(which: Property, emotion: str) -> str:
    """How an emotion is written into a list.

    | list                   | happy           |
    |------------------------|-----------------|
    | digiKam:TagsList       | `Emotion/happy` |
    | lr:hierarchicalSubject | `Emotion|happy` |
    | dc:subject             | `happy`         |
    """
    return _written(which, (BRANCH, emotion))


def emotion_of(which: Property, text: str) -> str | None:
    """The emotion that `keyword` would write so; None for other keywords."""
    return next((emotion for emotion in EMOTIONS if keyword(which, emotion) == text), None)


def filled(present: Keywords, own: Keywords | None = None) -> dict[Property, list[str]]:
    """The lists as they are, those that are empty filled from all other places.

    From `dc:subject` alone, `beach`; from `digiKam:TagsList` or `MicrosoftPhoto:LastKeywordXMP` alone, `People/Anna`:

    | list                   | beach   | People/Anna   |
    |------------------------|---------|---------------|
    | digiKam:TagsList       | `beach` | `People/Anna` |
    | lr:hierarchicalSubject | `beach` | `People|Anna` |
    | dc:subject             | `beach` | `Anna`        |

    A name that holds the separator is written with the other one: `AC/DC` as the tag `AC|DC`. A flat keyword that is
    part of a path, or spells one, is not repeated.

    `own` are the keywords in the photo itself. Its lists are those of a sidecar without any keyword; of one with
    keywords, they are among what a list gets that is missing there, for it takes their place. Raises ValueError for
    what nobody has.
    """
    own = own or {}
    has_any = any(present.get(one) for one in LISTS) or bool(_paths(present))
    together = {one: present.get(one) or own.get(one, ()) for one in LISTS}
    together |= {one: (present if has_any else own).get(one, ()) for one in READ_ONLY}
    paths = _paths(together)
    full: dict[Property, list[str]] = {}
    for one in LISTS:
        full[one] = list(together[one])
        if not present.get(one) and (has_any or not full[one]):
            full[one] = list(dict.fromkeys([*full[one], *(_written(one, path) for path in paths)]))
    return full


def _paths(present: Keywords) -> list[_Path]:
    """Each keyword once, with the names above it."""
    found = {
        one: [path for text in present.get(one, ()) for path in paths_in(text) if path]
        for one, paths_in in _PATHS.items()
    }
    # digiKam copies what it reads in one place into all others: emotions there are ours, and perhaps of yesterday.
    found |= {one: [path for path in found[one] if not _is_ours(path)] for one in READ_ONLY}
    # Windows knows a name alone of which others know what lies above it.
    leaves = {path[-1] for one, paths in found.items() if one is not LAST_KEYWORDS for path in paths if len(path) > 1}
    found[LAST_KEYWORDS] = [path for path in found[LAST_KEYWORDS] if len(path) > 1 or path[0] not in leaves]
    paths = [path for some in found.values() for path in some]
    told = {name for path in paths for name in path} | {mark.join(path) for path in paths for mark in "/|"}
    flat = [(text,) for text in present.get(SUBJECT, ()) if text not in told]
    return list(dict.fromkeys([*paths, *flat]))


def _is_ours(path: _Path) -> bool:
    return len(path) == 2 and path[0] == BRANCH and path[1] in EMOTIONS


def _written(which: Property, path: Sequence[str]) -> str:
    if which is TAGS:
        return "/".join(name.replace("/", "|") for name in path)
    return "|".join(name.replace("|", "/") for name in path) if which is HIERARCHY else path[-1]
