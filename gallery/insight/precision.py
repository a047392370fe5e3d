"""Searching by how often the model is right, in place of by score."""

from __future__ import annotations

from gallery.emotions import EMOTIONS
from gallery.errors import UsageError
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.checkpoints import find_model, read_card


def min_scores(precision: float, store: Store, settings: Settings | None = None) -> dict[str, float | None]:
    """For each emotion, the least score at which the model in use is right so often; for `Query.min_scores`.

    It is what the model's card states, measured on PublicTest; None where no score is enough. Raises UsageError for a
    precision that isn't stated, and where the faces in the store were read by another model: its scores mean others.
    """
    card = read_card(find_model((settings or Settings()).model))
    stated = {float(key): scores for key, scores in sorted(card.thresholds.items())}
    if not stated:
        raise UsageError(f"the model {card.name} states no precisions; ask by score: --min-score 0.8")
    if precision not in stated:
        known = ", ".join(f"{value:g}" for value in stated)
        raise UsageError(f"--precision is {precision:g}; the model {card.name} states: {known}")
    current = store.current_model()
    if current is not None and current.id != card.model_id():
        raise UsageError(
            f"the faces were read by the model {current.name}, and {card.name} is in use; "
            "run `gallery rescore`, or choose the other by `gallery model use`"
        )
    return {emotion: stated[precision].get(emotion) for emotion in EMOTIONS}
