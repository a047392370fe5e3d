"""Answers that only read: figures, timelines, moods, accuracy, and why a face is shown as it is."""
