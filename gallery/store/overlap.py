"""Which face a box belongs to: boxes of one face differ a little from search to search, and from picture to picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gallery.faces import Box

SAME_FACE_IOU: Final = 0.3
"""By how much a face must overlap a labelled box for the label to belong to it.

Boxes move with the size at which faces are looked for. In 100 photos searched at four sizes, what was found again
overlapped its first box by 0.41 or more, and no two faces of a photo overlapped by as much as 0.1.
"""


def owner(labelled: Box, faces: Sequence[Box]) -> int | None:
    """Which of the faces of a photo a label on this box belongs to, the first being 0: the one it overlaps most.

    None where it overlaps none by SAME_FACE_IOU: the label waits for its face to be found again.
    """
    overlaps = [labelled.iou(face) for face in faces]
    most = max(overlaps, default=0.0)
    return overlaps.index(most) if most >= SAME_FACE_IOU else None
