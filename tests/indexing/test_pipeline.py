from __future__ import annotations

import io
import logging

import pytest
from PIL import Image

from gallery.errors import CheckpointError, ImageError
from gallery.faces import Box
from gallery.images.crops import CROP_SIDE, crop_face
from gallery.images.decode import DecodedPhoto
from gallery.indexing.pipeline import decode_crop, encode_crop, find_each, find_faces, score_each, score_faces
from gallery.records import Capture
from gallery.vision.classifier import NetworkClassifier
from tests.support.faces import real_detector, save_small_checkpoint
from tests.support.fakes import FACE_COLOURS, FakeClassifier, FakeDetector, draw_faces
from tests.support.photos import astronaut

RUINED = (1, 2, 3)


class FrailDetector(FakeDetector):
    """Fails on a batch that holds a picture whose first pixel is RUINED."""

    def detect(self, images):
        if any(image.getpixel((0, 0)) == RUINED for image in images):
            raise RuntimeError("out of luck")
        return super().detect(images)


class UnusableClassifier(FakeClassifier):
    """Finds out only now that its weights are of no use."""

    def predict(self, crops):
        raise CheckpointError("model.safetensors", f"no use for {len(crops)} crops")


class FrailClassifier(FakeClassifier):
    """Fails on a batch that holds an angry face."""

    def predict(self, crops):
        answers = super().predict(crops)
        if any(answer.emotion == "angry" for answer in answers):
            raise MemoryError("too much anger")
        return answers


def photo(picture: Image.Image, scale: float = 1) -> DecodedPhoto:
    """As decoded from a file `scale` times as large as the picture."""
    return DecodedPhoto(picture, round(picture.width * scale), round(picture.height * scale), "JPEG", Capture())


def ruined() -> DecodedPhoto:
    picture = draw_faces("happy")
    picture.putpixel((0, 0), RUINED)
    return photo(picture)


def emotions(outcome: object) -> list[str]:
    assert isinstance(outcome, tuple)
    return [face.prediction.emotion for face in outcome]


def test_each_photo_gets_its_own_faces_and_emotions():
    photos = [photo(draw_faces("happy", "sad")), photo(draw_faces()), photo(draw_faces("fear", "neutral", "disgust"))]
    scored = score_faces(find_faces(photos, FakeDetector()), FakeClassifier())
    assert [emotions(faces) for faces in scored] == [["happy", "sad"], [], ["fear", "neutral", "disgust"]]


def test_boxes_are_in_pixels_of_the_full_size_picture():
    # Drawn at 640x480 the face is at 20..120, 100..200; the file is four times as large as what is searched.
    small = draw_faces("happy").resize((320, 240))
    [[face]] = score_faces(find_faces([photo(small, scale=8)], FakeDetector()), FakeClassifier())
    assert face.detection.box == Box(80, 400, 480, 800)


def test_width_and_height_are_scaled_each_by_itself():
    uneven = DecodedPhoto(draw_faces("happy"), 1281, 958, "JPEG", Capture())
    [[face]] = score_faces(find_faces([uneven], FakeDetector()), FakeClassifier())
    box = face.detection.box
    assert (box.left, box.right) == pytest.approx((20 * 1281 / 640, 120 * 1281 / 640))
    assert (box.top, box.bottom) == pytest.approx((100 * 958 / 480, 200 * 958 / 480))


def test_landmarks_move_with_the_box():
    [[small]] = score_faces(find_faces([photo(astronaut())], real_detector()), FakeClassifier(answer="happy"))
    [[large]] = score_faces(find_faces([photo(astronaut(), scale=3)], real_detector()), FakeClassifier(answer="happy"))
    assert large.detection == small.detection.scaled(3, 3)


def test_photos_without_faces_need_no_classifier():
    assert score_faces(find_faces([photo(draw_faces())], FakeDetector()), FrailClassifier(answer="angry")) == [()]
    assert score_faces(find_faces([], FakeDetector()), FakeClassifier()) == []


def test_stored_crop_is_a_small_jpeg_of_the_face():
    [[face]] = score_faces(find_faces([photo(draw_faces("happy"))], FakeDetector()), FakeClassifier())
    with Image.open(io.BytesIO(face.crop)) as crop:
        assert (crop.format, crop.mode) == ("JPEG", "RGB")
        assert crop.width == crop.height <= CROP_SIDE
        middle = crop.getpixel((crop.width // 2, crop.height // 2))
        assert all(abs(a - b) < 10 for a, b in zip(middle, FACE_COLOURS["happy"], strict=True))


def test_stored_crop_is_read_again_as_it_was_at_first(tmp_path):
    classifier = NetworkClassifier(save_small_checkpoint(tmp_path / "small.safetensors"))
    [[face]] = score_faces(find_faces([photo(astronaut())], real_detector()), classifier)
    [again] = classifier.predict([decode_crop(face.crop)])
    assert again == face.prediction


def test_crop_survives_packing_but_for_what_jpeg_loses():
    crop = crop_face(astronaut(), Box(170, 60, 280, 190))
    unpacked = decode_crop(encode_crop(crop))
    assert (unpacked.size, unpacked.mode) == (crop.size, "RGB")
    differences = [abs(a - b) for a, b in zip(crop.tobytes(), unpacked.tobytes(), strict=True)]
    assert sum(differences) / len(differences) < 4


def test_only_jpeg_is_taken_for_a_crop():
    buffer = io.BytesIO()
    Image.new("RGB", (10, 10)).save(buffer, "PNG")
    with pytest.raises(OSError, match="cannot identify"):
        decode_crop(buffer.getvalue())


def test_photo_that_makes_the_detector_fail_costs_only_itself(caplog):
    caplog.set_level(logging.DEBUG, logger="gallery.indexing.pipeline")
    photos = [photo(draw_faces("happy")), ruined(), photo(draw_faces("sad", "fear"))]
    first, second, third = find_each(photos, FrailDetector())
    assert (first, third) == tuple(find_faces([photos[0], photos[2]], FakeDetector()))
    assert isinstance(second, ImageError)
    assert "RuntimeError: out of luck" in second.reason
    assert second.transient
    assert "out of luck" in caplog.text


def test_photo_that_makes_the_classifier_fail_costs_only_itself():
    photos = [photo(draw_faces("sad")), photo(draw_faces("happy", "angry")), photo(draw_faces())]
    first, second, third = score_each(find_faces(photos, FakeDetector()), FrailClassifier())
    assert (emotions(first), emotions(third)) == (["sad"], [])
    assert isinstance(second, ImageError)
    assert "MemoryError: too much anger" in second.reason


def test_unusable_model_is_no_photos_fault():
    found = find_faces([photo(draw_faces("sad")), photo(draw_faces("sad", "fear"))], FakeDetector())
    with pytest.raises(CheckpointError, match="no use for 3 crops"):
        score_each(found, UnusableClassifier())


def test_photos_that_all_fail_each_get_their_error():
    outcomes = find_each([ruined(), ruined()], FrailDetector())
    assert [type(outcome) for outcome in outcomes] == [ImageError, ImageError]
    assert find_each([], FrailDetector()) == []
    assert score_each([], FakeClassifier()) == []


def test_photos_without_trouble_are_searched_once():
    detector = FakeDetector()
    find_each([photo(draw_faces("happy")), photo(draw_faces())], detector)
    assert detector.seen == 2
