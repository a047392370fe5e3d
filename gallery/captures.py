"""What a file says of the picture in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone


@dataclass(frozen=True, slots=True)
class Capture:
    """When, where and with what a picture was taken.

    `taken_at` is the wall clock at the place (no time zone), `taken_offset_minutes` its distance from UTC where known,
    `taken_source` is "exif", "exif part" (the second isn't known; what else isn't is its first: midnight, 1 January),
    "gps" (the last time that a receiver knew, in UTC) or "file" (the file's modification time, for want of anything
    better).
    The database keeps each field in the column of its name.
    """

    taken_at: datetime | None = None
    taken_offset_minutes: int | None = None
    taken_source: str | None = None
    camera: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    odd: str | None = None
    """What is odd about the file, whose picture is whole, a line for each; None for nearly all."""

    @property
    def oddities(self) -> list[str]:
        """The lines of `odd`."""
        return self.odd.splitlines() if self.odd else []

    def odd_json(self) -> dict[str, list[str]]:
        """What JSON objects have of it: nothing, where nothing is odd."""
        return {"odd": self.oddities} if self.odd else {}

    def iso8601(self) -> str | None:
        """ISO 8601 with the offset where it is known: `2023-06-01T12:30:00.250000+02:00`."""
        if self.taken_at is None:
            return None
        if self.taken_offset_minutes is None:
            return self.taken_at.isoformat()
        return self.taken_at.replace(tzinfo=timezone(timedelta(minutes=self.taken_offset_minutes))).isoformat()
