from __future__ import annotations

import dataclasses
import itertools
import math
from pathlib import Path

import matplotlib as mpl
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image, ImageFont

from gallery.emotions import EMOTIONS
from gallery.training.evaluate import Evaluation, measure
from gallery.training.faces import Faces
from gallery.training.journal import EpochResult
from gallery.training.plots import (
    Bins,
    confusion,
    curves,
    draw_confusion,
    draw_curves,
    draw_evaluation,
    draw_hardest,
    draw_reliability,
    reliability,
)
from gallery.training.sheet import CAPTION_PX, CAPTION_SIZE, FACE_PX, GAP_PX
from tests.support.disk import small_disk
from tests.support.faces import easy_faces

pytestmark = pytest.mark.filterwarnings("error")

HISTORY = [
    EpochResult(1, 0.1, 1.75, 0.25, 0.375, 0.375, 0.375, 9.0),
    EpochResult(2, 0.01, 1.5, 0.5, 0.625, 0.625, 0.625, 9.0),
    EpochResult(3, 0.001, 1.25, 0.75, 0.625, 0.625, 0.625, 9.0),
]


def answers(*read: int, scores: tuple[float, ...] | None = None) -> torch.Tensor:
    """Probabilities of faces read as these labels, with these scores (else 0.79), the rest shared evenly."""
    scores = scores or (0.79,) * len(read)
    return torch.tensor(
        [
            [score if place == label else (1 - score) / 6 for place in range(7)]
            for label, score in zip(read, scores, strict=True)
        ]
    )


def evaluated(labels: list[int], *read: int) -> Evaluation:
    return measure(answers(*read), torch.tensor(labels), "PublicTest")


def grey_faces(labels: list[int], greys: list[int]) -> Faces:
    """Faces that are one grey all over, so that each can be found on a sheet."""
    pixels = torch.tensor(greys, dtype=torch.uint8).reshape(-1, 1, 1).expand(-1, 48, 48)
    return Faces(pixels, torch.tensor(labels))


def texts(figure: Figure) -> list[str]:
    """All that is written in the figure, titles included."""
    return [text for axes in figure.axes for text in (axes.get_title(), *(item.get_text() for item in axes.texts))]


def opened(path: Path) -> Image.Image:
    """The picture, decoded, after a look that it is a PNG with something in it."""
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        picture.load()
    low, high = picture.convert("L").getextrema()
    assert low < 100 < 200 < high
    return picture


