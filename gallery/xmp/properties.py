"""The properties of a sidecar that we read and write.

Our own namespace holds what no other program has a place for:

| property | holds |
|---|---|
| `gallery:Faces` | a Seq of structures, one for each face that counts and shows an emotion |
| `gallery:AddedTagsList`, `AddedHierarchicalSubject`, `AddedSubject` | Bags: the emotions that we put into a list |
| `gallery:CarriedTagsList`, `CarriedHierarchicalSubject`, `CarriedSubject` | Bags: the photo's other keywords that we \
put into a list that was empty, lest our one hide them |

| field of a face | holds |
|---|---|
| `gallery:Left`, `Top`, `Right`, `Bottom` | its box in the upright picture, as shares of width and height, 0 to 1 |
| `gallery:Emotion` | one of `gallery.emotions.EMOTIONS` |
| `gallery:Score` | 0 to 1 |
| `gallery:Source` | who said it: `model` or `person` |

Nothing is ever written into `mwg-rs:Regions`: programs take what is named there for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META: Final = "adobe:ns:meta/"
OURS: Final = "http://gallery.invalid/xmp/1.0/"
"""Our namespace. It is a name, no address: nobody can ever own a domain below `.invalid`."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property whose value is a list. `container` is the kind of list that we make; others are read as well."""

    prefix: str
    uri: str
    name: str
    container: str = "Bag"

    @property
    def tag(self) -> str:
        """The name as lxml has it."""
        return f"{{{self.uri}}}{self.name}"

    def __str__(self) -> str:
        return f"{self.prefix}:{self.name}"


TAGS: Final = Property("digiKam", "http://www.digikam.org/ns/1.0/", "TagsList", "Seq")
HIERARCHY: Final = Property("lr", "http://ns.adobe.com/lightroom/1.0/", "hierarchicalSubject")
SUBJECT: Final = Property("dc", "http://purl.org/dc/elements/1.1/", "subject")
LISTS: Final = (TAGS, HIERARCHY, SUBJECT)
"""The lists of keywords that we write, which belong together."""

LAST_KEYWORDS: Final = Property("MicrosoftPhoto", "http://ns.microsoft.com/photo/1.0/", "LastKeywordXMP")
OLD_HIERARCHY: Final = Property("lr", HIERARCHY.uri, "HierarchicalSubject", "Seq")
CATALOG_SETS: Final = Property("mediapro", "http://ns.iview-multimedia.com/mediapro/1.0/", "CatalogSets")
CATEGORIES: Final = Property("acdsee", "http://ns.acdsee.com/iptc/1.0/", "categories")
READ_ONLY: Final = (LAST_KEYWORDS, OLD_HIERARCHY, CATALOG_SETS, CATEGORIES)
"""Other places of keywords, into which we never write; the last holds one text."""

FACES: Final = Property("gallery", OURS, "Faces", "Seq")
FACE_FIELDS: Final = ("Left", "Top", "Right", "Bottom", "Emotion", "Score", "Source")

ADDED: Final = {one: Property("gallery", OURS, f"Added{one.name[0].upper()}{one.name[1:]}") for one in LISTS}
CARRIED: Final = {one: Property("gallery", OURS, f"Carried{one.name[0].upper()}{one.name[1:]}") for one in LISTS}

SIDECAR_FOR: Final = "{http://ns.adobe.com/photoshop/1.0/}SidecarForExtension"
"""In Adobe's sidecars: the suffix of the file that it belongs to."""

Keywords = Mapping[Property, Sequence[str]]
"""What is in each of LISTS and READ_ONLY; one that isn't named is empty."""
