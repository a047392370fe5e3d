from __future__ import annotations

import pytest
from PIL import Image

from gallery.faces import Box, Detection
from gallery.vision.detector import MTCNNDetector
from tests.support.faces import real_detector
from tests.support.photos import astronaut, draw_picture

HER_FACE = Box(182, 72, 270, 180)
"""Where a person sees the astronaut's face: from ear to ear, from the hair to the chin."""

HER_LANDMARKS = ((205, 102), (246, 103), (225, 125), (204, 141), (244, 141))
"""Pupils, tip of the nose, corners of the mouth, read off the enlarged picture."""


@pytest.fixture(scope="module")
def face() -> Detection:
    [found] = real_detector().detect([astronaut()])
    assert len(found) == 1
    return found[0]


def test_one_sure_face_is_found_where_a_person_sees_it(face):
    assert 0.99 < face.confidence <= 1
    assert face.box.iou(HER_FACE) > 0.7


def test_landmarks_are_eyes_nose_and_mouth(face):
    assert len(face.landmarks) == 5
    for (x, y), (seen_x, seen_y) in zip(face.landmarks, HER_LANDMARKS, strict=True):
        assert abs(x - seen_x) < 6
        assert abs(y - seen_y) < 6
        assert face.box.left < x < face.box.right
        assert face.box.top < y < face.box.bottom


def test_smaller_picture_has_the_face_at_the_same_place(face):
    [[found]] = real_detector().detect([astronaut().resize((256, 256))])
    assert found.scaled(2, 2).box.iou(face.box) > 0.7


def test_mirrored_face_is_found_mirrored(face):
    [[found]] = real_detector().detect([astronaut().transpose(Image.Transpose.FLIP_LEFT_RIGHT)])
    mirrored = Box(512 - face.box.right, face.box.top, 512 - face.box.left, face.box.bottom)
    assert found.box.iou(mirrored) > 0.8
    assert found.landmarks[0][0] < found.landmarks[1][0]


def test_face_smaller_than_the_least_size_is_not_looked_for():
    assert MTCNNDetector(min_face=400).detect([astronaut()]) == [[]]


def test_every_face_of_a_picture_is_found():
    head = astronaut().crop((120, 0, 330, 230))
    group = Image.new("RGB", (460, 240), (200, 200, 200))
    group.paste(head, (10, 5))
    group.paste(head.resize((168, 184)), (260, 30))
    [found] = real_detector().detect([group])
    sure = [face for face in found if face.confidence > 0.9]
    assert sorted(round(face.box.left / 200) for face in sure) == [0, 2]


def test_pictures_of_several_sizes_keep_their_order(face):
    small = astronaut().resize((256, 256))
    blank = Image.new("RGB", (256, 256), "grey")
    found = real_detector().detect([small, astronaut(), blank, small, Image.new("RGB", (5, 5)), astronaut()])
    assert [len(faces) for faces in found] == [1, 1, 0, 1, 0, 1]
    assert found[1] == found[5]
    assert found[0] == found[3]
    assert found[1][0].box.iou(face.box) > 0.99


@pytest.mark.parametrize("size", [(5, 5), (20, 300), (300, 20), (29, 29), (1, 1), (30, 30), (31, 500), (300, 200)])
def test_blank_and_tiny_pictures_have_no_face(size):
    assert real_detector().detect([Image.new("RGB", size, (128, 90, 60))]) == [[]]


def test_drawing_without_a_face_has_none_to_be_sure_of():
    [found] = real_detector().detect([draw_picture((320, 240))])
    assert all(face.confidence < 0.95 for face in found)


def test_no_picture_gives_no_answer():
    assert real_detector().detect([]) == []


@pytest.mark.parametrize("min_face", [12, 47, 94, 147])
def test_picture_as_small_as_the_smallest_face_is_searched_without_failing(min_face):
    # 12 / 47 * 47 is a little less than 12: MTCNN then finds no scale at all to search at.
    detector = MTCNNDetector(min_face=min_face)
    sides = [(min_face, min_face), (min_face - 1, 200), (min_face, min_face + 1)]
    assert [len(faces) for faces in detector.detect([Image.new("RGB", side) for side in sides])] == [0, 0, 0]


@pytest.mark.parametrize(
    "crop",
    [(205, 0, 512, 512), (0, 0, 245, 512), (0, 95, 512, 512), (0, 0, 512, 150)],
    ids=["left", "right", "top", "bottom"],
)
def test_box_of_a_face_cut_by_the_border_stays_inside(crop):
    picture = astronaut().crop(crop)
    [found] = real_detector().detect([picture])
    hers = HER_FACE.moved(-crop[0], -crop[1]).clipped(*picture.size)
    assert found[0].confidence > 0.9
    assert found[0].box.iou(hers) > 0.4
    for face in found:
        assert 0 <= face.box.left < face.box.right <= picture.width
        assert 0 <= face.box.top < face.box.bottom <= picture.height


def test_signature_tells_detectors_apart():
    assert MTCNNDetector(min_face=30).signature == real_detector().signature
    assert MTCNNDetector(min_face=40).signature != real_detector().signature
