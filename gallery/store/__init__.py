"""Rows in, records out: the database as the rest of the program sees it."""

__all__ = [
    "backup",
    "changes",
    "compacting",
    "drawn",
    "existing",
    "photo_rows",
    "picks",
    "readers",
    "roots",
    "shown",
    "statistics",
    "store",
    "thumbnail_rows",
    "tiles",
    "unwanted",
    "versions",
]
