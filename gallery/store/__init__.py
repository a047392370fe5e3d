"""Rows in, records out: the database as the rest of the program sees it."""

__all__ = ["changes", "existing", "photo_rows", "shown", "statistics", "store"]
