"""The seven emotions: their order, other spellings of them, and their colours."""

from __future__ import annotations

from typing import Final

from gallery.errors import UsageError

EMOTIONS: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""The labels in the order of FER2013's codes 0 to 6: the order of every probability vector in this project."""

UNCERTAIN: Final = "uncertain"
"""Shown for a face whose best score is below the setting `min_score`."""

COLOURS: Final = {
    "angry": "#e5484d",
    "disgust": "#7c9a2e",
    "fear": "#8e6fd8",
    "happy": "#f5b301",
    "sad": "#3e7fd9",
    "surprise": "#f2762e",
    "neutral": "#8b949e",
    UNCERTAIN: "#c9cdd2",
}
"""sRGB colours for boxes, bars and plots."""

SYNONYMS: Final = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "afraid": "fear",
    "scared": "fear",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    "calm": "neutral",
}
"""Other words for the labels."""


def parse_emotion(text: str) -> str:
    """The label meant by `text`, ignoring case and surrounding space.

    | input     | result                          |
    |-----------|---------------------------------|
    | happy     | happy                           |
    | Happiness | happy                           |
    | ANGER     | angry                           |
    | hapy      | UsageError listing the emotions |
    """
    word = text.strip().lower()
    label = SYNONYMS.get(word, word)
    if label not in EMOTIONS:
        from gallery.folding import did_you_mean  # here, or `import gallery` would load it

        hint = did_you_mean(word, [*EMOTIONS, *SYNONYMS])
        choice = f"hoose from {', '.join(EMOTIONS)}"
        raise UsageError(f"unknown emotion {text!r}" + (f"{hint} C{choice}" if hint else f"; c{choice}"))
    return label
