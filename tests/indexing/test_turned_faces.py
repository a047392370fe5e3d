"""Faces of photos that a person turned are looked for as they lie then, and what was said of them stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

from gallery.curation.history import undo
from gallery.curation.labels import faces_named, label_faces
from gallery.curation.turning import rotate_photos
from gallery.faces import Box, Detection
from gallery.images.annotate import save_new
from gallery.indexing.pipeline import decode_crop
from gallery.indexing.reconcile import Status
from gallery.insight.drawings import save_annotated
from gallery.query.query import Query
from tests.support.faces import real_detector
from tests.support.fakes import FACE_COLOURS, FakeDetector, draw_faces, nearest_emotion
from tests.support.library import Library
from tests.support.photos import astronaut
from tests.support.shots import turned


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A photo on its side: turned to the right it shows a happy and a sad face, which no detector finds as it is."""
    library = Library(tmp_path)
    lying = turned(draw_faces("happy", "sad"), 8)
    save_new(lying, library.folder / "lying.png")
    library.draw("upright.jpg", "fear")
    library.run()
    yield library
    library.store.close()


def lying(library: Library) -> Path:
    return library.folder / "lying.png"


def faces(library: Library) -> list[tuple[int, str, Box]]:
    return [(one.number, one.emotion, one.box) for one in library.store.photo(lying(library)).faces]


def test_turned_photo_is_searched_as_it_lies_now(library: Library) -> None:
    assert faces(library) == []
    before = lying(library).read_bytes()
    rotate_photos(library.store, [lying(library)], 90)
    seen = library.detector.seen
    library.run()
    # Upright they lie at 20..120 and 170..270 from the left, 100..200 from above; the file has that on its left side.
    assert faces(library) == [(1, "happy", Box(100, 520, 200, 620)), (2, "sad", Box(100, 370, 200, 470))]
    assert library.detector.seen == seen + 1
    library.run()
    assert library.detector.seen == seen + 1
    assert lying(library).read_bytes() == before


def test_what_was_said_of_a_face_stays_with_it(library: Library) -> None:
    rotate_photos(library.store, [lying(library)], 90)
    library.run()
    label_faces(library.store, faces_named(library.store, [f"{lying(library)}#2"]), "angry")
    for _ in library.start(force=True):
        pass
    assert [(number, emotion) for number, emotion, _ in faces(library)] == [(1, "happy"), (2, "angry")]


def test_taken_back_it_is_searched_as_before(library: Library) -> None:
    rotate_photos(library.store, [lying(library)], 90)
    library.run()
    undo(library.store)
    library.run()
    assert faces(library) == []


def test_photo_whose_file_is_away_waits(library: Library) -> None:
    rotate_photos(library.store, [lying(library)], 90)
    content = lying(library).read_bytes()
    lying(library).unlink()
    library.run()
    lying(library).write_bytes(content)
    library.run()
    assert len(faces(library)) == 2


def test_file_turned_by_another_program_ends_the_word(library: Library) -> None:
    rotate_photos(library.store, [lying(library)], 90)
    library.run()
    exif = Image.Exif()
    exif[274] = 6
    with Image.open(lying(library)) as picture:
        picture.save(lying(library), exif=exif.tobytes())
    [ended] = [one for one in library.results() if one.turn_ended]
    assert Path(ended.path) == lying(library)
    assert library.store.photo(lying(library)).turn == 1
    # By arithmetic: nobody had to look.
    upright = [(1, "happy", Box(20, 100, 120, 200)), (2, "sad", Box(170, 100, 270, 200))]
    assert faces(library) == upright
    assert [one.turn_ended for one in library.results()] == [False, False]


def test_drawings_show_it_turned(library: Library, tmp_path: Path) -> None:
    rotate_photos(library.store, [lying(library)], 90)
    library.run()
    save_annotated(library.store, library.store.photo(lying(library)), tmp_path / "drawn.png")
    with Image.open(tmp_path / "drawn.png") as drawn:
        assert drawn.size == (640, 480)
        assert nearest_emotion(drawn.getpixel((70, 150))) == "happy"
        assert drawn.getpixel((20, 150)) == drawn.getpixel((120 - 1, 150)) != FACE_COLOURS["happy"]


def test_lying_photo_that_is_compressed_again_is_the_same_shot(tmp_path: Path) -> None:
    """The crop of its face stands, the picture doesn't."""
    library = Library(tmp_path)
    library.detector = real_detector()  # type: ignore[assignment]
    path = library.folder / "scan.jpg"
    turned(astronaut().crop((60, 0, 460, 300)), 8).save(path, quality=95)
    assert library.run() == {"scan.jpg": Status.NEW}
    assert library.names(Query.parse("is:sideways")) == {"scan.jpg"}
    label_faces(library.store, faces_named(library.store, [f"{path}#1"]), "surprise")
    with Image.open(path) as picture:
        picture.save(path, quality=60)
    assert library.run() == {"scan.jpg": Status.EDITED}
    assert library.emotions(path) == ["surprise"]
    library.store.close()


class CountingDetector(FakeDetector):
    """Notes how large the pictures were that it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[tuple[int, int]] = []

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        self.sizes += [image.size for image in images]
        return super().detect(images)


def test_long_picture_that_is_turned_is_searched_in_pieces_too(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.detector = CountingDetector()
    path = library.folder / "strip.jpg"
    Image.new("RGB", (1000, 8000), (40, 60, 40)).save(path)
    library.run()
    before = list(library.detector.sizes)
    library.detector.sizes.clear()
    rotate_photos(library.store, [path], 90)
    library.run()
    assert len(before) > 1
    assert library.detector.sizes == [(height, width) for width, height in before]
    library.store.close()


def test_crops_show_the_face_upright(library: Library) -> None:
    rotate_photos(library.store, [lying(library)], 90)
    library.run()
    stored = library.store.stored_look(library.store.photo(lying(library)).key)
    assert stored is not None
    crops = [decode_crop(face.crop) for face in stored.faces]
    assert [nearest_emotion(crop.getpixel((crop.width // 2, crop.height // 2))) for crop in crops] == ["happy", "sad"]
    assert library.names(Query.parse("emotion:sad")) == {"lying.png"}
