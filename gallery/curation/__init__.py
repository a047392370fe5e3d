"""What people say: labels, albums, saved queries; all of it can be undone, dumped and restored."""

__all__ = [
    "album_covers",
    "album_order",
    "album_rows",
    "albums",
    "collecting",
    "confirming",
    "doubt",
    "drawing",
    "dump",
    "dump_lines",
    "history",
    "kept_queries",
    "labels",
    "picks",
    "restoring",
    "review",
    "roots",
    "saved_queries",
    "turning",
]
