"""Which faces a search counts, and as what it takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.query.query import Query
from gallery.settings import Settings


@dataclass(frozen=True, slots=True)
class Gate:
    """Which faces count, and for each emotion from which score they are shown as it, and from which score they match.

    None: no score is high enough, only what a person said matches.
    """

    confidence: float
    shown_from: Mapping[str, float]
    match_from: Mapping[str, float | None]

    @classmethod
    def of(cls, query: Query, settings: Settings) -> Gate:
        """The gate of a search with these settings."""
        usual = settings.min_score
        asked: dict[str, float | None] = dict.fromkeys(EMOTIONS, usual if query.min_score is None else query.min_score)
        asked |= dict(query.min_scores)
        shown = {emotion: usual if score is None else min(score, usual) for emotion, score in asked.items()}
        return cls(settings.min_confidence, shown, asked)

    @property
    def is_usual(self) -> bool:
        """Whether faces match that the usual settings show, just those, whatever the emotion."""
        return self.confidence == schema.USUAL_CONFIDENCE and set(self.match_from.values()) == {schema.USUAL_SCORE}

    def shows(self, emotion: str | None, score: float | None) -> bool:
        """Whether a face of which this is kept is shown as its emotion, not as uncertain."""
        return emotion is not None and score is not None and score >= self.shown_from[emotion]
