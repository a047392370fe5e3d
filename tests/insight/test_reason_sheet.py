"""The picture that says why each face is shown as it is, checked by the colours that appear and where."""

from __future__ import annotations

from datetime import UTC, datetime

from PIL import Image, ImageColor

from gallery.emotions import COLOURS
from gallery.faces import Box
from gallery.insight.reason_sheet import draw_reasons
from gallery.insight.reasons import Check, FaceReasons, ModelsWord, PersonsWord, PhotoReasons
from gallery.records import Capture, PhotoRecord
from tests.support.make import prediction

BOX = Box(100, 100, 300, 300)


def detection(
    emotion: str = "happy", score: float = 0.9, *, confidence: float = 0.99, box: Box = BOX, rejected: bool = False
) -> FaceReasons:
    checks = (Check("min_confidence", confidence, 0.95), Check("min_score", score, 0.5), Check("min_face", 200, 30))
    said = (PersonsWord(box, None, datetime(2024, 1, 1, tzinfo=UTC)),) if rejected else ()
    return FaceReasons(
        1, 1, box, confidence, checks, (ModelsWord("m", True, prediction(emotion, score).probabilities),), said
    )


def drawn(*faces: FaceReasons, size: tuple[int, int] = (800, 600)) -> Image.Image:
    record = PhotoRecord("/a.jpg", ("/a.jpg",), "0" * 64, *size, Capture(), ())
    return draw_reasons(Image.new("RGB", size, "white"), PhotoReasons(record, "d", faces, ()))


def edge(picture: Image.Image) -> set[tuple[int, ...]]:
    """The colours along the left edge of BOX."""
    found = {picture.getpixel((100, y)) for y in range(105, 295)}
    return {colour for colour in found if isinstance(colour, tuple)}


def colour(emotion: str) -> tuple[int, ...]:
    return ImageColor.getrgb(COLOURS[emotion])


def test_face_that_is_shown_has_a_solid_frame_in_its_colour() -> None:
    assert edge(drawn(detection("happy"))) == {colour("happy")}


def test_uncertain_face_has_a_dashed_frame() -> None:
    assert edge(drawn(detection("happy", 0.4))) == {colour("uncertain"), (0, 0, 0)}


def test_what_is_not_counted_is_crossed_out_as_well() -> None:
    middle = (195, 195, 206, 206)
    shown, uncertain = drawn(detection()), drawn(detection("happy", 0.4))
    assert shown.crop(middle).getcolors() == uncertain.crop(middle).getcolors() == [(121, (255, 255, 255))]
    for one in (detection(confidence=0.9), detection(rejected=True)):
        assert len(drawn(one).crop(middle).getcolors() or []) > 1


def test_cards_stand_beside_the_picture_with_a_bar_for_each_emotion() -> None:
    picture = drawn(detection("sad", 0.6))
    assert picture.size[0] > 800
    assert picture.size[1] == 600
    cards = picture.crop((800, 0, *picture.size))
    counts = {found: count for count, found in cards.getcolors(1 << 20) or []}
    for emotion in COLOURS:
        assert (counts.get(colour(emotion), 0) > 0) == (emotion != "uncertain")
    # 0.6 against 0.4 / 6 for each of the others.
    assert counts[colour("sad")] > 5 * counts[colour("surprise")]


def test_failed_gates_stand_out() -> None:
    def red(face: FaceReasons) -> int:
        cards = drawn(face).crop((800, 0, 1600, 110))
        return {found: count for count, found in cards.getcolors(1 << 20) or []}.get(colour("angry"), 0)

    assert red(detection(confidence=0.9)) > red(detection()) == 0


def test_many_faces_need_more_columns_and_a_small_picture_more_height() -> None:
    many = [detection(box=Box(10 * n, 10, 10 * n + 9, 20)) for n in range(12)]
    assert drawn(*many).width > drawn(many[0]).width + 2 * (drawn(many[0]).width - 800)
    small = drawn(detection(), size=(60, 40))
    assert small.height > 150
    assert small.crop((0, 0, 60, 40)).getcolors() is not None


def test_no_detection_leaves_the_picture_alone() -> None:
    assert drawn().getcolors() == [(800 * 600, (255, 255, 255))]


def test_box_beyond_the_picture_does_no_harm() -> None:
    assert drawn(detection(box=Box(-50, -50, -10, -10)), detection(box=Box(900, 700, 950, 720))).height >= 600


def test_percent_beside_a_bar_is_that_of_its_score() -> None:
    """0.29 times 100 is 28.999999999999996, and was written as 28 %."""
    just, above = (drawn(detection("happy", score)).crop((800, 0, 1400, 600)) for score in (0.29, 0.2901))
    assert just.tobytes() == above.tobytes()
