"""`gallery review`: what is drawn, what keys do, and how the program behaves in a terminal and outside one."""

from __future__ import annotations

import base64
import io
import json
import os
import pty
import re
import select
import sys
import termios
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from rich.console import Console

from gallery.cli.commands.review import drawing, go_through
from gallery.cli.pictures import half_blocks, kitty, way_to_draw
from gallery.curation.doubt import DoubtfulFace, doubtful_faces
from gallery.curation.review import Review
from gallery.faces import Box
from gallery.indexing.pipeline import encode_crop
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill, taken
from tests.support.make import face
from tests.support.programs import started
from tests.support.terminal import run_in_terminal, unstyled


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

        go_through(session, lambda: next(waiting), draw, told.append)
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
        " / Enter as the program says  k skip  u undo the last answer  q quit"
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


def screen(**options: object) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    settings: dict[str, object] = {"color_system": "truecolor", "_environ": {}, "width": 100} | options
    return Console(file=written, force_terminal=True, highlight=False, markup=False, **settings), written  # type: ignore[arg-type]


def test_half_blocks_show_two_pixels_a_character() -> None:
    picture = Image.new("RGB", (2, 2), (255, 0, 0))
    picture.putpixel((0, 1), (0, 0, 255))
    picture.putpixel((1, 1), (0, 0, 255))
    console, written = screen()
    console.print(half_blocks(picture, columns=2))
    cell = "\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[0m"
    assert written.getvalue() == f"{cell}{cell}\n"


@pytest.mark.parametrize(("size", "columns", "lines"), [((96, 96), 32, 16), ((96, 48), 32, 8), ((10, 500), 1, 16)])
def test_picture_is_never_higher_than_a_square(size: tuple[int, int], columns: int, lines: int) -> None:
    drawn = half_blocks(Image.new("RGB", size)).plain.split("\n")
    assert drawn == ["▀" * columns] * lines
    assert f"c={columns},r={lines}," in kitty(Image.new("RGB", size))


def test_kitty_gets_the_picture_in_chunks() -> None:
    noise = Image.frombytes("RGB", (64, 64), Random(1).randbytes(64 * 64 * 3))
    sequences = re.findall(r"\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\", drawn := kitty(noise))
    assert "".join(f"\x1b_G{keys};{content}\x1b\\" for keys, content in sequences) == drawn
    assert len(sequences) > 2
    assert [keys for keys, _ in sequences] == [
        "a=T,f=100,q=2,c=32,r=16,m=1",
        *["m=1"] * (len(sequences) - 2),
        "m=0",
    ]
    assert [len(content) for _, content in sequences[:-1]] == [4096] * (len(sequences) - 1)
    assert 0 < len(sequences[-1][1]) <= 4096
    sent = base64.b64decode("".join(content for _, content in sequences), validate=True)
    with Image.open(io.BytesIO(sent), formats=["PNG"]) as received:
        assert received.tobytes() == noise.tobytes()


def test_small_picture_goes_to_kitty_in_one_piece() -> None:
    assert re.fullmatch(
        r"\x1b_Ga=T,f=100,q=2,c=32,r=16,m=0;[A-Za-z0-9+/=]{1,4096}\x1b\\", kitty(Image.new("RGB", (8, 8)))
    )


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-256color"}, "blocks"),
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, "blocks"),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, None),
        ({"TERM": "dumb", "KITTY_WINDOW_ID": "1"}, None),
    ],
)
def test_terminal_says_how_pictures_are_shown(environ: dict[str, str], way: str | None) -> None:
    console, _ = screen(_environ=environ, color_system="auto")
    assert way_to_draw(console, environ) == way


def test_card_of_a_face(gallery: Gallery) -> None:
    gallery.add(
        "odd\n.jpg",
        face("fear", 0.4, where=Box(10, 20, 50, 80), crop=encode_crop(Image.new("RGB", (40, 40), (0, 0, 0)))),
        seed=9,
        capture=taken("2024-05-06T07:08:09"),
    )
    console, written = screen()
    with Store.open(gallery.db) as store:
        face_there = next(one for one in doubtful_faces(store) if "odd" in one.path)
        drawing(store, console, {"TERM": "xterm"})(face_there, 2, 7)
    lines = unstyled(written.getvalue()).split("\n")
    assert lines == [
        "",
        *["▀" * 32] * 16,
        f"2/7  {gallery.photos}/odd\\n.jpg#1",
        "  from 10,20 to 50,80, taken 2024-05-06 07:08",
        "  fear     0.40 ██████████",
        "  angry    0.10 ██",
        "  disgust  0.10 ██",
        "a angry  d disgust  f fear  h happy  s sad  p surPrise  n neutral  x not a face",
        "Enter as the program says  k skip  u undo the last answer  q quit",
        "",
    ]


def test_damaged_picture_is_said(gallery: Gallery) -> None:
    console, written = screen()
    with Store.open(gallery.db) as store:
        drawing(store, console, {"TERM": "xterm"})(doubtful_faces(store)[0], 1, 4)
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
    command = [sys.executable, "-m", "gallery", "--db", str(gallery.db), "review"]
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
