"""`gallery review`: what is drawn, what keys do, and how the program behaves in a terminal and outside one."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import sys
import termios
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from gallery.cli.commands.review import go_through
from gallery.cli.pictures import Room
from gallery.cli.review_screen import ReviewScreen, room_on
from gallery.curation.doubt import DoubtfulFace, doubtful_faces
from gallery.curation.review import Review
from gallery.faces import Box
from gallery.indexing.pipeline import encode_crop
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill, taken
from tests.support.make import face
from tests.support.photos import save_photo
from tests.support.programs import started
from tests.support.terminal import run_in_terminal, screen, unstyled


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    """By their lead over the next emotion: group#3 fear .4, group#2 sad .7, group#1 happy .85, beach#1 happy .93."""
    fill(gallery)
    return gallery


def names(gallery: Gallery) -> list[str]:
    return [f"{gallery.photos / name}" for name in ("group.jpg#3", "group.jpg#2", "group.jpg#1", "beach.jpg#1")]


def emotions(gallery: Gallery, name: str) -> list[tuple[str, str]]:
    done = gallery.run("show", gallery.photos / name, "--json")
    return [(face["emotion"], face["source"]) for face in json.loads(done.stdout)["faces"]]


def press(gallery: Gallery, keys: Iterable[str]) -> tuple[list[str], list[str], int]:
    """Goes through the faces with these keys: the faces shown, what was told, and how many were answered."""
    shown: list[str] = []
    told: list[str] = []
    waiting = iter(keys)
    with Store.open(gallery.db) as store:
        session = Review(store, doubtful_faces(store))

        def draw(face: DoubtfulFace, position: int, total: int) -> None:
            shown.append(f"{position}/{total} {Path(face.path).name}#{face.number}")

        go_through(session, lambda: next(waiting), draw, lambda face, key: f"{key}: {face.number}", told.append)
        assert list(waiting) == []
        return shown, told, session.answered


@pytest.mark.parametrize(
    ("key", "emotion"),
    [
        ("a", "angry"),
        ("d", "disgust"),
        ("f", "fear"),
        ("h", "happy"),
        ("s", "sad"),
        ("p", "surprise"),
        ("n", "neutral"),
        ("\r", "fear"),
        ("\n", "fear"),
        (" ", "fear"),
    ],
)
def test_key_stores_an_emotion_as_the_persons_word(gallery: Gallery, key: str, emotion: str) -> None:
    shown, told, answered = press(gallery, [key, "q"])
    assert (shown, told, answered) == (["1/4 group.jpg#3", "2/4 group.jpg#2"], [emotion], 1)
    assert emotions(gallery, "group.jpg") == [("happy", "model"), ("sad", "model"), (emotion, "person")]


def test_rejected_face_is_gone(gallery: Gallery) -> None:
    assert press(gallery, ["x", "q"])[1:] == (["not a face"], 1)
    assert emotions(gallery, "group.jpg") == [("happy", "model"), ("sad", "model")]
    _, second, first, beach = names(gallery)
    left = f"{second}\tsad\t0.70\n{first}\thappy\t0.85\n{beach}\thappy\t0.93\n"
    assert gallery.run("review", "--list").stdout == left


@pytest.mark.parametrize("key", ["k", "\x1b[C", "\x1bOC"])
def test_skipped_faces_stay_as_they_are_until_the_end(gallery: Gallery, key: str) -> None:
    shown, told, answered = press(gallery, [key] * 4)
    assert shown == ["1/4 group.jpg#3", "2/4 group.jpg#2", "3/4 group.jpg#1", "4/4 beach.jpg#1"]
    assert (told, answered) == (["skipped"] * 4, 0)
    assert gallery.run("undo").exit_code == 1


def test_undo_goes_back_to_the_face_last_answered(gallery: Gallery) -> None:
    shown, told, answered = press(gallery, ["a", "h", "k", "u", "n", "q"])
    assert shown == [f"{place}/4 {name}" for place, name in [
        (1, "group.jpg#3"), (2, "group.jpg#2"), (3, "group.jpg#1"), (4, "beach.jpg#1"), (2, "group.jpg#2"),
        (3, "group.jpg#1"),
    ]]  # fmt: skip
    assert (told, answered) == (["angry", "happy", "skipped", "neutral"], 2)
    assert emotions(gallery, "group.jpg") == [("happy", "model"), ("neutral", "person"), ("angry", "person")]


def test_undo_without_an_answer_says_so(gallery: Gallery) -> None:
    shown, told, answered = press(gallery, ["u", "\x1b"])
    assert (shown, answered) == (["1/4 group.jpg#3"] * 2, 0)
    assert told == ["nothing to take back here; `gallery undo` takes back what was done elsewhere or before"]


