"""A picture with every detection framed and numbered, and beside it a card for each that says why it is shown so."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from gallery.emotions import COLOURS, EMOTIONS, UNCERTAIN
from gallery.faces import Box
from gallery.insight.reasons import FaceReasons, PhotoReasons
from gallery.records import rounded_down, shown_score

_MOST_TEXT_PX, _LEAST_TEXT_PX = 40, 12
_TEXT_OF_PICTURE: Final = 1 / 55
"""Height of the text beside the shorter side of the picture, within these limits."""
_CARD_WIDTH: Final = 24.0
"""In heights of the text, as all measures of a card."""
_LINE: Final = 1.35
_LETTERS: Final = 44
"""So many letters fit in a line of a card."""
_GROUND, _INK, _PALE = "#202327", "#f2f3f5", "#9aa1a9"
_DASHES: Final = 12


def draw_reasons(image: Image.Image, reasons: PhotoReasons) -> Image.Image:
    """A new RGB picture: `image` at its size on the left, the cards in columns right of it.

    A face that is shown as an emotion has a solid frame in its colour; one that is uncertain a dashed one; what isn't
    counted a thin dashed one that is crossed out.
    """
    text_px = round(min(max(min(image.size) * _TEXT_OF_PICTURE, _LEAST_TEXT_PX), _MOST_TEXT_PX))
    columns = _columns(reasons.faces, image.height / text_px)
    height = max([image.height, *(math.ceil(sum(map(_height, column)) * text_px) for column in columns)])
    width = image.width + round(len(columns) * _CARD_WIDTH * text_px)
    sheet = Image.new("RGB", (width, height), _GROUND)
    sheet.paste(image.convert("RGB"), (0, 0))
    pen = ImageDraw.Draw(sheet)
    for face in reasons.faces:
        _frame(pen, face, image.size, text_px)
    for face in reasons.faces:
        _tag(pen, face, image.size, text_px)
    for place, column in enumerate(columns):
        left, top = image.width + place * _CARD_WIDTH * text_px, 0.0
        for face in column:
            _Card(pen, left, top, text_px).draw(face)
            top += _height(face) * text_px
    return sheet


def _columns(faces: Sequence[FaceReasons], room: float) -> list[list[FaceReasons]]:
    """The faces in columns that are no higher than `room`, as far as a card fits there at all."""
    columns: list[list[FaceReasons]] = []
    for face in faces:
        if not columns or sum(map(_height, columns[-1])) + _height(face) > room:
            columns.append([])
        columns[-1].append(face)
    return columns


def _height(face: FaceReasons) -> float:
    return (len(_texts(face)) + 1 + (len(EMOTIONS) if face.models else 0) + 1) * _LINE


def _texts(face: FaceReasons) -> list[tuple[str, str]]:
    """Lines below the title, with their colours."""
    lines = [(line, _INK) for line in textwrap.wrap(face.because, _LETTERS)]
    for check in face.checks:
        digits = 0 if check.setting == "min_face" else 2
        value = rounded_down(check.value, digits)
        verdict = "passes" if check.passed else "FAILS"
        text = f"{verdict} {check.setting}: {value:.{digits}f}, asked for {check.least:.{digits}f}"
        lines.append((text, _PALE if check.passed else COLOURS["angry"]))
    for said in face.models:
        lines.append((f"model {said.model}: {said.emotion}", _PALE))
    for word in face.people:
        lines.append((f"person, {word.said_at:%Y-%m-%d}: {word.emotion or 'no face'}", _INK))
    return lines


class _Card:
    """Writes from the top down; all measures in pixels."""

    def __init__(self, pen: ImageDraw.ImageDraw, left: float, top: float, text_px: int) -> None:
        self._pen, self._left, self._top, self._text_px = pen, left + text_px, top + text_px * 0.6, text_px
        self._font = ImageFont.load_default(text_px)

    def draw(self, face: FaceReasons) -> None:
        """The number and what is shown, the reasons, a bar for each emotion."""
        self._write(f"{face.number}  {face.shown or 'not counted'}", _colour(face))
        for text, colour in _texts(face):
            self._write(text, colour)
        for emotion, score in zip(EMOTIONS, face.models[0].scores, strict=True) if face.models else ():
            self._bar(emotion, score)

    def _write(self, text: str, colour: str) -> None:
        self._pen.text((self._left, self._top), text, fill=colour, font=self._font)
        self._top += self._text_px * _LINE

    def _bar(self, emotion: str, score: float) -> None:
        size, start = self._text_px, self._left + 8 * self._text_px
        self._pen.text(
            (self._left + 5 * size, self._top), f"{shown_score(score) * 100:.0f} %", fill=_PALE, font=self._font
        )
        end = start + score * (_CARD_WIDTH - 11) * size
        self._pen.rectangle((start, self._top + size * 0.2, max(start + 1, end), self._top + size), COLOURS[emotion])
        self._write(emotion, _INK)


def _colour(face: FaceReasons) -> str:
    return COLOURS[face.shown] if face.shown else _PALE


def _frame(pen: ImageDraw.ImageDraw, face: FaceReasons, size: tuple[int, int], text_px: int) -> None:
    box = face.box.clipped(*size)
    if box.width < 1 or box.height < 1:
        return
    line_px = max(2, text_px // 8)
    edges = (box.left, box.top, box.right - 1, box.bottom - 1)
    if face.shown not in (None, UNCERTAIN):
        pen.rectangle(edges, outline=_colour(face), width=line_px)
        return
    corners = [(edges[0], edges[1]), (edges[2], edges[1]), (edges[2], edges[3]), (edges[0], edges[3])]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        _dashed(pen, start, end, _colour(face), line_px)
    if not face.counts:
        _dashed(pen, corners[0], corners[2], _colour(face), line_px)
        _dashed(pen, corners[1], corners[3], _colour(face), line_px)


def _dashed(
    pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float], colour: str, line_px: int
) -> None:
    """A line of which every other part is dark, so that it shows on any ground."""
    x_step, y_step = (end[0] - start[0]) / _DASHES, (end[1] - start[1]) / _DASHES
    for dash in range(_DASHES):
        near = (start[0] + dash * x_step, start[1] + dash * y_step)
        far = (near[0] + x_step, near[1] + y_step)
        pen.line((*near, *far), fill="black" if dash % 2 else colour, width=line_px)


def _tag(pen: ImageDraw.ImageDraw, face: FaceReasons, size: tuple[int, int], text_px: int) -> None:
    """The number, on the upper edge of the box; inside where the picture ends above."""
    name = str(face.number)
    box: Box = face.box.clipped(*size)
    height = text_px * 1.3
    width = height * (1 + 0.5 * (len(name) - 1))
    top = max(0.0, box.top - height)
    pen.rectangle((box.left, top, box.left + width, top + height), fill=_colour(face), outline="black")
    middle = (box.left + width / 2, top + height / 2)
    pen.text(middle, name, fill="black", font=ImageFont.load_default(text_px), anchor="mm")
