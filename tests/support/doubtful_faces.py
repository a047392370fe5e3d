"""Faces in doubt, for the tests of what ranks them and of a person's way through them."""

from __future__ import annotations

from gallery.emotions import EMOTIONS
from gallery.faces import Detection, Prediction
from gallery.records import ScoredFace
from gallery.store.store import Store
from tests.support.make import added, box, landmarks, write

A, B, C = (f"/p/{name}.jpg" for name in "abc")
MOST_DOUBTFUL_FIRST = [f"{B}#2", f"{A}#2", f"{C}#1", f"{A}#1"]


def scored(*, left: float = 10, confidence: float = 0.99, **shares: float) -> ScoredFace:
    """A face with these probabilities, the rest being 0."""
    where = box(left)
    scores = tuple(shares.get(emotion, 0.0) for emotion in EMOTIONS)
    return ScoredFace(Detection(where, confidence, landmarks(where)), b"jpeg", Prediction(scores))


def add_doubtful(store: Store) -> None:
    """
    | face | best two            | margin |                               |
    |------|---------------------|--------|-------------------------------|
    | a#1  | happy .75, sad .25  | .5     |                               |
    | a#2  | fear .375, sad .25  | .125   | the lowest best score of all  |
    | b#1  | angry .5, sad .5    | 0      | not sure to be a face         |
    | b#2  | sad .5, fear .4375  | .0625  |                               |
    | c#1  | happy .5, angry .25 | .25    |                               |
    """
    write(
        store,
        added(A, scored(happy=0.75, sad=0.25), scored(fear=0.375, sad=0.25, angry=0.25, happy=0.125, left=200)),
        added(
            B,
            scored(angry=0.5, sad=0.5, confidence=0.5),
            scored(sad=0.5, fear=0.4375, happy=0.0625, left=200),
            taken_at="2024-05-06T07:08",
        ),
        added(C, scored(happy=0.5, angry=0.25, disgust=0.25), taken_at=None),
    )
