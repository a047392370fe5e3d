"""The same face at the same size is found whatever is beside it: panoramas, strips and long stitches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from gallery.errors import ImageError
from gallery.faces import Box, Detection, FaceDetector
from gallery.images import long_pictures
from gallery.images.decode import read_image
from gallery.images.recognise import Known
from gallery.indexing.in_pieces import CLEAR, DIM, WHOLE, Find, merged
from gallery.indexing.indexer import Status
from gallery.indexing.pipeline import decode_crop
from gallery.indexing.predictor import predict
from gallery.indexing.processes import decode_in_processes, read_in_processes
from gallery.indexing.reading import read_here
from gallery.records import FileStamp, FoundFace
from gallery.settings import Settings
from tests.support.edits import write_exif
from tests.support.faces import real_detector
from tests.support.fakes import FACE_COLOURS, FakeClassifier
from tests.support.library import Library
from tests.support.photos import astronaut
from tests.support.squares import Squares

SETTINGS = Settings(long_side=96, max_megapixels=10)
"""Ordinary photos are searched at 96 x 72, so long ones at 72 pixels of the short side."""


def strip(path: Path, size: tuple[int, int], faces: dict[str, Box], *, upright: bool = False) -> Path:
    picture = Image.new("RGB", size, (20, 40, 20))
    for emotion, box in faces.items():
        inside = (box.left, box.top, box.right - 1, box.bottom - 1)
        ImageDraw.Draw(picture).rectangle(inside, fill=FACE_COLOURS[emotion])
    (picture.transpose(Image.Transpose.TRANSPOSE) if upright else picture).save(path)
    return path


def boxes(path: Path, detector: FaceDetector, settings: Settings = SETTINGS) -> list[Box]:
    [record] = predict([path], detector=detector, classifier=FakeClassifier(), settings=settings)
    assert not isinstance(record, ImageError), record
    return [face.box for face in record.faces]


def sides(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("times", [1, 3])
def test_faces_of_a_strip_are_found_where_they_are_in_the_full_picture(
    tmp_path: Path, times: int, *, upright: bool
) -> None:
    # 10 pixels of 72, as a photo of 96 x 72 would show them; in 96 pixels of the long side they'd have one.
    places = {"angry": 5.0, "sad": 300.0, "neutral": 611.0, "happy": 900.0}
    faces = {name: Box(left, 30, left + 10, 40).scaled(times, times) for name, left in places.items()}
    path = strip(tmp_path / "a.png", (960 * times, 72 * times), faces, upright=upright)
    found = boxes(path, Squares())
    expected = [Box(b.top, b.left, b.bottom, b.right) if upright else b for b in faces.values()]
    assert sorted(map(sides, found)) == [pytest.approx(one, abs=1.5 * times) for one in sorted(map(sides, expected))]


@pytest.mark.parametrize("side", [8, 20, 34, 50])
def test_face_on_a_seam_is_found_once_and_whole(tmp_path: Path, side: int) -> None:
    for left in range(100, 230, 9):
        path = strip(tmp_path / f"{left}.png", (600, 72), {"angry": Box(left, 10, left + side, 10 + side)})
        [box] = boxes(path, Squares())
        # Found in the pieces, but where none shows all of it: then in the whole, at 96 of 600 pixels.
        assert sides(box) == pytest.approx((left, 10, left + side, 10 + side), abs=7 if side > 36 else 1)


def test_crop_of_a_face_in_a_strip_has_the_detail_of_a_photo(tmp_path: Path) -> None:
    path = strip(tmp_path / "a.png", (960, 72), {"angry": Box(500, 20, 530, 50)})
    [[read]] = read_here([stamp(path)], Known(), Squares(), SETTINGS)
    assert read.photo is not None
    [face] = read.photo.faces
    # 1.05 times the box: see FRAMINGS.
    assert decode_crop(face.crop).size == (32, 32)


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (400, 200), (450, 200), (200, 450), (96, 20)])
def test_ordinary_and_small_pictures_are_searched_once_as_ever(tmp_path: Path, size: tuple[int, int]) -> None:
    face = Box(0.3, 0.1, 0.6, 0.9).scaled(*size)
    path = strip(tmp_path / "a.png", size, {"angry": Box(*map(round, sides(face)))})
    detector = Squares()
    assert len(boxes(path, detector)) == 1
    [shown] = detector.shown
    as_ever = read_image(path, long_side=96, max_megapixels=10, quick=True).image
    assert shown.tobytes() == as_ever.tobytes()


def test_pieces_are_ordinary_photos_of_at_most_the_usual_size(tmp_path: Path) -> None:
    detector = Squares()
    boxes(strip(tmp_path / "a.png", (3000, 216), {}), detector)
    whole, *parts = detector.shown
    assert whole.size == (96, 7)
    assert {part.size for part in parts} == {(96, 72)}


def stamp(path: Path) -> FileStamp:
    return FileStamp.of(str(path), path.stat())


def test_processes_find_the_same(tmp_path: Path) -> None:
    files = [
        stamp(strip(tmp_path / f"{n}.png", (900, 72), {"angry": Box(left, 5, left + 12, 17)}))
        for n, left in enumerate((100, 555))
    ]
    files.append(stamp(strip(tmp_path / "photo.png", (96, 72), {"sad": Box(5, 5, 25, 25)})))
    known, detector = Known(), Squares()
    here = faces_by_path(read_here(files, known, detector, SETTINGS))
    assert [len(found) for found in here.values()] == [1, 1, 1]
    for way in (read_in_processes, decode_in_processes):
        with closing(way(files, known, detector, SETTINGS, 1)) as batches:
            assert faces_by_path(batches) == here


def faces_by_path(batches: object) -> dict[str, tuple[FoundFace, ...]]:
    return {read.file.path: read.photo.faces for batch in batches for read in batch}  # type: ignore[attr-defined]


def test_detector_that_fails_on_a_piece_costs_that_photo_alone(tmp_path: Path) -> None:
    files = [
        stamp(strip(tmp_path / "a.png", (96, 72), {"angry": Box(5, 5, 25, 25)})),
        stamp(strip(tmp_path / "b.png", (900, 72), {})),
    ]
    [[first, second]] = read_here(files, Known(), FailingLater(), SETTINGS)
    assert first.photo is not None
    assert len(first.photo.faces) == 1
    assert second.error is not None
    assert "looking for faces in it failed" in second.error.reason


class FailingLater(Squares):
    """Fails once it has seen two pictures."""

    def _search(self, image: Image.Image) -> list[Detection]:
        if len(self.shown) > 2:
            raise RuntimeError("out of luck")
        return super()._search(image)


def test_strip_that_is_changed_between_two_looks_is_told(tmp_path: Path) -> None:
    path = strip(tmp_path / "a.png", (900, 72), {})

    class Changing(Squares):
        def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
            strip(path, (901, 72), {"angry": Box(5, 5, 25, 25)})
            return super().detect(images)

    [[read]] = read_here([stamp(path)], Known(), Changing(), SETTINGS)
    assert read.photo is None
    assert read.error is not None
    assert "changed" in read.error.reason


def test_sure_and_whole_find_goes_before_doubtful_and_cut_ones() -> None:
    doubtful = Find(Detection(Box(0, 0, 10, 10), 0.9), 0, CLEAR)
    sure = Find(Detection(Box(1, 0, 11, 10), 0.96), -1, WHOLE)
    cut = Find(Detection(Box(4, 0, 10, 10), 0.99), 1, DIM)
    other = Find(Detection(Box(50, 0, 60, 10), 0.5), 1, CLEAR)
    assert merged([doubtful, sure, cut, other]) == [sure.face, other.face]


def test_faces_of_one_search_are_never_taken_for_each_other() -> None:
    child, parent = Box(3, 3, 8, 8), Box(0, 0, 12, 12)
    finds = [Find(Detection(box, 0.99), 0, CLEAR) for box in (parent, child)]
    assert {face.box for face in merged(finds)} == {parent, child}


@pytest.mark.parametrize("upright", [False, True])
def test_real_face_is_found_beside_much_else(tmp_path: Path, *, upright: bool) -> None:
    face = astronaut().resize((300, 300))
    picture = Image.new("RGB", (400, 4000) if upright else (4000, 400), (90, 120, 150))
    picture.paste(face, (50, 1400) if upright else (1400, 50))
    picture.save(tmp_path / "a.jpg", quality=95)
    [box] = boxes(tmp_path / "a.jpg", real_detector(), Settings())
    # Where a person sees it in the picture of 512 x 512 pixels: see tests/vision/test_detector.py.
    seen = Box(182, 72, 270, 180).scaled(300 / 512, 300 / 512)
    assert box.iou(seen.moved(50, 1400) if upright else seen.moved(1400, 50)) > 0.6


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    made.detector, made.settings = Squares(), SETTINGS  # type: ignore[assignment]
    with made.store:
        yield made


def crop_widths(library: Library, path: Path) -> list[int]:
    look = library.store.stored_look(library.store.photo(str(path)).key)
    assert look is not None
    return [decode_crop(face.crop).width for face in look.faces]


def test_strip_that_its_tag_turns_keeps_its_faces_and_their_sharp_crops(library: Library) -> None:
    path = strip(library.folder / "a.jpg", (960, 72), {"angry": Box(500, 20, 530, 50)})
    library.run()
    before = library.store.photo(str(path)).faces
    assert len(before) == 1
    shown = len(library.detector.shown)  # type: ignore[attr-defined]
    write_exif(path, orientation=6)
    assert library.run() == {"a.jpg": Status.EDITED}
    [face] = library.store.photo(str(path)).faces
    # Turned clockwise: what was x from the left is x from the top.
    assert sides(face.box) == pytest.approx((72 - 50, 500, 72 - 20, 530), abs=1.5)
    assert crop_widths(library, path) == [pytest.approx(32, abs=1)]
    assert len(library.detector.shown) == shown  # type: ignore[attr-defined]


def test_strip_of_a_version_that_saw_less_is_searched_again_by_force_alone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = strip(library.folder / "a.jpg", (960, 72), {"angry": Box(500, 20, 530, 50)})
    with monkeypatch.context() as before:
        before.setattr(long_pictures, "LONGEST", 1000)
        library.run()
    assert library.store.photo(str(path)).faces == ()
    assert library.run() == {"a.jpg": Status.UNCHANGED}
    assert list(library.start(force=True))
    assert len(library.store.photo(str(path)).faces) == 1
