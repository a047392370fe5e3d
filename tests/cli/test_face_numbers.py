"""One number for each face, whoever shows it: `label PHOTO#2` changes the face that is called 2 everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from PIL import Image

from gallery.curation.doubt import doubtful_faces
from gallery.export.page import write_page
from gallery.export.request import Heading
from gallery.faces import Box, Detection, FaceDetector
from gallery.indexing.indexer import IndexOptions, index
from gallery.indexing.predictor import predict
from gallery.insight.reasons import explain_faces
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery
from tests.support.fakes import FakeClassifier, draw_faces
from tests.support.pages import details

ONE, TWO, THREE, FOUR = (Box(left, 100, left + 100, 200) for left in (20, 170, 320, 470))


class SurestFirst(FaceDetector):
    """Finds the four faces of `draw_faces`, as detectors do: of the second it isn't sure, of the last it is most."""

    confidences = (0.97, 0.6, 0.98, 0.99)
    signature = "surest first"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        boxes = (ONE, TWO, THREE, FOUR)
        found = [Detection(box, sure) for box, sure in zip(boxes, self.confidences, strict=True)]
        return [sorted(found, key=lambda face: -face.confidence) for _ in images]


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    """`a.jpg`: from the left an angry face, an unsure one that is sad, a happy and a neutral one."""
    gallery.photos.mkdir()
    draw_faces("angry", "sad", "happy", "neutral").save(gallery.photos / "a.jpg", quality=95)
    with Store.open(gallery.db) as store:
        assert [found.faces for found in look(gallery, store)] == [3]
    return gallery


def look(gallery: Gallery, store: Store, *, force: bool = False, settings: Settings | None = None) -> list:
    options = {"detector": SurestFirst(), "classifier": FakeClassifier(), "settings": settings}
    return list(index([gallery.photos], store=store, options=IndexOptions(force=force), **options))


FROM_THE_LEFT = {1: "angry", 2: "happy", 3: "neutral"}
"""What counts in `a.jpg`, by number; the sad face is number 4."""


def by_page(gallery: Gallery, settings: Settings) -> dict[int, str]:
    with Store.open(gallery.db) as store:
        list(write_page(store.search(Query(), settings=settings), gallery.folder / "page", Heading("All")))
    [shown] = details(gallery.folder / "page")
    return {face["number"]: face["emotion"] for face in shown["faces"]}


def by_show(gallery: Gallery, settings: Settings) -> dict[int, str]:
    with Store.open(gallery.db) as store:
        shown = store.photo(str(gallery.photos / "a.jpg"), settings=settings)
    return {face.number: face.emotion for face in shown.faces}


def by_why(gallery: Gallery, settings: Settings) -> dict[int, str]:
    with Store.open(gallery.db) as store:
        shown = explain_faces(store, str(gallery.photos / "a.jpg"), settings)
    return {face.number: str(face.shown) for face in shown.faces if face.counts}


def by_review(gallery: Gallery, settings: Settings) -> dict[int, str]:
    with Store.open(gallery.db) as store:
        return dict(sorted((face.number, face.emotion) for face in doubtful_faces(store, settings=settings)))


WAYS = pytest.mark.parametrize("way", [by_page, by_show, by_why, by_review])
Way = Callable[[Gallery, Settings], dict[int, str]]


@WAYS
def test_faces_that_count_are_numbered_from_left_to_right(gallery: Gallery, way: Way) -> None:
    assert way(gallery, Settings()) == FROM_THE_LEFT


@WAYS
def test_settings_change_no_number(gallery: Gallery, way: Way) -> None:
    assert way(gallery, Settings(min_confidence=0.5)) == {**FROM_THE_LEFT, 4: "sad"}
    assert way(gallery, Settings(min_confidence=0.975)) == {2: "happy", 3: "neutral"}


@WAYS
def test_number_typed_from_what_is_shown_labels_just_that_face(gallery: Gallery, way: Way) -> None:
    [number] = [number for number, emotion in way(gallery, Settings()).items() if emotion == "neutral"]
    done = gallery.run("label", f"{gallery.photos / 'a.jpg'}#{number}", "fear")
    assert (done.exit_code, done.stderr) == (0, "1 face labelled fear\n")
    assert by_show(gallery, Settings()) == {1: "angry", 2: "happy", 3: "fear"}


def test_rejected_face_leaves_a_gap_and_comes_back_by_its_number(gallery: Gallery) -> None:
    path = gallery.photos / "a.jpg"
    gallery.run("reject", f"{path}#2")
    left = {1: "angry", 3: "neutral"}
    assert [way(gallery, Settings()) for way in (by_page, by_show, by_why, by_review)] == [left] * 4
    lines = gallery.run("show", path).stdout.splitlines()
    assert [line.split("  ")[0] for line in lines if line.startswith("face ")] == ["face 1", "face 3"]
    gallery.run("label", f"{path}#2", "surprise")
    assert by_show(gallery, Settings()) == {1: "angry", 2: "surprise", 3: "neutral"}


def test_face_that_does_not_count_is_called_by_its_number_in_why(gallery: Gallery) -> None:
    path = gallery.photos / "a.jpg"
    assert "\nface 4  not counted  from 170,100" in gallery.run("why", path).stdout
    gallery.run("label", f"{path}#4", "sad")
    assert by_show(gallery, Settings()) == {**FROM_THE_LEFT, 4: "sad"}


def test_number_that_is_not_there_is_told_with_those_that_are(gallery: Gallery) -> None:
    done = gallery.run("label", f"{gallery.photos / 'a.jpg'}#9", "sad")
    said = "the photo has no face 9; its faces are 1, 2, 3, 4; `gallery why` shows them"
    assert (done.exit_code, done.stderr) == (2, f"error: {gallery.photos}/a.jpg#9: {said}\n")
    gallery.add("empty.jpg")
    done = gallery.run("label", f"{gallery.photos / 'empty.jpg'}#1", "sad")
    assert "the photo has no face 1; none was found in it" in done.stderr


def test_query_names_faces_by_the_same_numbers(gallery: Gallery) -> None:
    gallery.run("reject", f"{gallery.photos / 'a.jpg'}#1")
    done = gallery.run("label", "emotion:neutral", "sad", "--dry-run")
    assert done.stdout == f"{gallery.photos / 'a.jpg'}#3\tneutral\n"


def test_photo_that_is_not_indexed_is_numbered_by_the_same_rule(gallery: Gallery) -> None:
    models = {"detector": SurestFirst(), "classifier": FakeClassifier()}
    all_four = {1: "angry", 2: "sad", 3: "happy", 4: "neutral"}
    for min_confidence, expected in {0.95: FROM_THE_LEFT, 0.5: all_four}.items():
        settings = Settings(min_confidence=min_confidence)
        [shown] = predict([gallery.photos / "a.jpg"], settings=settings, **models)
        assert {face.number: face.emotion for face in shown.faces} == expected  # type: ignore[union-attr]


def test_looking_again_under_other_settings_keeps_the_numbers(gallery: Gallery) -> None:
    with Store.open(gallery.db) as store:
        look(gallery, store, force=True, settings=Settings(min_confidence=0.5))
    assert by_show(gallery, Settings(min_confidence=0.5)) == {**FROM_THE_LEFT, 4: "sad"}


def test_json_tells_the_numbers(gallery: Gallery) -> None:
    for command in (("show", gallery.photos / "a.jpg"), ("why", gallery.photos / "a.jpg")):
        faces = json.loads(gallery.run(*command, "--json").stdout)["faces"]
        assert [face["number"] for face in faces] == [1, 2, 3, 4][: len(faces)]
