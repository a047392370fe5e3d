from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw

from gallery.emotions import EMOTIONS
from gallery.faces import Box, Detection, Prediction
from gallery.images.crops import CROP_SIDE, FRAMINGS, Framing, crop_face


@pytest.fixture
def wide(monkeypatch):
    """A framing whose geometry is easy to work out: twice the box, a quarter to the right, half a height up."""
    monkeypatch.setitem(FRAMINGS, "wide", Framing(side=2.0, dx=0.25, dy=-0.5))
    return "wide"


def test_box_knows_its_size():
    box = Box(10, 20, 40, 60)
    assert (box.width, box.height, box.area) == (30, 40, 1200)


def test_box_turned_inside_out_has_no_area():
    assert Box(10, 10, 5, 20).area == 0
    assert Box(10, 10, 5, 5).area == 0


def test_box_scales_each_axis_and_moves():
    assert Box(1, 2, 3, 4).scaled(10, 100) == Box(10, 200, 30, 400)
    assert Box(1, 2, 3, 4).moved(10, -2) == Box(11, 0, 13, 2)


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(10, 10, 20, 20), Box(10, 10, 20, 20)),
        (Box(-5, -5, 20, 20), Box(0, 0, 20, 20)),
        (Box(90, 40, 120, 70), Box(90, 40, 100, 50)),
        (Box(-5, -5, 200, 200), Box(0, 0, 100, 50)),
    ],
)
def test_box_is_clipped_to_the_picture(box, inside):
    assert box.clipped(100, 50) == inside


def test_box_outside_the_picture_is_clipped_to_nothing():
    assert Box(110, 10, 120, 20).clipped(100, 50).area == 0


@pytest.mark.parametrize(
    ("one", "other", "iou"),
    [
        (Box(0, 0, 10, 10), Box(0, 0, 10, 10), 1.0),
        (Box(0, 0, 10, 10), Box(5, 0, 15, 10), 50 / 150),
        (Box(0, 0, 10, 10), Box(5, 5, 15, 15), 25 / 175),
        (Box(0, 0, 10, 10), Box(2, 2, 4, 7), 10 / 100),
        (Box(0, 0, 10, 10), Box(10, 0, 20, 10), 0.0),
        (Box(0, 0, 10, 10), Box(20, 20, 30, 30), 0.0),
        (Box(3, 3, 3, 3), Box(3, 3, 3, 3), 0.0),
    ],
)
def test_intersection_over_union(one, other, iou):
    assert one.iou(other) == pytest.approx(iou)
    assert other.iou(one) == pytest.approx(iou)


def test_detection_scales_with_its_landmarks():
    face = Detection(Box(1, 2, 3, 4), 0.9, ((1, 2), (3, 4)))
    assert face.scaled(2, 3) == Detection(Box(2, 6, 6, 12), 0.9, ((2, 6), (6, 12)))


@pytest.mark.parametrize("number", range(7))
def test_most_probable_label_is_the_emotion(number):
    prediction = Prediction(tuple(0.4 if i == number else 0.1 for i in range(7)))
    assert (prediction.emotion, prediction.score) == (EMOTIONS[number], 0.4)


def test_first_label_wins_a_tie():
    assert Prediction((0.1, 0.1, 0.3, 0.1, 0.3, 0.05, 0.05)).emotion == "fear"


def test_crop_lies_where_its_framing_says(wide):
    # The box is 40 high: the crop's side is 80, its middle 10 to the right and 20 above that of the box.
    picture = Image.new("RGB", (400, 400), "black")
    ImageDraw.Draw(picture).rectangle((90, 60, 169, 139), "white")
    crop = crop_face(picture, Box(100, 100, 140, 140), wide)
    assert crop.size == (80, 80)
    assert crop.getextrema() == ((255, 255),) * 3


def test_crop_keeps_left_and_right_up_and_down(wide):
    picture = Image.new("RGB", (400, 400), "black")
    draw = ImageDraw.Draw(picture)
    for corner, colour in {(90, 60): "red", (130, 60): "lime", (90, 100): "blue", (130, 100): "white"}.items():
        draw.rectangle((*corner, corner[0] + 39, corner[1] + 39), colour)
    crop = crop_face(picture, Box(100, 100, 140, 140), wide)
    assert [crop.getpixel(at) for at in ((20, 20), (60, 20), (20, 60), (60, 60))] == [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (255, 255, 255),
    ]


