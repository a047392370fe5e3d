"""`--precision`: how often the model is right, as its card states, in place of a score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gallery.emotions import EMOTIONS
from gallery.errors import UsageError
from gallery.insight.precision import min_scores
from gallery.records import ModelInfo
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.checkpoints import read_card
from tests.support.cli_gallery import Gallery
from tests.support.faces import plain_card, with_header
from tests.support.make import DETECTOR, added, box, face, new_database

THRESHOLDS = {
    "0.9": {"happy": 0.75, "sad": 0.6},
    "0.8": {**dict.fromkeys(EMOTIONS), "happy": 0.55, "sad": 0.4},
}
SMILE, TEARS, FRIGHT = "/p/smile.jpg", "/p/tears.jpg", "/p/fright.jpg"


def model(path: Path, **more: Any) -> Path:
    """A checkpoint as far as searching reads it: a card without weights."""
    header = {"__metadata__": {"gallery": json.dumps({**plain_card(), **more})}}
    return with_header(path, json.dumps(header).encode())


@pytest.fixture
def gallery(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    """Read by a model that states precisions: a smile of .7, tears of .45 beside a smile of .52, a fright of .9."""
    graded = model(gallery.folder / "graded.safetensors", thresholds=THRESHOLDS)
    monkeypatch.setenv("GALLERY_MODEL", str(graded))
    info = ModelInfo(read_card(graded).model_id(), "graded")
    changes = [
        added(SMILE, face("happy", 0.7), taken_at="2023-01-03"),
        added(TEARS, face("sad", 0.45), face("happy", 0.52, where=box(200)), taken_at="2023-01-02"),
        added(FRIGHT, face("fear", 0.9), taken_at="2023-01-01"),
    ]
    with Store.open(new_database(gallery.db)) as store:
        store.use_model(info)
        store.write(changes, model=info, detector=DETECTOR)
    return gallery


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ("-e happy --precision 0.8", [SMILE]),
        ("-e happy --precision .80", [SMILE]),
        ("-e happy --precision 0.9", []),
        ("-e sad --precision 0.8", [TEARS]),
        ("-e sad", []),
        ("-e sad,happy --precision 0.8", [SMILE, TEARS]),
        ("--all-emotions sad,happy --precision 0.8", []),
        ("-e fear --precision 0.8", []),
        ("-e fear --precision 0.9", []),
        ("--not-emotion sad --precision 0.8", [SMILE, FRIGHT]),
        ("--not-emotion sad --precision 0.9", [SMILE, TEARS, FRIGHT]),
        ("--precision 0.8", [SMILE, TEARS]),
        ("--precision 0.8 --sort path --limit 1", [SMILE]),
    ],
)
def test_face_must_be_as_sure_as_the_card_says(gallery: Gallery, flags: str, found: list[str]) -> None:
    done = gallery.run("search", *flags.split())
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == found


def test_what_is_found_is_shown_as_what_was_asked_for(gallery: Gallery) -> None:
    [photo] = json.loads(gallery.run("search", "-e", "sad", "--precision", "0.8", "--json").stdout)
    assert [one["emotion"] for one in photo["faces"]] == ["sad", "happy"]
    [photo] = json.loads(gallery.run("search", "--path", TEARS, "--json").stdout)
    assert [one["emotion"] for one in photo["faces"]] == ["uncertain", "happy"]


@pytest.mark.parametrize(
    ("flags", "faces"),
    [
        ("-e happy --precision 0.8", [f"{SMILE}#1"]),
        ("-e sad --precision 0.8", [f"{TEARS}#1"]),
        ("--precision 0.8", [f"{SMILE}#1", f"{TEARS}#1"]),
        ("--not-emotion angry --precision 0.8", [f"{SMILE}#1", f"{TEARS}#1"]),
        ("-e happy --precision 0.9", []),
    ],
)
def test_only_faces_as_sure_as_the_card_says_are_labelled(gallery: Gallery, flags: str, faces: list[str]) -> None:
    done = gallery.run("label", *flags.split(), "neutral", "--dry-run")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == faces


def test_albums_are_filled_by_precision_too(gallery: Gallery) -> None:
    gallery.run("album", "create", "Sure", "-e", "happy", "--precision", "0.8")
    assert gallery.run("album", "show", "Sure").stdout.splitlines() == [SMILE]
    gallery.run("album", "add", "Sure", "-e", "sad", "--precision", "0.8")
    assert gallery.run("album", "show", "Sure").stdout.splitlines() == [SMILE, TEARS]
    gallery.run("album", "remove", "Sure", "-e", "happy", "--precision", "0.8")
    assert gallery.run("album", "show", "Sure").stdout.splitlines() == [TEARS]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--precision 0.85", "--precision is 0.85; the model small states: 0.8, 0.9"),
        ("--precision 80", "--precision is 80; the model small states: 0.8, 0.9"),
        ("--precision nan", "--precision is nan; the model small states: 0.8, 0.9"),
        ("--precision 0.8 --min-score 0.8", "--precision and --min-score exclude each other; give either"),
    ],
)
def test_precision_that_is_not_stated_is_refused(gallery: Gallery, flags: str, message: str) -> None:
    for command in (["search"], ["album", "create", "Sure"]):
        done = gallery.run(*command, "-e", "happy", *flags.split())
        assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {message}\n")
    assert gallery.run("album", "list").stdout == ""


def test_model_without_figures_is_named(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLERY_MODEL", str(model(gallery.folder / "plain.safetensors")))
    done = gallery.run("search", "--precision", "0.8")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "error: the model small states no precisions; ask by score: --min-score 0.8\n"


def test_scores_of_another_model_are_not_taken_for_those_of_the_one_in_use(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = model(gallery.folder / "other.safetensors", name="other", thresholds=THRESHOLDS)
    monkeypatch.setenv("GALLERY_MODEL", str(other))
    done = gallery.run("search", "--precision", "0.8")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "error: the faces were read by the model graded, and other is in use; "
        "run `gallery rescore`, or choose the other by `gallery model use`\n"
    )


def test_library_gives_a_score_for_each_emotion(gallery: Gallery) -> None:
    settings = Settings(model=str(gallery.folder / "graded.safetensors"))
    with Store.open(gallery.db) as store:
        assert min_scores(0.9, store, settings) == {**dict.fromkeys(EMOTIONS), "happy": 0.75, "sad": 0.6}
        with pytest.raises(UsageError, match=r"0\.8, 0\.9"):
            min_scores(0.7, store, settings)