@pytest.mark.parametrize("key", ["q", "\x1b", ""])
def test_quitting_changes_nothing(gallery: Gallery, key: str) -> None:
    assert press(gallery, [key]) == (["1/4 group.jpg#3"], [], 0)


def test_unknown_key_names_those_that_are(gallery: Gallery) -> None:
    shown, [told], _ = press(gallery, ["z", "q"])
    assert shown == ["1/4 group.jpg#3"]
    assert told == (
        "no such key: a angry  d disgust  f fear  h happy  s sad  p surPrise  n neutral  x not a face"
        " / Enter as the program says  k skip  w whole photo  o open it  u undo  q quit"
    )


def test_looking_closer_is_no_answer(gallery: Gallery) -> None:
    assert press(gallery, ["w", "o", "h", "q"]) == (
        ["1/4 group.jpg#3", "2/4 group.jpg#2"],
        ["w: 3", "o: 3", "happy"],
        1,
    )


def test_list_is_plain_lines_and_limited_by_faces(gallery: Gallery) -> None:
    third, second, first, beach = names(gallery)
    done = gallery.run("review", "--list", "--limit", "2")
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{third}\tfear\t0.40\n{second}\tsad\t0.70\n", "")
    assert gallery.run("review", "--list", "path:beach").stdout == f"{beach}\thappy\t0.93\n"
    assert gallery.run("review", "--list", "path:group", "limit:3").stdout.splitlines()[2] == f"{first}\thappy\t0.85"


def test_list_as_json(gallery: Gallery) -> None:
    [found] = json.loads(gallery.run("review", "--list", "--json", "--limit", "1").stdout)
    scores = dict.fromkeys(("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"), 0.1) | {"fear": 0.4}
    assert found.pop("id") > 0
    assert found == {
        "path": str(gallery.photos / "group.jpg"),
        "number": 3,
        "place": 3,
        "box": [210.0, 20.0, 260.0, 80.0],
        "emotion": "fear",
        "score": 0.4,
        "margin": 0.3,
        "scores": scores,
        "taken_at": "2022-01-02T03:04:05",
        "replaced": False,
    }


def test_outside_a_terminal_it_points_to_label(gallery: Gallery) -> None:
    done = gallery.run("review")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "error: a review needs a terminal; from a script list the faces by --list and use `gallery label`\n"
    )
    assert gallery.run("review", "--json").stderr == (
        "error: --json goes with --list; to answer from a script, use `gallery label`\n"
    )


def test_nothing_in_doubt_is_said_to_a_person(gallery: Gallery) -> None:
    assert run_in_terminal(gallery, "review", "--list", "path:empty") == (
        0,
        "no face is left to ask about among these photos\n",
    )


def test_card_of_a_face(gallery: Gallery) -> None:
    gallery.add(
        "odd\n.jpg",
        face("fear", 0.4, where=Box(10, 20, 50, 80), crop=encode_crop(Image.new("RGB", (40, 40), (0, 0, 0)))),
        seed=9,
        capture=taken("2024-05-06T07:08:09"),
    )
    console, written = screen(height=30)
    with Store.open(gallery.db) as store:
        face_there = next(one for one in doubtful_faces(store) if "odd" in one.path)
        ReviewScreen(store, console, {"TERM": "xterm"}, Settings()).draw(face_there, 2, 7)
    lines = unstyled(written.getvalue()).split("\n")
    assert lines == [
        "",
        *["▀" * 42] * 21,
        f"2/7  {gallery.photos}/odd\\n.jpg#1",
        "  from 10,20 to 50,80, taken 2024-05-06 07:08",
        "  fear     0.40 ██████████",
        "  angry    0.10 ██",
        "  disgust  0.10 ██",
        "a angry  d disgust  f fear  h happy  s sad  p surPrise  n neutral  x not a face",
        "Enter as the program says  k skip  w whole photo  o open it  u undo  q quit",
        "",
    ]


def test_damaged_picture_is_said(gallery: Gallery) -> None:
    console, written = screen()
    with Store.open(gallery.db) as store:
        ReviewScreen(store, console, {"TERM": "xterm"}, Settings()).draw(doubtful_faces(store)[0], 1, 4)
    lines = written.getvalue().split("\n")
    assert lines[1].startswith("its stored picture can't be read: ")
    assert "group.jpg#3" in lines[2]


