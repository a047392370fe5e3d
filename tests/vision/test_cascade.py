"""The own loop round MTCNN finds what facenet-pytorch's does, and its parts do what their names say."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from facenet_pytorch import MTCNN
from facenet_pytorch.models.utils.detect_face import rerec
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from torchvision.ops import box_iou

from gallery.vision.cascade import Cascade, apart, shifted, squared
from gallery.vision.pyramid import Level, cut, sampled, stacked
from tests.support.faces import real_detector
from tests.support.photos import astronaut, draw_picture

CPU = torch.device("cpu")


@cache
def reference() -> MTCNN:
    return MTCNN(keep_all=True, min_face_size=30)


def group() -> Image.Image:
    """Five of her, from 190 pixels high to 40, one of them turned by 12 degrees, on an uneven ground."""
    head = astronaut().crop((120, 0, 330, 230))
    picture = draw_picture((960, 640))
    turned = head.rotate(12, Image.Resampling.BICUBIC)
    for place, (face, height) in {
        (20, 20): (head, 400),
        (420, 40): (turned, 260),
        (700, 60): (ImageOps.mirror(head), 180),
        (450, 400): (head, 120),
        (700, 420): (head, 80),
    }.items():
        picture.paste(face.resize((height * 210 // 230, height)), place)
    return picture


def busy() -> Image.Image:
    """Circles, lines and text, but no face."""
    picture = draw_picture((640, 480))
    draw = ImageDraw.Draw(picture)
    for number in range(40):
        x, y = 61 * number % 600, 37 * number % 440
        draw.ellipse((x, y, x + 30, y + 40), outline="black", fill=(number * 6, 120, 200 - number * 4))
    return picture


PICTURES = {
    "astronaut": astronaut,
    "large": lambda: astronaut().resize((960, 960), Image.Resampling.BICUBIC),
    "small": lambda: astronaut().resize((200, 200)),
    "mirrored": lambda: ImageOps.mirror(astronaut()),
    "grey": lambda: astronaut().convert("L").convert("RGB"),
    "soft": lambda: astronaut().filter(ImageFilter.GaussianBlur(2)),
    "dark": lambda: astronaut().point(lambda value: value // 3),
    "group": group,
    "busy": busy,
    "wide": lambda: ImageOps.pad(astronaut(), (960, 200)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_sure_faces_are_those_of_facenet_pytorch(name):
    picture = PICTURES[name]()
    with torch.inference_mode():
        boxes, scores, points = reference().detect(picture, landmarks=True)
    theirs = [] if boxes is None else [face for face in zip(boxes, scores, points, strict=True) if face[1] >= 0.9]
    [found] = real_detector().detect([picture])
    ours = [face for face in found if face.confidence >= 0.9]
    assert len(ours) == len(theirs), (ours, theirs)
    for box, _, marks in theirs:
        overlaps = box_iou(torch.tensor([list(map(float, box))]), torch.tensor([corners(face.box) for face in ours]))
        assert overlaps.max() > 0.75
        face = ours[int(overlaps.argmax())]
        for (x, y), (their_x, their_y) in zip(face.landmarks, marks, strict=True):
            assert abs(x - their_x) < 0.05 * face.box.height
            assert abs(y - their_y) < 0.05 * face.box.height


def corners(box) -> list[float]:
    return [box.left, box.top, box.right, box.bottom]


def test_group_has_five_faces():
    # Or the parity above would be one of nothing.
    [found] = real_detector().detect([group()])
    assert sum(face.confidence >= 0.9 for face in found) == 5


def test_squares_are_those_of_facenet_pytorch():
    boxes = torch.tensor([[10.0, 20.0, 40.0, 100.0], [5.0, 5.0, 50.0, 15.0], [-10.0, 0.0, 10.0, 20.0]])
    theirs = rerec(boxes.clone())
    torch.testing.assert_close(squared(boxes), theirs)


def test_edges_move_by_parts_of_the_side_outermost_pixels_included():
    box = torch.tensor([[10.0, 20.0, 19.0, 39.0]])  # 10 by 20 pixels
    assert shifted(box, torch.tensor([[0.1, 0.1, -0.2, 0.5]])).tolist() == [[11.0, 22.0, 17.0, 49.0]]


def test_of_two_boxes_one_in_the_other_the_better_stays():
    boxes = torch.tensor([[0.0, 0.0, 99.0, 99.0], [10.0, 10.0, 49.0, 49.0], [200.0, 0.0, 299.0, 99.0]])
    assert apart(boxes, torch.tensor([0.8, 0.9, 0.7])) == [1, 2]
    assert apart(boxes, torch.tensor([0.9, 0.8, 0.95])) == [2, 0]
    assert apart(boxes[:0], torch.tensor([])) == []


def test_boxes_that_overlap_a_little_both_stay():
    boxes = torch.tensor([[0.0, 0.0, 99.0, 99.0], [40.0, 0.0, 139.0, 99.0]])
    assert apart(boxes, torch.tensor([0.9, 0.8])) == [0, 1]


def test_window_shows_its_part_of_the_picture_from_the_level_that_fits():
    picture = Image.linear_gradient("L").convert("RGB").resize((256, 256))
    blank = Image.new("RGB", picture.size)
    levels = [Level(stacked([blank, picture], CPU), scale) for scale in (1.0, 0.5, 0.25)]
    boxes = torch.tensor([[65.0, 65.0, 160.0, 160.0], [500.0, 500.0, 550.0, 550.0]])
    kept, owners, windows = cut(levels, boxes, torch.tensor([1, 1]), picture.size, 24)
    assert kept.tolist() == [[65.0, 65.0, 160.0, 160.0]]
    assert owners.tolist() == [1]
    assert windows.shape == (1, 3, 24, 24)
    # Rows 64 to 160 of a gradient that is as bright as its row number, four rows to one of the window.
    expected = (torch.arange(24) * 4 + 66 - 0.5 - 127.5) / 128
    torch.testing.assert_close(windows[0, 0, :, 12], expected, atol=0.02, rtol=0)
    assert "pixels" in vars(levels[2])
    assert "pixels" not in vars(levels[0])


def test_sampling_between_pixels_interpolates_and_beyond_the_border_repeats_it():
    pixels = torch.arange(4.0).expand(1, 3, 4, 4)
    places = torch.tensor([[[-0.25, 0.0], [0.0, 0.0]], [[-3.0, 3.0], [0.0, 0.0]]])
    squares = sampled(pixels, places)
    assert squares[0, 0].tolist() == [[1.0, 1.5], [1.0, 1.5]]
    assert squares[1, 0].tolist() == [[0.0, 3.0], [0.0, 3.0]]


def test_level_is_the_picture_made_smaller():
    picture = group()
    size = int(960 * 0.3 + 1), int(640 * 0.3 + 1)
    pixels = Level(stacked([picture, ImageOps.mirror(picture)], CPU), 0.3).pixels
    assert pixels.shape == (2, 3, size[1], size[0])
    assert pixels.is_contiguous(memory_format=torch.channels_last)
    expected = np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.float32)
    assert np.abs(pixels[0].permute(1, 2, 0).numpy() * 128 + 127.5 - expected).max() <= 1


def test_pictures_searched_together_have_the_faces_they_have_alone():
    cascade = real_cascade()
    pictures = [group(), draw_picture((960, 640)), ImageOps.mirror(group()), group().rotate(5)]
    together = cascade.search(pictures)
    assert [len(found.boxes) for found in together][1] == 0
    for picture, found in zip(pictures, together, strict=True):
        [alone] = cascade.search([picture])
        assert len(alone.boxes) == len(found.boxes)
        torch.testing.assert_close(found.boxes, alone.boxes, atol=0.5, rtol=0)
        torch.testing.assert_close(found.scores, alone.scores, atol=1e-3, rtol=0)
        torch.testing.assert_close(found.points, alone.points, atol=0.5, rtol=0)


def real_cascade() -> Cascade:
    mtcnn = MTCNN(device="cpu")
    networks = [part.to(memory_format=torch.channels_last) for part in (mtcnn.pnet, mtcnn.rnet, mtcnn.onet)]
    return Cascade(*networks, min_face=30, device=CPU)
