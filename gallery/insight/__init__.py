"""Answers that only read: figures, timelines, moods, accuracy, and why a face is shown as it is."""

__all__ = [
    "accuracy",
    "breakdown",
    "drawings",
    "facets",
    "facts",
    "model_diff",
    "mood_days",
    "moods",
    "precision",
    "reasons",
    "timeline",
    "viewing",
]
