"""Rows in, records out: the database as the rest of the program sees it."""

__all__ = [
    "backup",
    "changes",
    "compacting",
    "existing",
    "photo_rows",
    "renaming",
    "roots",
    "shown",
    "statistics",
    "store",
    "unwanted",
    "versions",
]
