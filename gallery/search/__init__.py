"""From a Query to the numbers of the photos and faces that match, as SQL."""

__all__ = [
    "chosen",
    "conditions",
    "copies",
    "counting",
    "expansion",
    "faces",
    "gate",
    "matches",
    "order",
    "other_names",
    "untold",
]
