"""Rows in, records out: the database as the rest of the program sees it."""

__all__ = ["backup", "changes", "existing", "photo_rows", "shown", "statistics", "store"]
