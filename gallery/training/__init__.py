"""Learns the networks from FER2013, measures them, and tells of the run. Importing its modules costs torch."""

__all__ = [
    "data",
    "engine",
    "evaluate",
    "evidence",
    "faces",
    "folders",
    "learner",
    "plots",
    "pretrained",
    "recipes",
    "train",
]