def centre(sheet: Image.Image, row: int, column: int) -> int:
    """Grey in the middle of a face on a contact sheet."""
    across, down = FACE_PX + GAP_PX, FACE_PX + CAPTION_PX + GAP_PX
    value = sheet.getpixel((GAP_PX + column * across + FACE_PX // 2, GAP_PX + row * down + FACE_PX // 2))
    assert isinstance(value, int)
    return value


def caption(sheet: Image.Image, row: int, column: int) -> Image.Image:
    across, down = FACE_PX + GAP_PX, FACE_PX + CAPTION_PX + GAP_PX
    x, y = GAP_PX + column * across, GAP_PX + row * down + FACE_PX
    return sheet.crop((x, y, x + FACE_PX, y + CAPTION_PX))


def test_curves_show_every_epoch():
    accuracy, loss, rate = curves(HISTORY).axes
    learnt, public = accuracy.lines[:2]
    assert list(learnt.get_xdata()) == list(public.get_xdata()) == [1, 2, 3]
    assert list(learnt.get_ydata()) == [0.25, 0.5, 0.75]
    assert list(public.get_ydata()) == [0.375, 0.625, 0.625]
    assert list(loss.lines[0].get_ydata()) == [1.75, 1.5, 1.25]
    assert list(rate.lines[0].get_ydata()) == [0.1, 0.01, 0.001]


def test_first_of_equally_good_epochs_is_marked():
    figure = curves(HISTORY)
    assert figure.axes[0].get_title() == "best on PublicTest: macro recall 62.50% in epoch 2"
    assert all(any(list(line.get_xdata()) == [2, 2] for line in axes.lines) for axes in figure.axes)


@pytest.mark.parametrize("epochs", [0, 1, 3])
def test_curves_of_any_length_can_be_drawn(tmp_path, epochs):
    path = draw_curves(HISTORY[:epochs], tmp_path / "curves.png")
    assert path == tmp_path / "curves.png"
    assert min(opened(path).size) > 900


def test_curves_of_a_run_gone_astray_can_be_drawn(tmp_path):
    astray = [
        HISTORY[0],
        dataclasses.replace(HISTORY[1], loss=math.inf),
        dataclasses.replace(HISTORY[2], loss=math.nan),
    ]
    assert min(opened(draw_curves(astray, tmp_path / "curves.png")).size) > 900


def test_confusion_counts_labels_down_and_answers_across():
    # Two angry faces, one read as happy; three happy faces, all read right.
    figure = confusion(evaluated([0, 0, 3, 3, 3], 0, 3, 3, 3, 3))
    [axes] = figure.axes
    assert axes.get_title() == "PublicTest: 5 faces, 80.00% read right"
    written = {item.get_position(): item.get_text() for item in axes.texts}
    assert len(written) == 49
    assert written[0, 0] == written[3, 0] == "50%\n1"
    assert written[3, 3] == "100%\n3"
    assert written[0, 3] == "0%\n0"
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == list(EMOTIONS)


def test_emotion_without_a_face_has_no_share():
    written = {item.get_position(): item.get_text() for item in confusion(evaluated([0, 0], 0, 3)).axes[0].texts}
    assert {written[read, 1] for read in range(7)} == {"–\n0"}


def test_faces_are_binned_by_the_probability_of_the_answer():
    # Bins are a fifteenth wide: 0.9 lies in the 14th, 0.5 in the 8th.
    bins = Bins.of(answers(3, 3, 1, scores=(0.9, 0.9, 0.5)), torch.tensor([3, 4, 1]))
    assert bins.counts == [0] * 7 + [1] + [0] * 5 + [2, 0]
    assert bins.accuracy[13] == 0.5
    assert bins.accuracy[7] == 1
    assert bins.confidence[13] == pytest.approx(0.9)
    # Two faces off by 0.9 - 0.5, one by 1 - 0.5.
    assert bins.ece == pytest.approx((2 * 0.4 + 0.5) / 3)


def test_error_of_calibration_is_that_of_the_evaluation():
    generator = torch.Generator().manual_seed(3)
    probabilities = torch.randn(500, 7, generator=generator).mul(2).softmax(1)
    labels = torch.randint(7, (500,), generator=generator)
    assert Bins.of(probabilities, labels).ece == pytest.approx(measure(probabilities, labels, "PublicTest").ece)


def test_answer_without_any_doubt_is_in_the_last_bin():
    assert Bins.of(answers(2, scores=(1.0,)), torch.tensor([2])).counts == [0] * 14 + [1]


def test_reliability_has_a_bar_for_each_bin_with_faces():
    bins = Bins.of(answers(3, 3, 1, scores=(0.9, 0.9, 0.5)), torch.tensor([3, 4, 1]))
    figure = reliability(bins, "PrivateTest")
    above, below = figure.axes
    assert above.get_title() == "PrivateTest: 3 faces, expected calibration error 43.33%"
    places = [pytest.approx(7 / 15), pytest.approx(13 / 15)]
    assert [(bar.get_x(), bar.get_height()) for bar in above.patches] == list(zip(places, [1, 0.5], strict=True))
    assert [(bar.get_x(), bar.get_height()) for bar in below.patches] == list(zip(places, [1, 2], strict=True))
    assert [item.get_text() for item in below.texts] == ["1", "2"]


def test_hardest_faces_come_most_confidently_wrong_first(tmp_path):
    # Grey 80 is right; 120 and 200 are wrong, 200 with more confidence.
    faces = grey_faces([0, 1, 2], [80, 120, 200])
    path = draw_hardest(faces, answers(0, 5, 6, scores=(0.99, 0.6, 0.9)), tmp_path / "hardest.png")
    sheet = opened(path)
    assert sheet.size == (2 * (FACE_PX + GAP_PX) + GAP_PX, FACE_PX + CAPTION_PX + 2 * GAP_PX)
    assert [centre(sheet, 0, column) for column in range(2)] == [200, 120]


def test_hardest_faces_are_as_many_as_asked_for_in_rows_of_ten(tmp_path):
    greys = list(range(100, 130))
    scores = tuple(0.9 - place / 100 for place in range(30))
    path = draw_hardest(
        grey_faces([0] * 30, greys), answers(*[3] * 30, scores=scores), tmp_path / "hardest.png", count=12
    )
    sheet = opened(path)
    shown = [centre(sheet, place // 10, place % 10) for place in range(20)]
    assert shown == [*greys[:12], *[255] * 8]


def test_caption_under_each_face_is_whole(tmp_path):
    path = draw_hardest(grey_faces([0, 4], [50, 60]), answers(5, 5), tmp_path / "hardest.png")
    sheet = opened(path)
    for column in range(2):
        assert caption(sheet, 0, column).getextrema() == (0, 255)
    font = ImageFont.load_default(CAPTION_SIZE)
    assert max(font.getlength(f"-> {label} 0.99") for label in EMOTIONS) < FACE_PX


def test_other_answers_give_other_captions(tmp_path):
    captions = []
    for number, (label, read) in enumerate([(0, 5), (4, 5), (0, 6)]):
        sheet = opened(draw_hardest(grey_faces([label], [50]), answers(read), tmp_path / f"{number}.png"))
        captions.append(caption(sheet, 0, 0).tobytes())
    assert all(one != other for one, other in itertools.combinations(captions, 2))


def test_network_without_a_mistake_gets_a_sentence_instead_of_faces(tmp_path):
    sheets = [draw_hardest(grey_faces([3], [grey]), answers(3), tmp_path / f"{grey}.png") for grey in (50, 90)]
    assert opened(sheets[0]).tobytes() == opened(sheets[1]).tobytes()


@pytest.mark.parametrize("faces", [easy_faces(2), easy_faces(1).where(torch.tensor([3]))], ids=["all", "one face"])
@pytest.mark.parametrize("right", [True, False])
def test_any_split_can_be_drawn(tmp_path, faces, right):
    read = faces.labels if right else (faces.labels + 1) % 7
    probabilities = answers(*read.tolist())
    folder = tmp_path / "plots" / "PublicTest"
    paths = draw_evaluation(measure(probabilities, faces.labels, "PublicTest"), faces, probabilities, folder)
    assert paths == [folder / name for name in ("confusion.png", "reliability.png", "hardest.png")]
    assert sorted(path.name for path in folder.iterdir()) == ["confusion.png", "hardest.png", "reliability.png"]
    for path in paths:
        opened(path)


def test_nothing_written_says_nan():
    evaluation = evaluated([3], 3)
    figures = [confusion(evaluation), reliability(Bins.of(answers(3), torch.tensor([3]))), curves([]), curves(HISTORY)]
    written = [text for figure in figures for text in texts(figure)]
    assert len(written) > 50
    assert not any("nan" in text.lower() for text in written)


def test_pictures_do_not_depend_on_a_users_own_style(tmp_path):
    plain = draw_confusion(evaluated([0, 3], 0, 3), tmp_path / "plain.png").read_bytes()
    with mpl.rc_context({"savefig.dpi": 20, "font.size": 40, "figure.facecolor": "black", "text.usetex": True}):
        styled = draw_confusion(evaluated([0, 3], 0, 3), tmp_path / "styled.png").read_bytes()
    assert styled == plain


def test_picture_that_cannot_be_written_leaves_the_one_before(tmp_path):
    path = draw_reliability(answers(3), torch.tensor([3]), tmp_path / "reliability.png")
    before = path.read_bytes()
    with small_disk(1000), pytest.raises(OSError, match="File too large"):
        draw_reliability(answers(4), torch.tensor([3]), path)
    assert path.read_bytes() == before
