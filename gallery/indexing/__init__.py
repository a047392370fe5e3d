"""Keeps the database in step with the disk: scan, read, find faces, classify, store; watch, rescore, prune."""
