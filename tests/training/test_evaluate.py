from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from torch import nn

from gallery.emotions import EMOTIONS
from gallery.errors import CheckpointError, DatasetError, UsageError
from gallery.training.calibrate import fit_temperature
from gallery.training.evaluate import CALIBRATION_BINS, Evaluation, answers, evaluate, evaluate_by, logits_of, views
from gallery.training.faces import Faces
from gallery.vision.preprocess import Preprocessing
from tests.support.faces import (
    easy_faces,
    easy_splits,
    plain_card,
    save_small_checkpoint,
    small_network,
    with_card,
    write_fer2013,
)


def measured(logits: torch.Tensor, labels: list[int], *, temperature: float = 1.0) -> Evaluation:
    """The figures of a network that gives these logits for faces of these labels."""
    faces = Faces(torch.zeros(len(labels), 48, 48, dtype=torch.uint8), torch.tensor(labels))
    return answers(logits, faces, temperature, "PublicTest").evaluation


def leaning(*answers: int, certainty: float = 0.9) -> torch.Tensor:
    """Logits of faces read as these labels with this probability."""
    rest = (1 - certainty) / 6
    return torch.tensor([[math.log(certainty if i == answer else rest) for i in range(7)] for answer in answers])


def ece_by_definition(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Guo et al. 2017, formula 3: the gap of each bin, weighted by its share."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return sum(
        abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)
    )


