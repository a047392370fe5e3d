from __future__ import annotations

import dataclasses

import pytest
import torch

from gallery.training.config import TrainConfig
from gallery.training.faces import Faces, clear_votes, targets, voted
from gallery.training.lessons import Lessons, epoch_seed
from tests.support.faces import easy_faces

# angry disgust fear happy sad surprise neutral | contempt unknown no face
VOTES = [
    [0, 0, 0, 8, 0, 0, 2, 0, 0, 0],  # clearly happy
    [5, 0, 0, 0, 4, 0, 1, 0, 0, 0],  # angry or sad; one slip
    [0, 0, 0, 0, 0, 0, 3, 7, 0, 0],  # contempt, which isn't asked for
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 10],  # no face
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],  # nothing but slips
]


def faces() -> Faces:
    return Faces(
        torch.zeros(5, 48, 48, dtype=torch.uint8),
        torch.tensor([3, 4, 6, 0, 1]),
        torch.tensor(VOTES, dtype=torch.uint8),
    )


def test_labels_of_fer2013_are_certain():
    assert targets(faces(), "fer2013", 0.5).tolist() == torch.eye(7)[[3, 4, 6, 0, 1]].tolist()


def test_votes_become_shares_without_single_ones():
    expected = torch.zeros(5, 7)
    expected[0, 3], expected[0, 6], expected[1, 0], expected[1, 4] = 0.8, 0.2, 5 / 9, 4 / 9
    torch.testing.assert_close(targets(faces(), "ferplus", 0.5), expected)


def test_both_mixes_label_and_votes_by_their_share():
    expected = torch.zeros(5, 7)
    expected[0, 3], expected[0, 6] = 0.75 + 0.25 * 0.8, 0.25 * 0.2
    expected[1, 0], expected[1, 4] = 0.25 * 5 / 9, 0.75 + 0.25 * 4 / 9
    torch.testing.assert_close(targets(faces(), "both", 0.25), expected)


def test_clear_majority_takes_six_of_ten_votes_for_one_of_the_seven():
    clear = voted(faces()).where(clear_votes(faces()))
    assert clear.labels.tolist() == [3]
    assert clear.votes.tolist() == [VOTES[0]]


def test_nothing_is_learnt_from_what_voters_took_for_no_emotion():
    config = TrainConfig(labels="both", batch_size=2)
    lessons = Lessons.of(faces(), config)
    assert len(lessons.targets) == len(lessons.pixels) == 2
    assert lessons.batches == 1
    assert Lessons.of(faces(), dataclasses.replace(config, labels="fer2013")).batches == 3


def unequal() -> Faces:
    """40 angry faces, 10 happy ones, 10 of each other emotion."""
    many = easy_faces(10)
    return many.where(torch.cat([torch.arange(70), *[torch.arange(0, 70, 7)] * 3]))


def test_weights_are_the_mean_class_size_over_the_class_size():
    weights = Lessons.of(unequal(), TrainConfig(balance="weights")).weights
    assert weights.tolist() == pytest.approx([100 / 7 / 40, *[100 / 7 / 10] * 6])
    assert Lessons.of(unequal(), TrainConfig()).weights.tolist() == [1.0] * 7


def test_at_half_strength_weights_differ_by_the_root_and_the_mean_face_weighs_one():
    weights = Lessons.of(unequal(), TrainConfig(balance="weights", balance_strength=0.5)).weights
    assert weights[1] / weights[0] == pytest.approx(2)  # a quarter as many faces
    assert 40 * weights[0] + 10 * weights[1:].sum() == pytest.approx(100)


def test_sampler_draws_all_classes_about_equally_often():
    lessons = Lessons.of(unequal(), TrainConfig(balance="sampler", batch_size=7))
    drawn = torch.cat([rows for seed in range(70) for rows in lessons.epoch(torch.Generator().manual_seed(seed))])
    counts = lessons.targets[drawn].sum(0)
    assert len(drawn) == 7000
    assert (counts - 1000).abs().max() < 150  # five standard deviations


def test_at_no_strength_the_sampler_draws_as_they_are():
    lessons = Lessons.of(unequal(), TrainConfig(balance="sampler", balance_strength=0.0, batch_size=7))
    drawn = torch.cat([rows for seed in range(70) for rows in lessons.epoch(torch.Generator().manual_seed(seed))])
    assert lessons.targets[drawn][:, 0].sum() == pytest.approx(2800, abs=200)  # 40 % of 7,000, nearly six deviations


def test_without_a_sampler_every_face_comes_once():
    lessons = Lessons.of(unequal(), TrainConfig(batch_size=8))
    batches = list(lessons.epoch(torch.Generator().manual_seed(0)))
    assert [len(rows) for rows in batches] == [8] * 12 + [4]
    assert len(batches) == lessons.batches
    assert sorted(torch.cat(batches).tolist()) == list(range(100))


def test_a_run_from_anothers_weights_draws_otherwise_in_every_epoch():
    first, second = (TrainConfig(model="resnet18", pretrained=name) for name in ("none", "runs/a/resnet18.safetensors"))
    third = dataclasses.replace(second, pretrained="runs/b/resnet18.safetensors")
    seeds = [epoch_seed(config, epoch) for config in (first, second, third) for epoch in range(40)]
    assert len(set(seeds)) == 120
    assert all(0 <= seed < 2**32 for seed in seeds)  # torch's generator looks at no more bits


def test_epochs_of_a_run_are_drawn_from_its_seed_and_their_number_alone():
    assert epoch_seed(TrainConfig(seed=1), 3) == epoch_seed(TrainConfig(seed=1, epochs=9, learning_rate=0.1), 3)
    assert epoch_seed(TrainConfig(seed=1), 3) != epoch_seed(TrainConfig(seed=2), 3)
