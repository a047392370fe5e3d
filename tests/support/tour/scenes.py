"""Landscapes that nobody owns: drawn, as a picture book has them. The same seed gives the same picture."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
FINE = 2
"""Drawn so many times larger, and made smaller at the end: Pillow's edges are hard."""

SKIES: dict[str, tuple[str, str, str]] = {
    "morning": ("#f6d8b8", "#8fb4cf", "#5b6f7f"),
    "noon": ("#dcecf2", "#5fa3d3", "#3f7a4d"),
    "evening": ("#f7a35c", "#5c4a86", "#2d2a4a"),
    "autumn": ("#f2dcb3", "#9db6c4", "#a4552a"),
    "winter": ("#f4f1ee", "#a9c0d6", "#5f7d98"),
    "night": ("#34456f", "#0c1226", "#070b18"),
}
"""By hour or season: colour at the horizon, overhead, and of what stands nearest."""


def colour(text: str) -> Colour:
    """Of `#rrggbb`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def between(one: Colour, other: Colour, share: float) -> Colour:
    """Of the second so much, 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


class Scene:
    """A picture with a sky, on which things are drawn from far to near."""

    def __init__(self, size: tuple[int, int], light: str, seed: int) -> None:
        self.size = size
        self.dice = random.Random(seed)
        self.low, self.high, self.near = (colour(text) for text in SKIES[light])
        self.is_night = light == "night"
        self.width, self.height = size[0] * FINE, size[1] * FINE
        self.picture = self._sky()
        self.pen = ImageDraw.Draw(self.picture)
        self._light()

    def _sky(self) -> Image.Image:
        steps = np.linspace(0, 1, self.height)[:, None] ** 0.8
        column = np.array(self.high) * (1 - steps) + np.array(self.low) * steps
        pixels = np.repeat(column[:, None, :], self.width, axis=1)
        return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))

    def _light(self) -> None:
        """Sun or moon with a glow around it, and stars at night."""
        x, y = self.dice.uniform(0.15, 0.85) * self.width, self.dice.uniform(0.18, 0.42) * self.height
        if self.is_night:
            for _ in range(140):
                at, dot = (self.dice.random() * self.width, self.dice.random() * self.height * 0.7), self.dice.random()
                self.disc(*at, 1 + 2 * dot, between(self.high, (255, 255, 255), 0.3 + 0.6 * dot))
        glow = Image.new("L", (self.width // 8, self.height // 8), 0)
        radius = 0.16 * self.height / 8
        ImageDraw.Draw(glow).ellipse((x / 8 - radius, y / 8 - radius, x / 8 + radius, y / 8 + radius), fill=130)
        glow = glow.filter(ImageFilter.GaussianBlur(radius * 0.55)).resize(self.picture.size)
        self.picture.paste(Image.new("RGB", self.picture.size, (255, 246, 226)), (0, 0), glow)
        self.disc(x, y, self.height * 0.045, (255, 248, 232))

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

    def ridge(self, level: float, height: float, depth: float, *, rough: float = 1.0) -> list[float]:
        """Hills whose crest runs at `level` of the height; `depth` 0 is far, 1 near. Returns the crest."""
        waves = [(self.dice.uniform(0.6, 1.4) * 2**n, self.dice.random() * 9, rough**n / 2**n) for n in range(6)]
        crest = []
        for x in range(0, self.width + FINE, FINE):
            at = x / self.width * math.pi * 2
            rise = sum(size * math.sin(at * speed + shift) for speed, shift, size in waves)
            crest.append((level - height * rise * 0.5) * self.height)
        line = [(x * FINE, y) for x, y in enumerate(crest)]
        fill = between(between(self.low, self.high, 0.35), self.near, depth)
        self.pen.polygon([(0, self.height), *line, (self.width, self.height)], fill=fill)
        return crest

    def firs(self, crest: list[float], count: int, tall: float, fill: Colour) -> None:
        """A wood along a crest."""
        for _ in range(count):
            x = self.dice.randrange(len(crest))
            high = tall * self.height * self.dice.uniform(0.6, 1.2)
            top, foot, wide = crest[x] - high * 0.9, crest[x] + high * 0.1, high * 0.19
            tone = between(fill, self.low, self.dice.random() * 0.14)
            for part in (0.0, 0.3, 0.6):
                peak = top + part * high
                self.pen.polygon(
                    [
                        (x * FINE, peak),
                        *((x * FINE + side * wide * (0.5 + part), min(peak + high * 0.42, foot)) for side in (-1, 1)),
                    ],
                    fill=tone,
                )

    def water(self, level: float) -> None:
        """From `level` down, with the sky in it, and light on the waves."""
        top = int(level * self.height)
        mirrored = self.picture.crop((0, max(0, 2 * top - self.height), self.width, top)).transpose(1)
        mirrored = mirrored.resize((self.width, self.height - top)).filter(ImageFilter.GaussianBlur(9))
        tint = Image.new("RGB", mirrored.size, between(self.high, (20, 44, 66), 0.45))
        self.picture.paste(Image.blend(mirrored, tint, 0.42), (0, top))
        for _ in range(190):
            share = self.dice.random() ** 1.6
            y, wide = top + share * (self.height - top), (0.01 + 0.07 * share) * self.width
            x = self.dice.random() * self.width
            tone = between(self.low, (255, 255, 255), 0.25)
            self.pen.line((x, y, x + wide * self.dice.random(), y), fill=between(tone, self.high, 0.5), width=FINE)

    def done(self) -> Image.Image:
        """The picture in its size, with the grain and the darker corners of a photo."""
        small = self.picture.resize(self.size, Image.Resampling.LANCZOS)
        return grained(small, self.dice.randrange(1 << 30))


def grained(picture: Image.Image, seed: int) -> Image.Image:
    """With a little noise, and less light in its corners."""
    noise = np.random.default_rng(seed).normal(0, 3.2, (picture.height, picture.width, 1))
    y, x = np.mgrid[-1 : 1 : picture.height * 1j, -1 : 1 : picture.width * 1j]
    shade = 1 - 0.09 * (x * x + y * y)[:, :, None]
    return Image.fromarray((np.asarray(picture) * shade + noise).clip(0, 255).astype(np.uint8))


def mountains(scene: Scene) -> None:
    scene.ridge(0.5, 0.34, 0.1, rough=1.25)
    scene.ridge(0.6, 0.26, 0.3, rough=1.15)
    scene.ridge(0.72, 0.14, 0.6)
    scene.firs(scene.ridge(0.88, 0.1, 0.9), 70, 0.16, scene.near)


def lake(scene: Scene) -> None:
    scene.ridge(0.48, 0.3, 0.15, rough=1.2)
    scene.firs(scene.ridge(0.6, 0.1, 0.6), 110, 0.08, between(scene.near, scene.low, 0.15))
    scene.water(0.64)


def sea(scene: Scene) -> None:
    scene.water(0.58)
    for _ in range(scene.dice.randint(1, 3)):
        x, high = scene.dice.uniform(0.1, 0.9) * scene.width, scene.dice.uniform(0.08, 0.16) * scene.height
        y = scene.height * (0.585 + high / scene.height * 0.3)
        scene.pen.polygon([(x, y - high), (x, y), (x + high * 0.5, y)], fill=(250, 246, 238))
        scene.pen.polygon([(x - 3, y - high * 0.85), (x - 3, y), (x - high * 0.3, y)], fill=(226, 214, 196))
        scene.pen.chord((x - high * 0.4, y - high * 0.12, x + high * 0.6, y + high * 0.24), 0, 180, fill=scene.near)
    scene.pen.polygon(
        [
            (0, scene.height),
            (0, scene.height * 0.86),
            (scene.width * 0.55, scene.height * 0.95),
            (scene.width, scene.height),
        ],
        fill=between(scene.low, (196, 160, 110), 0.7),
    )


def town(scene: Scene) -> None:
    """Houses with lit windows, in three rows."""
    for depth, level in ((0.25, 0.5), (0.55, 0.6), (0.9, 0.72)):
        x = -20.0
        fill = between(between(scene.low, scene.high, 0.4), scene.near, depth)
        while x < scene.width:
            wide, top = (
                scene.dice.uniform(0.05, 0.11) * scene.width,
                (level - scene.dice.uniform(0, 0.22)) * scene.height,
            )
            scene.pen.rectangle((x, top, x + wide, scene.height), fill=fill)
            _windows(scene, (x, top, wide), fill)
            x += wide * scene.dice.uniform(0.9, 1.05)


def _windows(scene: Scene, house: tuple[float, float, float], wall: Colour) -> None:
    x, top, wide = house
    pane = wide / 7
    for row in range(int((scene.height - top) / pane / 1.9)):
        for column in range(3):
            if scene.dice.random() < 0.45:
                left, upper = x + pane * (1 + 2 * column), top + pane * (1 + 1.9 * row)
                lit = between(wall, (255, 214, 140), scene.dice.uniform(0.25, 0.9))
                scene.pen.rectangle((left, upper, left + pane, upper + pane), fill=lit)


def meadow(scene: Scene) -> None:
    """Hills, and flowers that grow larger towards us."""
    scene.ridge(0.55, 0.16, 0.25)
    scene.ridge(0.66, 0.12, 0.55)
    crest = scene.ridge(0.76, 0.06, 0.85)
    petals = ((232, 92, 74), (250, 206, 92), (246, 240, 230), (176, 122, 190))
    for _ in range(420):
        x = scene.dice.randrange(len(crest))
        share = scene.dice.random() ** 0.7
        y = crest[x] + share * (scene.height - crest[x])
        scene.disc(
            x * FINE, y, (1.5 + 9 * share) * FINE, between(scene.dice.choice(petals), scene.near, 0.25 * (1 - share))
        )


def balloons(scene: Scene) -> None:
    scene.ridge(0.78, 0.18, 0.4, rough=1.1)
    scene.ridge(0.9, 0.1, 0.85)
    for tone in ("#d9573f", "#e9b44c", "#3f7f93", "#f2e8d8", "#7b4f86")[: scene.dice.randint(3, 5)]:
        x, y = scene.dice.uniform(0.1, 0.9) * scene.width, scene.dice.uniform(0.12, 0.6) * scene.height
        size, fill = scene.dice.uniform(0.04, 0.1) * scene.height, colour(tone)
        scene.pen.polygon(
            [(x - size * 0.8, y + size * 0.6), (x + size * 0.8, y + size * 0.6), (x, y + size * 1.6)], fill=fill
        )
        scene.disc(x, y, size, fill)
        scene.pen.ellipse(
            (x - size * 0.4, y - size, x + size * 0.4, y + size), fill=between(fill, (255, 255, 255), 0.25)
        )
        scene.pen.rectangle((x - size * 0.2, y + size * 1.7, x + size * 0.2, y + size * 2), fill=(84, 60, 44))


PLACES: dict[str, Callable[[Scene], None]] = {
    "mountains": mountains,
    "lake": lake,
    "sea": sea,
    "town": town,
    "meadow": meadow,
    "balloons": balloons,
}


def landscape(place: str, light: str, seed: int, size: tuple[int, int] = (1200, 800)) -> Image.Image:
    """A picture of the place at this hour or season."""
    scene = Scene(size, light, seed)
    PLACES[place](scene)
    return scene.done()
