"""Rows in, records out: the database as the rest of the program sees it."""
