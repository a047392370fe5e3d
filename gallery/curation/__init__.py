"""What people say: labels, albums, saved queries; all of it can be undone, dumped and restored."""

__all__ = [
    "albums",
    "collecting",
    "doubt",
    "dump",
    "dump_lines",
    "history",
    "kept_queries",
    "labels",
    "restoring",
    "review",
    "roots",
    "saved_queries",
]
