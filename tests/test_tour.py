"""docs/tour.md shows what `python -m tests.support.tour` makes: of drawn pictures and free photographs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from gallery.emotions import EMOTIONS
from gallery.faces import Detection, FaceDetector
from gallery.images.crops import crop_found
from tests.support.fakes import FakeClassifier, FakeDetector
from tests.support.tour.people import portrait
from tests.support.tour.reading import Finder, Known, Reader
from tests.support.tour.stories import STORIES

DOCS = Path(__file__).parents[1] / "docs"
LARGEST_BYTES = 1_200_000
SIZE = (600, 400)


def test_the_tour_shows_each_picture_that_is_taken_of_it_and_no_other() -> None:
    pictures = pytest.importorskip("tests.support.tour.pictures")
    shown = re.findall(r"\]\(tour/([\w-]+)\.webp\)", (DOCS / "tour.md").read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(shot.name for shot in pictures.SHOTS)
    assert sorted(shown) == sorted(file.stem for file in (DOCS / "tour").iterdir())


def test_the_pictures_of_the_tour_are_small() -> None:
    sizes = [file.stat().st_size for file in (DOCS / "tour").iterdir()]
    assert len(sizes) >= 6
    assert sum(sizes) < LARGEST_BYTES


def test_its_gallery_has_photos_of_several_years() -> None:
    assert len({story.day[:4] for story in STORIES}) >= 5
    assert 60 <= sum(len(story.photos) for story in STORIES) <= 120


class _Nobody(FakeDetector):
    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        raise AssertionError(f"{len(images)} drawn pictures are searched by a network")


def drawn(tmp_path: Path, known: Known, number: int, **feelings: str) -> Image.Image:
    """The picture as it is read again from a file, smaller than it was drawn."""
    picture, shown = portrait(feelings, ("lake", "noon", number), SIZE)
    known.learn(picture, shown)
    file = tmp_path / f"{number}.jpg"
    picture.save(file, quality=90)
    return Image.open(file).convert("RGB").resize((SIZE[0] // 2, SIZE[1] // 2))


def test_drawn_faces_are_found_where_they_are_and_read_as_they_were_meant(tmp_path: Path) -> None:
    known = Known()
    pictures = [
        drawn(tmp_path, known, 1, ana="happy", ben="angry"),
        drawn(tmp_path, known, 1, ana="sad", ben="fear"),
        drawn(tmp_path, known, 2, ida="surprise"),
    ]
    detector: FaceDetector = _Nobody()
    found = Finder(known, detector).detect(pictures)
    assert [len(faces) for faces in found] == [2, 2, 1]
    [ana, ben] = found[0]
    assert 0 < ana.box.left < ana.box.right < SIZE[0] / 4 < ben.box.left < ben.box.right < SIZE[0] / 2
    crops = [crop_found(picture, face) for picture, faces in zip(pictures, found, strict=True) for face in faces]
    read = Reader(known, FakeClassifier(answer="disgust")).predict(crops)
    assert read == known.read


def test_every_emotion_is_drawn_in_another_way() -> None:
    pictures = [portrait({"noor": emotion}, ("lake", "noon", 1), (240, 160))[0].tobytes() for emotion in EMOTIONS]
    assert len(set(pictures)) == len(EMOTIONS)