def test_height_of_the_box_decides_the_size_of_the_crop(wide):
    picture = Image.new("RGB", (400, 400))
    assert crop_face(picture, Box(190, 200, 210, 240), wide).size == (80, 80)
    assert crop_face(picture, Box(100, 200, 300, 210), wide).size == (20, 20)


def test_large_crop_shows_the_same_part_of_the_picture(wide):
    picture = Image.new("RGB", (1000, 1000), "black")
    ImageDraw.Draw(picture).rectangle((450, 400, 849, 799), "white")
    crop = crop_face(picture, Box(500, 600, 700, 800), wide)
    assert crop.size == (CROP_SIDE, CROP_SIDE)
    assert crop.crop((2, 2, CROP_SIDE - 2, CROP_SIDE - 2)).getextrema() == ((255, 255),) * 3


def test_part_outside_the_picture_has_the_mean_colour_of_the_part_inside(wide):
    # The middle of the crop is at (0, 60): its left half is outside, its upper half red.
    picture = Image.new("RGB", (200, 200), "red")
    ImageDraw.Draw(picture).rectangle((0, 60, 199, 199), "blue")
    crop = crop_face(picture, Box(-30, 60, 10, 100), wide)
    assert crop.size == (80, 80)
    assert crop.getpixel((60, 20)) == (255, 0, 0)
    assert crop.getpixel((60, 60)) == (0, 0, 255)
    outside = crop.crop((0, 0, 40, 80)).getextrema()
    for (low, high), expected in zip(outside, (127.5, 0, 127.5), strict=True):
        assert low == high == pytest.approx(expected, abs=1.5)


def test_each_side_outside_the_picture_is_filled(wide):
    picture = Image.new("RGB", (40, 40), (10, 200, 30))
    crop = crop_face(picture, Box(0, 30, 40, 70), wide)
    assert crop.size == (80, 80)
    assert crop.getextrema() == ((10, 10), (200, 200), (30, 30))


@pytest.mark.parametrize("box", [Box(5, 5, 5.2, 5.2), Box(19.9, 19.9, 20, 20), Box(0, 0, 0.01, 0.01), Box(3, 3, 4, 4)])
def test_tiny_box_gives_at_least_a_pixel(box):
    crop = crop_face(Image.new("RGB", (20, 20), "teal"), box)
    assert crop.size == (1, 1)
    assert crop.getpixel((0, 0)) == (0, 128, 128)


def test_box_outside_the_picture_is_an_error(wide):
    with pytest.raises(ValueError, match="outside"):
        crop_face(Image.new("RGB", (100, 100)), Box(300, 300, 340, 340), wide)


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_crop_has_the_mode_of_the_picture(mode, wide):
    picture = Image.new(mode, (100, 100), "white")
    assert crop_face(picture, Box(40, 40, 80, 80), wide).mode == mode
    assert crop_face(picture, Box(-10, -10, 30, 30), wide).mode == mode


def test_every_box_that_touches_a_picture_gives_a_square_crop_of_its_one_colour():
    dice = random.Random(7)
    for _ in range(300):
        width, height = dice.randint(1, 60), dice.randint(1, 60)
        left, top = dice.uniform(-20, width - 0.5), dice.uniform(-20, height - 0.5)
        box = Box(left, top, dice.uniform(max(left, 0) + 0.1, 150), dice.uniform(max(top, 0) + 0.1, 150))
        crop = crop_face(Image.new("RGB", (width, height), (50, 100, 150)), box.clipped(width, height))
        assert crop.width == crop.height <= CROP_SIDE
        assert crop.getextrema() == ((50, 50), (100, 100), (150, 150))


def test_picture_itself_is_left_as_it_was(wide):
    picture = Image.new("RGB", (100, 100), "red")
    before = picture.tobytes()
    crop_face(picture, Box(-10, -10, 30, 30), wide)
    assert picture.tobytes() == before


def test_box_is_told_in_one_way_to_people_and_in_one_to_programs() -> None:
    box = Box(19.6, 100.04, 120.46, 199.96)
    assert (str(box), box.as_json()) == ("20,100 to 120,200", [19.6, 100.0, 120.5, 200.0])
