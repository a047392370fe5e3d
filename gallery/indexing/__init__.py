"""Keeps the database in step with the disk: scan, read, find faces, classify, store; watch, rescore, prune."""

__all__ = [
    "drawn_faces",
    "indexer",
    "pipeline",
    "places",
    "predictor",
    "pruning",
    "rescoring",
    "thumbnailing",
    "watching",
]
