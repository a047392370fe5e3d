"""People who don't exist: drawn portraits whose faces show what they are told to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw, ImageFilter

from gallery.faces import Box
from tests.support.tour.scenes import FINE, between, colour, grained, landscape

Hair = Literal["short", "bob", "long", "bun", "bald"]

DARK = (52, 38, 34)
TEETH = (252, 248, 242)
LIPS = (166, 70, 66)


@dataclass(frozen=True)
class Person:
    """How somebody looks, whatever they feel."""

    skin: str
    hair: str
    cut: Hair
    shirt: str
    glasses: bool = False
    beard: bool = False
    size: float = 1.0
    """Of the head and of all below; a child's is smaller."""


FAMILY = {
    "ana": Person("#f0c3a0", "#5b3220", "long", "#b5483a"),
    "ben": Person("#e7b48f", "#2d2320", "short", "#3d6480", beard=True),
    "mia": Person("#f3cbaa", "#8a4f2b", "bun", "#e0a83f", size=0.8),
    "tom": Person("#efbf9b", "#3a2a22", "short", "#5f8f63", size=0.72),
    "ida": Person("#efcdb4", "#d9d4cf", "bob", "#7b5a86", glasses=True),
    "leo": Person("#8a5a3c", "#1d1715", "short", "#d8d2c4", glasses=True),
    "noor": Person("#b37a50", "#1f1614", "bob", "#2f7f7a"),
    "otto": Person("#eac3a8", "#cfcac4", "bald", "#48505f", beard=True),
}


