"""`gallery label` and `gallery reject`."""

from __future__ import annotations

import json

import pytest

from tests.support.cli_gallery import Gallery, fill
from tests.support.make import box, face


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    fill(gallery)
    return gallery


def emotions(gallery: Gallery, name: str) -> list[str]:
    done = gallery.run("show", gallery.photos / name, "--json")
    return [face["emotion"] for face in json.loads(done.stdout)["faces"]]


def test_face_is_labelled_by_its_place_in_any_spelling(gallery: Gallery) -> None:
    done = gallery.run("label", f"{gallery.photos / 'group.jpg'}#2", "Anger")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "1 face labelled angry\n")
    assert emotions(gallery, "group.jpg") == ["happy", "angry", "uncertain"]
    assert gallery.run("undo").stderr == "undone: 1 face labelled angry\n"
    assert emotions(gallery, "group.jpg") == ["happy", "sad", "uncertain"]


def test_query_asks_first(gallery: Gallery) -> None:
    refused = gallery.run("label", "emotion:happy", "neutral", stdin="n\n")
    assert (refused.exit_code, refused.stdout) == (0, "")
    assert refused.stderr == "Label neutral 2 faces in 2 photos? [y/N]: n\nnothing was changed\n"
    agreed = gallery.run("label", "emotion:happy", "path:beach", "neutral", stdin="y\n")
    assert agreed.stderr == "Label neutral 1 face in 1 photo? [y/N]: y\n1 face labelled neutral\n"
    assert emotions(gallery, "beach.jpg") == ["neutral"]


def test_dry_run_lists_the_faces_meant(gallery: Gallery) -> None:
    done = gallery.run("label", "is:uncertain", "fear", "--dry-run")
    assert done.stdout == f"{gallery.photos / 'group.jpg'}#3\tuncertain\n"
    assert done.stderr == "dry run, nothing was changed: 1 face\n"
    assert emotions(gallery, "group.jpg")[2] == "uncertain"


def test_rejected_face_is_gone_until_it_is_labelled_or_cleared(gallery: Gallery) -> None:
    path = gallery.photos / "beach.jpg"
    [face] = json.loads(gallery.run("show", path, "--json").stdout)["faces"]
    assert gallery.run("reject", f"{path}#1").stderr == "1 face rejected\n"
    assert emotions(gallery, "beach.jpg") == []
    assert gallery.run("label", str(face["id"]), "--clear").stderr == "1 label forgotten\n"
    assert emotions(gallery, "beach.jpg") == ["happy"]


def test_detection_that_is_not_counted_becomes_a_face_by_a_persons_word(gallery: Gallery) -> None:
    path = gallery.add("blurred.jpg", face("sad", 0.7, confidence=0.6), seed=4)
    assert emotions(gallery, "blurred.jpg") == []
    assert "face 1  not counted" in gallery.run("why", path).stdout
    gallery.run("label", f"{path}#1", "happy")
    assert emotions(gallery, "blurred.jpg") == ["happy"]
    assert gallery.run("search", "emotion:happy", "path:blurred").stdout == f"{path}\n"


