"""Answers that only read: figures, timelines, moods, accuracy, and why a face is shown as it is."""

__all__ = ["accuracy", "breakdown", "moods", "precision", "reason_sheet", "reasons", "timeline"]
