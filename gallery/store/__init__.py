"""Rows in, records out: the database as the rest of the program sees it."""

__all__ = [
    "backup",
    "changes",
    "compacting",
    "existing",
    "folders",
    "homes",
    "known_files",
    "numbering",
    "overlap",
    "photo_rows",
    "renaming",
    "roots",
    "shown",
    "statistics",
    "store",
    "succession",
    "unwanted",
    "versions",
    "words",
]