class Head:
    """Draws one person; `x`, `y` is the middle of the head, `high` its height, in pixels of the finished picture."""

    def __init__(self, picture: Image.Image, person: Person, feeling: str, at: tuple[float, float, float]) -> None:
        self.pen = ImageDraw.Draw(picture, "RGBA")
        self.person, self.feeling = person, feeling
        self.x, self.y, self.high = (value * FINE for value in at)
        self.skin, self.hair = colour(person.skin), colour(person.hair)
        self.shade = between(self.skin, (120, 50, 40), 0.22)

    def box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """Shares of the head's height, from its middle."""
        high = self.high
        return self.x + left * high, self.y + top * high, self.x + right * high, self.y + bottom * high

    def line(self, points: list[tuple[float, float]], wide: float, fill: tuple[int, ...]) -> None:
        at = [(self.x + x * self.high, self.y + y * self.high) for x, y in points]
        self.pen.line(at, fill=fill, width=max(2, round(wide * self.high)), joint="curve")
        for x, y in (at[0], at[-1]):
            half = wide * self.high / 2
            self.pen.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    def arc(self, box: tuple[float, float, float, float], start: float, end: float, wide: float = 0.022) -> None:
        self.pen.arc(self.box(*box), start, end, fill=DARK, width=max(2, round(wide * self.high)))

    def draw(self) -> None:
        self.body()
        if self.person.cut in ("long", "bob"):
            self.pen.rounded_rectangle(
                self.box(-0.47, -0.5, 0.47, 0.62 if self.person.cut == "long" else 0.36),
                0.42 * self.high,
                fill=self.hair,
            )
        self.neck_and_head()
        self.cut()
        self.eyes()
        self.brows()
        self.pen.arc(
            self.box(-0.05, 0.02, 0.06, 0.13), 20, 150, fill=self.shade, width=max(2, round(0.022 * self.high))
        )
        self.mouth()

    def body(self) -> None:
        shirt = colour(self.person.shirt)
        self.pen.rounded_rectangle(self.box(-0.85, 0.66, 0.85, 3.4), 0.42 * self.high, fill=shirt)
        self.pen.chord(self.box(-0.3, 0.5, 0.3, 0.92), 0, 180, fill=between(shirt, DARK, 0.25))

    def neck_and_head(self) -> None:
        self.pen.rounded_rectangle(self.box(-0.17, 0.3, 0.17, 0.82), 0.14 * self.high, fill=self.shade)
        for side in (-1, 1):
            self.pen.ellipse(self.box(side * 0.4 - 0.07, -0.1, side * 0.4 + 0.07, 0.12), fill=self.skin)
        if self.person.beard:
            self.pen.ellipse(self.box(-0.4, -0.3, 0.4, 0.54), fill=self.hair)
        low = 0.42 if self.person.beard else 0.5
        self.pen.ellipse(self.box(-0.4, -0.5, 0.4, low), fill=self.skin)
        if self.feeling in ("happy", "surprise", "angry"):
            red = (214, 70, 60, 70)
            for side in (-1, 1):
                self.pen.ellipse(self.box(side * 0.25 - 0.09, 0.09, side * 0.25 + 0.09, 0.22), fill=red)

    def cut(self) -> None:
        match self.person.cut:
            case "bald":
                for side in (-1, 1):
                    self.pen.ellipse(self.box(side * 0.4 - 0.06, -0.3, side * 0.4 + 0.06, 0.02), fill=self.hair)
            case "short":
                self.pen.chord(self.box(-0.42, -0.57, 0.42, 0.26), 196, 344, fill=self.hair)
                self.pen.ellipse(self.box(-0.3, -0.62, 0.36, -0.32), fill=self.hair)
            case "bun":
                self.pen.ellipse(self.box(-0.17, -0.78, 0.17, -0.44), fill=self.hair)
                self.pen.chord(self.box(-0.43, -0.57, 0.43, 0.34), 186, 354, fill=self.hair)
            case _:
                self.pen.chord(self.box(-0.45, -0.58, 0.45, 0.3), 184, 312, fill=self.hair)
                self.pen.chord(self.box(-0.45, -0.58, 0.45, 0.36), 262, 356, fill=self.hair)

    def eyes(self) -> None:
        wide = {"surprise": 0.082, "fear": 0.078}.get(self.feeling, 0.06)
        for side in (-1, 1):
            x = side * 0.17
            if self.feeling == "happy":
                self.arc((x - 0.075, -0.08, x + 0.075, 0.07), 195, 345, 0.03)
            elif self.feeling == "asleep":
                self.arc((x - 0.075, -0.12, x + 0.075, 0.03), 15, 165, 0.026)
            else:
                self.pen.ellipse(self.box(x - wide, -0.04 - wide, x + wide, -0.04 + wide), fill=TEETH)
                pupil = 0.03 if self.feeling in ("fear", "surprise") else 0.044
                self.pen.ellipse(self.box(x - pupil, -0.03 - pupil, x + pupil, -0.03 + pupil), fill=DARK)
                self.pen.ellipse(self.box(x, -0.065, x + 0.022, -0.043), fill=(255, 255, 255))
            if self.feeling in ("angry", "disgust", "sad"):
                drop = {"angry": 0.0, "disgust": 0.0, "sad": 0.03}[self.feeling]
                self.pen.chord(self.box(x - 0.085, -0.125, x + 0.085, 0.03 + drop), 180, 360, fill=self.skin)
            if self.person.glasses:
                self.pen.ellipse(
                    self.box(x - 0.13, -0.17, x + 0.13, 0.09), outline=DARK, width=round(0.018 * self.high)
                )
        if self.person.glasses:
            self.arc((-0.05, -0.08, 0.05, 0.02), 200, 340, 0.018)

    def brows(self) -> None:
        inner, outer = {
            "angry": (-0.12, -0.21),
            "disgust": (-0.13, -0.18),
            "sad": (-0.23, -0.14),
            "fear": (-0.26, -0.19),
            "surprise": (-0.25, -0.25),
        }.get(self.feeling, (-0.19, -0.18))
        tone = between(self.hair, DARK, 0.45)
        for side in (-1, 1):
            middle = (inner + outer) / 2 - 0.02
            self.line([(side * 0.08, inner), (side * 0.17, middle), (side * 0.26, outer)], 0.032, tone)

    def mouth(self) -> None:
        match self.feeling:
            case "happy":
                self.pen.chord(self.box(-0.19, 0.1, 0.19, 0.38), 0, 180, fill=LIPS)
                self.pen.chord(self.box(-0.155, 0.16, 0.155, 0.32), 0, 180, fill=TEETH)
            case "surprise":
                self.pen.ellipse(self.box(-0.085, 0.18, 0.085, 0.4), fill=(112, 40, 42))
            case "fear":
                self.pen.rounded_rectangle(
                    self.box(-0.15, 0.22, 0.15, 0.34),
                    0.05 * self.high,
                    fill=TEETH,
                    outline=LIPS,
                    width=round(0.022 * self.high),
                )
            case "sad":
                self.arc((-0.15, 0.24, 0.15, 0.46), 205, 335, 0.03)
            case "angry":
                self.pen.rounded_rectangle(
                    self.box(-0.15, 0.22, 0.15, 0.31),
                    0.03 * self.high,
                    fill=TEETH,
                    outline=LIPS,
                    width=round(0.026 * self.high),
                )
                self.line([(0, 0.225), (0, 0.305)], 0.012, LIPS)
            case "disgust":
                self.line([(-0.15, 0.31), (-0.05, 0.25), (0.04, 0.29), (0.15, 0.24)], 0.032, LIPS)
            case _:
                self.line([(-0.11, 0.265), (0, 0.272), (0.11, 0.265)], 0.028, LIPS)


@dataclass(frozen=True)
class Shown:
    """A face of a drawn picture: where it is, and what it shows."""

    box: Box
    feeling: str


def portrait(
    people: dict[str, str], background: tuple[str, str, int], size: tuple[int, int] = (1200, 800), shift: float = 0.0
) -> tuple[Image.Image, list[Shown]]:
    """People of FAMILY, each with what they feel, before a landscape; `shift` moves them, as between two shots."""
    place, light, seed = background
    blurred = landscape(place, light, seed, size).filter(ImageFilter.GaussianBlur(5))
    picture = blurred.resize((size[0] * FINE, size[1] * FINE))
    room = size[0] / len(people)
    high = min(size[1] * 0.44, room * 0.62)
    shown = []
    for place_in_row, (name, feeling) in enumerate(people.items()):
        person = FAMILY[name]
        head = high * person.size
        x = room * (place_in_row + 0.5) + shift * head * (1 if place_in_row % 2 else -0.6)
        y = size[1] * 0.47 + (high - head) * 0.9 + shift * head * 0.3
        Head(picture, person, feeling, (x, y, head)).draw()
        shown.append(Shown(Box(x - 0.36 * head, y - 0.42 * head, x + 0.36 * head, y + 0.48 * head), feeling))
    return grained(picture.resize(size, Image.Resampling.LANCZOS), seed), shown
