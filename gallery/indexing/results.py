"""What a run tells: each photo's fate, and the counts of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from gallery.indexing.reconcile import Status


class Phase(StrEnum):
    """What a run is at."""

    LOOKING = "looking through the folders"
    LOADING = "loading the models"
    """Photos are being read, and none has been searched for faces yet: the networks are loaded first, which takes
    seconds. What is known by its bytes or its picture needs none."""
    READING = "reading photos"


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """One photo's fate: `faces` counts those found just now with enough confidence.

    `reason` is set for failures, and for what is no longer wanted: see `gallery.store.unwanted.Why`. Where `is_photo`
    is false, it is a folder that couldn't be looked into, or an ignore file. Of a photo that came into the place of
    another, showing the same shot: `waiting` are words on faces of that one which weren't found in this one, `staying`
    its places in albums, which stay with it while it has a file; `turn_ended`: that one was turned by a person, which
    doesn't hold for this one, for it lies otherwise itself. `odd` tells what is wrong with a file whose picture
    could be read none the less.
    """

    path: str
    status: Status
    faces: int = 0
    reason: str | None = None
    is_photo: bool = True
    waiting: int = 0
    staying: int = 0
    odd: str = ""
    is_odd: bool = False
    """Something about the file is kept that `is:odd` finds: `odd`, or a date that isn't as it should be."""
    turn_ended: bool = False


@dataclass(slots=True)
class Summary:
    """Counts over the results of a run, by status; `faces` are those found in it."""

    new: int = 0
    unchanged: int = 0
    edited: int = 0
    changed: int = 0
    moved: int = 0
    copied: int = 0
    missing: int = 0
    restored: int = 0
    reread: int = 0
    failed: int = 0
    unwanted: int = 0
    faces: int = 0
    in_bins: int = 0
    """Files with names of photos that were passed over, for they lie in bins, snapshots and the like."""
    failed_places: int = 0
    """Of those that failed: folders that couldn't be looked into, and ignore files."""
    words_waiting: int = 0
    """What was said of faces that weren't found again in the photos that came into the places of theirs."""
    places_staying: int = 0
    """Places in albums that stay with a picture of which there is another version, for it has a file elsewhere."""
    turns_ended: int = 0
    """Photos that a person had turned, which other programs turned since: they are shown as their files lie."""
    videos: int = 0
    """Videos among the photos, which are passed over."""
    raw: int = 0
    """Raw files among the photos, which are passed over."""
    odd: int = 0
    """Photos that were read, with something odd about their files."""

    def add(self, result: PhotoResult) -> None:
        """Count one result."""
        setattr(self, result.status, getattr(self, result.status) + 1)
        self.faces += result.faces
        self.failed_places += not result.is_photo
        self.words_waiting += result.waiting
        self.places_staying += result.staying
        self.odd += result.is_odd
        self.turns_ended += result.turn_ended

    @property
    def photos(self) -> int:
        """How many photos were looked at."""
        looked_at: list[int] = [getattr(self, status) for status in Status if status.is_looked_at]
        return sum(looked_at) - self.failed_places

    def as_json(self, seconds: float) -> dict[str, Any]:
        """The documented JSON object that ends `gallery index --json`; for the speed only what was looked at counts."""
        counts = asdict(self)
        rate = self.photos / seconds if seconds > 0 else 0.0
        return {**counts, "seconds": round(seconds, 3), "photos_per_second": round(rate, 2)}