@pytest.mark.parametrize(
    ("keys", "code", "last"),
    [
        ("s \x04", 0, "1 face answered"),
        ("s q", 0, "1 face answered"),
        ("s hh q", 0, "2 faces answered"),
        ("s h\x03", 130, "1 face answered\ninterrupted"),
        ("s \x03", 130, "1 face answered\ninterrupted"),
        ("s h h h", 0, "4 faces answered"),
    ],
)
def test_keys_in_a_terminal_of_which_the_first_counts_for_a_face(
    gallery: Gallery, keys: str, code: int, last: str
) -> None:
    done, seen = type_in_terminal(gallery, keys.split(" "))
    assert (done, seen.replace("\r\n", "\n").rstrip("\n").endswith(f"\n{last}")) == (code, True), seen
    assert emotions(gallery, "group.jpg")[2] == ("sad", "person")


def type_in_terminal(gallery: Gallery, keys: Sequence[str]) -> tuple[int, str]:
    """Runs a review in a terminal of its own; each of the keys is typed when the face for it has been drawn."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gallery", "--db", str(gallery.db), "review", "--min-size", "0"]
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    with started(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        seen = type_keys(ours, keys)
        os.close(ours)  # where it waits for more keys, its terminal goes away
    return process.returncode, seen.decode()


def type_keys(terminal: int, keys: Sequence[str]) -> bytes:
    """What is seen until the program ends, or waits for more keys than there are."""
    seen, pressed = b"", 0
    while True:
        if select.select([terminal], [], [], 0.01)[0]:
            try:
                chunk = os.read(terminal, 65536)
            except OSError:  # Linux's word for the end, where others return nothing
                break
            if not chunk:
                break
            seen += chunk
        elif seen.count(b"q quit") > pressed and waits_for_key(terminal):
            if pressed == len(keys):
                break
            os.write(terminal, keys[pressed].encode())
            pressed += 1
    return seen


def waits_for_key(terminal: int) -> bool:
    """What is typed before is thrown away: it can't have been meant for a face that nobody has seen."""
    return not termios.tcgetattr(terminal)[3] & termios.ICANON


@pytest.mark.parametrize(
    ("size", "columns", "lines"), [((80, 24), 79, 15), ((200, 60), 160, 51), ((300, 200), 160, 80), ((10, 5), 16, 8)]
)
def test_picture_and_text_fit_the_terminal_together(size: tuple[int, int], columns: int, lines: int) -> None:
    console, _ = screen(width=size[0], height=size[1])
    assert room_on(console) == Room(columns, lines)


def test_small_faces_are_left_out_of_a_sitting_and_not_of_a_list(gallery: Gallery) -> None:
    gallery.add("tiny.jpg", face("fear", 0.3, where=Box(10, 20, 37, 46)), seed=9)
    gallery.add("tall.jpg", face("fear", 0.3, where=Box(10, 20, 37, 68)), seed=10)
    with Store.open(gallery.db) as store:
        names = [{Path(one.path).name for one in doubtful_faces(store, min_size=size)} for size in (0, 48, 49)]
    assert [("tiny.jpg" in few, "tall.jpg" in few) for few in names] == [(True, True), (False, True), (False, False)]
    assert "tiny.jpg#1" in gallery.run("review", "--list").stdout
    assert "tiny.jpg#1" not in gallery.run("review", "--list", "--min-size", "48").stdout


def test_whole_photo_is_drawn_with_the_face_framed(gallery: Gallery) -> None:
    gallery.add("wide.png", face("fear", 0.3, where=Box(100, 20, 140, 60)), seed=9)
    save_photo(Image.new("RGB", (200, 100), (0, 0, 255)), gallery.photos / "wide.png")
    console, written = screen(width=101, height=59)
    with Store.open(gallery.db) as store:
        shown = next(one for one in doubtful_faces(store) if "wide" in one.path)
        assert ReviewScreen(store, console, {"TERM": "xterm"}, Settings()).show_photo(shown) == str(shown)
    drawn = written.getvalue()
    assert len(unstyled(drawn).rstrip("\n").split("\n")) == 25
    colours = {tuple(map(int, one)) for one in re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", drawn)}
    assert (0, 0, 255) in colours
    assert any(red > 220 and green > 180 and blue < 40 for red, green, blue in colours)


def test_photo_that_cannot_be_shown_is_said(gallery: Gallery) -> None:
    console, written = screen()
    with Store.open(gallery.db) as store:
        shown = doubtful_faces(store)[0]
        Path(shown.path).unlink()
        drawer = ReviewScreen(store, console, {"TERM": "xterm"}, Settings())
        told = [drawer.show_photo(shown), drawer.open_photo(shown)]
        plain = ReviewScreen(store, screen(no_color=True)[0], {}, Settings()).show_photo(shown)
    assert [shown.path in one for one in told] == [True, True]
    assert plain == "this terminal shows no pictures; o opens the photo in the system's viewer"
    assert written.getvalue() == ""