def test_photo_is_found_from_where_one_stands(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(gallery.photos)
    for name, emotion in {"beach.jpg#1": "sad", "../photos/beach.jpg#1": "fear"}.items():
        assert gallery.run("label", name, emotion).exit_code == 0
        assert emotions(gallery, "beach.jpg") == [emotion]


def test_yes_does_not_ask(gallery: Gallery) -> None:
    assert gallery.run("reject", "path:group", "--yes").stderr == "3 faces rejected\n"
    assert emotions(gallery, "group.jpg") == []


def test_flags_are_a_query_too(gallery: Gallery) -> None:
    assert gallery.run("label", "--emotion", "sad", "-y", "happy").stderr == "1 face labelled happy\n"


@pytest.mark.parametrize(
    ("query", "labelled"),
    [
        (["--emotion", "happy", "--min-score", "0.9"], ["pair#1", "beach#1"]),
        (["all:happy", "--min-score", "0.65"], ["pair#1", "pair#2", "beach#1"]),
        (["emotion:happy", "--min-score", "0.9", "path:pair"], ["pair#1"]),
        (["query:glad", "--min-score", "0.9"], ["pair#1", "beach#1"]),
        (["--min-score", "0.8"], ["pair#1", "group#1", "beach#1"]),
        (["happy:0.9.."], ["pair#1", "beach#1"]),
    ],
)
def test_face_below_the_least_score_gets_no_word(gallery: Gallery, query: list[str], labelled: list[str]) -> None:
    """The faces: pair happy .95 and .7, group happy .85, sad .7 and fear .4, beach happy .93."""
    gallery.add("pair.jpg", face("happy", 0.95), face("happy", 0.7, where=box(200)), seed=4)
    gallery.run("query", "save", "glad", "emotion:happy")
    assert gallery.run("label", *query, "-y", "angry").exit_code == 0
    said = {
        f"{name}#{place}": shown == "angry"
        for name in ("pair", "group", "beach")
        for place, shown in enumerate(emotions(gallery, f"{name}.jpg"), start=1)
    }
    assert [name for name, changed in said.items() if changed] == labelled


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["label"], "which face, and which emotion?"),
        (["label", "happy"], "which faces? Name them as PHOTO#2"),
        (["label", "1", "hapy"], "unknown emotion 'hapy'"),
        (["label", "1", "path:beach", "happy"], "faces and a query exclude each other"),
        (["label", "77", "happy"], "face 77: isn't in the database"),
        (["reject"], "which faces? Name them as PHOTO#2"),
    ],
)
def test_what_makes_no_sense_is_explained(gallery: Gallery, args: list[str], reason: str) -> None:
    done = gallery.run(*args)
    assert done.exit_code == 2
    assert reason in done.stderr
    assert gallery.run("undo").exit_code == 1


def test_nothing_matches(gallery: Gallery) -> None:
    done = gallery.run("label", "emotion:angry", "sad")
    assert (done.exit_code, done.stderr) == (0, "no face matches; nothing was changed\n")


def test_face_that_was_missed_is_drawn(gallery: Gallery) -> None:
    path = gallery.photos / "empty.jpg"
    done = gallery.run("label", path, "--box", "20,30,80,100", "happiness")
    assert (done.exit_code, done.stderr) == (0, f"{path}#1 drawn happy\n")
    assert emotions(gallery, "empty.jpg") == ["happy"]
    again = gallery.run("label", path, "--box", "22,28,81,99", "sad")
    assert again.stderr == f"{path}#1 was there already: labelled sad\n"
    assert emotions(gallery, "empty.jpg") == ["sad"]
    gallery.run("undo")
    assert gallery.run("undo").stderr == "undone: 1 face drawn, happy\n"
    assert emotions(gallery, "empty.jpg") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("empty.jpg", "--box", "1,2,3", "happy"), "'1,2,3' is no box; it is left, top, right and bottom in pixels"),
        (("empty.jpg", "--box", "1,2,3,4", "happy"), "has less than 8 pixels of the photo; the photo is 320 x 240"),
        (("--box", "1,2,50,60", "happy"), "--box goes with one photo and an emotion"),
        (("empty.jpg", "group.jpg", "--box", "1,2,50,60", "happy"), "--box goes with one photo and an emotion"),
        (("empty.jpg", "--clear", "--box", "1,2,50,60", "happy"), "--box goes with one photo and an emotion"),
    ],
    ids=["three numbers", "too small", "no photo", "two photos", "clear"],
)
def test_box_that_makes_no_sense_is_refused(gallery: Gallery, words: tuple[str, ...], said: str) -> None:
    given = [gallery.photos / word if word.endswith(".jpg") else word for word in words]
    done = gallery.run("label", *given)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert emotions(gallery, "empty.jpg") == []
