"""Keeps the database in step with the disk: scan, read, find faces, classify, store; watch, rescore, prune."""

__all__ = ["indexer", "pipeline", "places", "predictor", "pruning", "rescoring", "thumbnailing", "watching"]