def test_figures_of_six_faces_worked_out_by_hand():
    # angry: 2 of 3 right, one taken for sad. happy: 1 of 2, one taken for angry. sad: 1 of 1.
    figures = measured(leaning(0, 0, 4, 3, 0, 4), [0, 0, 0, 3, 3, 4])
    assert (figures.split, figures.count) == ("PublicTest", 6)
    assert figures.accuracy == pytest.approx(4 / 6)
    assert figures.macro_recall == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    angry, happy, sad = (figures.per_class[label] for label in ("angry", "happy", "sad"))
    assert angry == pytest.approx({"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "support": 3})
    assert happy == pytest.approx({"precision": 1.0, "recall": 1 / 2, "f1": 2 / 3, "support": 2})
    assert sad == pytest.approx({"precision": 1 / 2, "recall": 1.0, "f1": 2 / 3, "support": 1})
    assert figures.macro_f1 == pytest.approx((2 / 3 * 3 + 0 * 4) / 7)


def test_confusion_has_a_row_per_true_label():
    figures = measured(leaning(0, 0, 4, 3, 0, 4), [0, 0, 0, 3, 3, 4])
    expected = [[0] * 7 for _ in range(7)]
    expected[0][0], expected[0][4], expected[3][3], expected[3][0], expected[4][4] = 2, 1, 1, 1, 1
    assert figures.confusion == expected


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    assert measured(leaning(0, 1, certainty=0.9), [0, 0]).ece == pytest.approx(0.9 - 0.5, abs=1e-5)
    assert measured(leaning(0, 1, certainty=0.9), [0, 1]).ece == pytest.approx(1 - 0.9, abs=1e-5)


def test_calibration_error_agrees_with_its_definition():
    dice = torch.Generator().manual_seed(4)
    logits, labels = torch.randn(200, 7, generator=dice) * 2, torch.randint(0, 7, (200,), generator=dice)
    for temperature in (0.7, 1.0, 3.0):
        probabilities = (logits.double() / temperature).softmax(1).numpy()
        expected = ece_by_definition(probabilities, labels.numpy())
        assert measured(logits, labels.tolist(), temperature=temperature).ece == pytest.approx(expected, abs=1e-5)


def test_temperature_changes_nothing_but_the_calibration_error():
    logits, labels = leaning(0, 0, 4, 3, 0, 4), [0, 0, 0, 3, 3, 4]
    warm, cold = measured(logits, labels, temperature=3.0).as_json(), measured(logits, labels).as_json()
    assert warm.pop("ece") != cold.pop("ece")
    assert warm == cold


def test_label_without_faces_counts_as_zero():
    figures = measured(leaning(3, 3), [3, 3])
    assert figures.per_class["disgust"] == {"precision": 0, "recall": 0, "f1": 0, "support": 0}
    assert figures.accuracy == 1


def test_json_has_the_documented_keys_and_whole_counts():
    figures = measured(leaning(0, 3), [0, 3]).as_json()
    assert list(figures) == ["macro_recall", "accuracy", "macro_f1", "per_class", "confusion", "ece", "split", "count"]
    assert list(figures["per_class"]) == list(EMOTIONS)
    for each in figures["per_class"].values():
        assert list(each) == ["precision", "recall", "f1", "support"]
        assert type(each["support"]) is int
    assert all(type(value) is int for row in figures["confusion"] for value in row)
    assert json.loads(json.dumps(figures)) == figures


def test_logits_do_not_depend_on_the_batch_and_leave_the_network_evaluating():
    network = small_network().train()
    faces = easy_faces(4)
    whole = logits_of(network, faces, Preprocessing())
    single = [logits_of(network, Faces(p[None], faces.labels[:1]), Preprocessing()) for p in faces.pixels]
    assert not network.training
    torch.testing.assert_close(whole, torch.cat(single), atol=1e-5, rtol=0)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_temperature_that_spoiled_the_logits_is_found_again(scale):
    dice = torch.Generator().manual_seed(0)
    honest = torch.randn(20_000, 7, generator=dice) * 2
    labels = torch.multinomial(honest.softmax(1), 1, generator=dice).squeeze(1)
    assert fit_temperature(honest * scale, labels) == pytest.approx(scale, rel=0.05)


@pytest.mark.parametrize("labels", [[0, 1, 2], [1, 2, 0]], ids=["all right", "all wrong"])
@pytest.mark.parametrize("certainty", [0.5, 0.9, 0.999999])
def test_temperature_stays_usable_when_all_faces_are_right_or_wrong(labels, certainty):
    temperature = fit_temperature(leaning(0, 1, 2, certainty=certainty), torch.tensor(labels))
    assert 0.05 <= temperature <= 20


def test_checkpoint_is_measured_on_the_chosen_split(tmp_path):
    model = save_small_checkpoint(tmp_path / "small.safetensors", temperature=2.0)
    splits = easy_splits(training=1, validation=2)
    data = write_fer2013(tmp_path, splits)
    figures = evaluate(model, data, split="PrivateTest", device="cpu").evaluation
    read_as = logits_of(small_network(), splits["PrivateTest"], Preprocessing()).argmax(1)
    assert (figures.split, figures.count) == ("PrivateTest", 14)
    assert figures.accuracy == pytest.approx((read_as == splits["PrivateTest"].labels).float().mean().item())


def test_unknown_and_empty_splits_are_refused(tmp_path):
    model = save_small_checkpoint(tmp_path / "small.safetensors")
    data = write_fer2013(tmp_path, easy_splits(training=1, validation=1) | {"PrivateTest": easy_faces(0)})
    with pytest.raises(UsageError, match=r"unknown split 'Test'.*PrivateTest"):
        evaluate(model, data, split="Test", device="cpu")
    with pytest.raises(UsageError, match="no face of the split PrivateTest"):
        evaluate(model, data, split="PrivateTest", device="cpu")


def test_model_or_data_that_cannot_be_read_is_named(tmp_path):
    model = save_small_checkpoint(tmp_path / "small.safetensors")
    with pytest.raises(DatasetError, match="nosuch"):
        evaluate(model, tmp_path / "nosuch.csv", device="cpu")
    with pytest.raises(CheckpointError, match="nosuch"):
        evaluate(tmp_path / "nosuch.safetensors", tmp_path / "nosuch.csv", device="cpu")


@pytest.mark.parametrize("preprocessing", [{}, {"size": 224, "mean": 0.5, "std": 0.5, "framing": "fer2013"}])
def test_checkpoint_with_unknown_preprocessing_is_refused(tmp_path, preprocessing):
    good = save_small_checkpoint(tmp_path / "small.safetensors")
    model = with_card(good, tmp_path / "odd.safetensors", json.dumps({**plain_card(), "preprocessing": preprocessing}))
    with pytest.raises(CheckpointError, match="preprocessing"):
        evaluate(model, write_fer2013(tmp_path, easy_splits(1, 1)), device="cpu")


class Brightness(nn.Module):
    """Logits that depend on where in the picture light is: told by the sum over columns, weighted by their place."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(48 * 48, 7, generator=torch.Generator().manual_seed(0)) / 48)

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        return faces[:, 0].flatten(1) @ self.weights


def test_ten_views_are_five_places_each_also_mirrored():
    face = torch.arange(48.0 * 48).reshape(1, 1, 48, 48)
    seen = list(views(face))
    assert len(seen) == 10
    for plain, mirrored in zip(seen[::2], seen[1::2], strict=True):
        assert torch.equal(plain.flip(-1), mirrored)
    assert torch.equal(seen[0], face)
    moved = [view[0, 0, 20, 20].item() - face[0, 0, 20, 20].item() for view in seen[2::2]]
    assert moved == [-2 * 48 - 2, -2 * 48 + 2, 2 * 48 - 2, 2 * 48 + 2]
    assert torch.equal(seen[2][0, 0, :3, :3], face[0, 0, [0, 0, 0]][:, [0, 0, 0]])


def test_answer_over_ten_views_is_their_mean():
    network, faces = Brightness(), easy_faces(2)
    whole = logits_of(network, faces, Preprocessing(), tta=True)
    seen = Preprocessing().normalised(faces.pixels)
    with torch.inference_mode():
        expected = sum(network(view) for view in views(seen)) / 10
    torch.testing.assert_close(whole, expected, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(whole, logits_of(network, faces, Preprocessing()), atol=1e-2)


def test_votes_are_the_labels_where_they_are_asked_for(tmp_path):
    model = save_small_checkpoint(tmp_path / "small.safetensors")
    splits = easy_splits(training=1, validation=1)
    data = write_fer2013(tmp_path, splits)
    header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    votes = [f"{split},x.png,{'0,6' if row < 3 else '5,5'},0,0,0,0,0,0,0,0" for split in splits for row in range(7)]
    (tmp_path / "fer2013new.csv").write_text("\n".join([header, *votes, ""]))
    both = evaluate_by(model, data, ("fer2013", "ferplus"), device="cpu")
    assert both["fer2013"].evaluation == evaluate(model, data, device="cpu").evaluation
    figures = both["ferplus"].evaluation
    assert figures == evaluate(model, data, device="cpu", labels="ferplus").evaluation
    assert figures.count == 3
    assert [each["support"] for each in figures.per_class.values()] == [0, 0, 0, 3, 0, 0, 0]
