"""Boxes and labels on pictures, checked by the colours that appear and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageColor

from gallery.emotions import COLOURS, EMOTIONS, UNCERTAIN
from gallery.errors import UsageError
from gallery.faces import Box
from gallery.images.annotate import annotate, label, save_new
from gallery.records import FaceRecord

WHITE = (255, 255, 255)


def face(
    box: tuple[float, float, float, float], emotion: str = "happy", score: float = 0.9, number: int = 1
) -> FaceRecord:
    return FaceRecord(None, number, Box(*box), 0.99, emotion, score, {}, "model")


def changed_area(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int]:
    area = ImageChops.difference(before, after).getbbox()
    assert area is not None
    return area


@pytest.mark.parametrize("emotion", [*EMOTIONS, UNCERTAIN])
def test_box_has_the_colour_of_the_emotion_and_the_inside_stays_visible(emotion: str) -> None:
    picture = Image.new("RGB", (800, 600), "white")
    drawn = annotate(picture, [face((200, 200, 400, 450), emotion)])
    colour = ImageColor.getrgb(COLOURS[emotion])
    for edge in [(200, 325), (399, 325), (300, 449)]:
        assert drawn.getpixel(edge) == colour
    assert drawn.crop((210, 210, 390, 440)).getcolors() == [(180 * 230, WHITE)]
    assert picture.getcolors() == [(800 * 600, WHITE)]


@pytest.mark.parametrize(
    "box", [(0, 0, 100, 120), (300, 200, 400, 300), (-50, 100, 50, 250), (360, 280, 460, 400), (150, 0, 250, 300)]
)
def test_label_stays_inside_the_picture(box: tuple[float, float, float, float]) -> None:
    picture = Image.new("RGB", (400, 300), "black")
    in_the_middle = annotate(picture, [face((150, 100, 250, 200), "angry")])
    assert white_text(annotate(picture, [face(box, "angry")])) == pytest.approx(white_text(in_the_middle), rel=0.1)


def white_text(picture: Image.Image) -> int:
    """Pixels of text; only `angry`'s text is white, on a black picture."""
    return sum(count for count, colour in picture.getcolors(1 << 24) or [] if colour == WHITE)


def test_label_tells_the_number_where_there_is_more_than_a_first_face() -> None:
    picture = Image.new("RGB", (800, 600), "white")

    def label_width(*faces: FaceRecord) -> int:
        """Of the label above the first of the faces."""
        above = (0, 0, 800, 199)
        left, _, right, _ = changed_area(picture.crop(above), annotate(picture, faces).crop(above))
        return right - left

    first, second, far = (face((200, 200, 220, 450), number=number) for number in (1, 2, 3))
    second_below = face((200, 480, 220, 500), number=2)
    assert label_width(second) == label_width(far) > label_width(first)
    assert label_width(first, second_below) > label_width(first)


def test_label_grows_with_the_face_within_limits_set_by_the_picture() -> None:
    picture = Image.new("RGB", (2000, 1000), "white")
    heights = []
    for width in (20, 200, 800):
        _, top, _, _ = changed_area(picture, annotate(picture, [face((500, 200, 500 + width, 900))]))
        heights.append(200 - top)
    assert heights[0] < heights[1] < heights[2] < 1000 * 0.1
    assert heights[0] >= 2000 / 90


def test_label_wider_than_the_picture_is_made_smaller() -> None:
    drawn = annotate(Image.new("RGB", (60, 200), "black"), [face((0, 50, 60, 150), "angry")])
    text = [(x, y) for x in range(60) for y in range(200) if sum(drawn.getpixel((x, y))[1:]) > 450]
    assert min(text)[0] > 0
    assert 40 < max(text)[0] < 59


def test_labels_of_neighbours_do_not_cover_each_other() -> None:
    picture = Image.new("RGB", (1000, 600), "white")
    alone = annotate(picture, [face((400, 300, 430, 340), "sad")])
    both = annotate(picture, [face((400, 300, 430, 340), "sad"), face((434, 300, 464, 340), "happy")])
    label_of_first = (400, 270, 600, 298)
    assert ImageChops.difference(alone.crop(label_of_first), both.crop(label_of_first)).getbbox() is None


def test_face_outside_the_picture_and_no_face_do_no_harm() -> None:
    picture = Image.new("L", (10, 10), "white")
    assert annotate(picture, []).getcolors() == [(100, WHITE)]
    assert annotate(picture, [face((50, 50, 60, 60))]).size == (10, 10)


def test_label_rounds_down_and_a_persons_word_has_no_score() -> None:
    assert label(face((0, 0, 1, 1), "happy", 0.7999)) == "happy 79%"
    assert label(face((0, 0, 1, 1), "uncertain", 0.41)) == "uncertain 41%"
    assert label(FaceRecord(1, 1, Box(0, 0, 1, 1), 0.9, "sad", 1.0, {}, "person")) == "sad"


@pytest.mark.parametrize(
    ("suffix", "format_"), [(".jpg", "JPEG"), (".JPEG", "JPEG"), (".png", "PNG"), (".webp", "WEBP")]
)
def test_suffix_decides_the_format(tmp_path: Path, suffix: str, format_: str) -> None:
    save_new(Image.new("RGB", (8, 8)), tmp_path / f"out{suffix}")
    with Image.open(tmp_path / f"out{suffix}") as image:
        assert (image.format, image.size) == (format_, (8, 8))
    assert [path.name for path in tmp_path.iterdir()] == [f"out{suffix}"]


def test_existing_file_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out.png", tmp_path / "elsewhere.png"
    elsewhere.write_bytes(b"mine")
    out.symlink_to(elsewhere)
    with pytest.raises(UsageError, match="is there already"):
        save_new(Image.new("RGB", (8, 8)), out)

    save_new(Image.new("RGB", (8, 8)), out, overwrite=True)

    assert elsewhere.read_bytes() == b"mine"
    assert not out.is_symlink()
    assert Image.open(out).size == (8, 8)


@pytest.mark.parametrize("name", ["out", "out.docx", "out.pdf"])
def test_suffix_that_is_no_picture_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"use \.jpg, \.jpeg, \.png, \.webp, \.tif, \.tiff$"):
        save_new(Image.new("RGB", (8, 8)), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
