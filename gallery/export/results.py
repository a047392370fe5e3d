"""What an export tells of each file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gallery.records import was_at


class ExportAction(StrEnum):
    """What became of a file; in a dry run, what would become of it."""

    COPIED = "copied"
    LINKED = "linked"
    UPDATED = "updated"
    LISTED = "listed"
    THERE = "already there"
    REMOVED = "removed"
    KEPT = "kept"
    MISSING = "missing"
    FAILED = "failed"


class Kind(StrEnum):
    """What a result is about: a photo, a sidecar of one, or a file that an earlier export made."""

    PHOTO = "photo"
    SIDECAR = "sidecar"
    EARLIER = "earlier file"


@dataclass(frozen=True, slots=True)
class ExportResult:
    """One file of an export. `target` is None where no file stands for it, `reason` says why.

    What an earlier export made has no `source` any more.
    """

    source: str | None
    target: str | None
    action: ExportAction
    reason: str | None = None
    kind: Kind = Kind.PHOTO
    replaced: bool = False
    """At `source` lies another photo now, which has nothing to do with the export."""

    @property
    def told(self) -> str:
        """The source as it is told to people, who take a path for that of the photo."""
        return was_at(self.source or "") if self.replaced else self.source or ""

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        told = {"source": self.source, "target": self.target, "action": self.action, "reason": self.reason}
        return {**told, "replaced": self.replaced}
