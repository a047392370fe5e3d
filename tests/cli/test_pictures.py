"""How pictures are drawn in terminals."""

from __future__ import annotations

import base64
import io
import re
from random import Random

import numpy as np
import pytest
from PIL import Image

from gallery.cli.pictures import Room, half_blocks, kitty, way_to_draw
from gallery.cli.sixels import sixels
from tests.support.photos import draw_picture
from tests.support.terminal import screen


def test_half_blocks_show_two_pixels_a_character() -> None:
    picture = Image.new("RGB", (2, 2), (255, 0, 0))
    picture.putpixel((0, 1), (0, 0, 255))
    picture.putpixel((1, 1), (0, 0, 255))
    console, written = screen()
    console.print(half_blocks(picture, Room(2, 1)))
    cell = "\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[0m"
    assert written.getvalue() == f"{cell}{cell}\n"


@pytest.mark.parametrize(("size", "columns", "lines"), [((96, 96), 32, 16), ((96, 48), 32, 8), ((10, 500), 1, 16)])
def test_picture_is_as_large_as_there_is_room(size: tuple[int, int], columns: int, lines: int) -> None:
    drawn = half_blocks(Image.new("RGB", size), Room(32, 16)).plain.split("\n")
    assert drawn == ["▀" * columns] * lines
    assert f"c={columns},r={lines}," in kitty(Image.new("RGB", size), Room(32, 16))


def test_kitty_gets_the_picture_in_chunks() -> None:
    noise = Image.frombytes("RGB", (64, 64), Random(1).randbytes(64 * 64 * 3))
    sequences = re.findall(r"\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\", drawn := kitty(noise, Room(32, 16)))
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
        r"\x1b_Ga=T,f=100,q=2,c=32,r=16,m=0;[A-Za-z0-9+/=]{1,4096}\x1b\\", kitty(Image.new("RGB", (8, 8)), Room(32, 16))
    )


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-256color"}, "blocks"),
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, "blocks"),
        ({"TERM": "xterm-ghostty"}, "kitty"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "sixel"),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230805"}, "sixel"),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "211203"}, "blocks"),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "new"}, "blocks"),
        ({"TERM": "screen", "TERM_PROGRAM": "WezTerm"}, "blocks"),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, None),
        ({"TERM": "dumb", "KITTY_WINDOW_ID": "1"}, None),
    ],
)
def test_terminal_says_how_pictures_are_shown(environ: dict[str, str], way: str | None) -> None:
    console, _ = screen(_environ=environ, color_system="auto")
    assert way_to_draw(console, environ) == way


def shown_by_terminal(sequence: str) -> np.ndarray:
    """What a terminal with sixels draws, RGB [height, width, 3]; written from DEC's manual."""
    head = re.fullmatch(r'\x1bPq"1;1;(\d+);(\d+)(.*)\x1b\\', sequence, re.DOTALL)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    drawn = np.full((height + 6, width, 3), -1.0)
    colours: dict[str, list[float]] = {}
    at, top, colour = 0, 0, ""
    for token in re.finditer(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|(\$)|(-)", head[3]):
        number, *shares, count, repeated, once, back, down = token.groups()
        if number is not None and shares[0] is not None:
            colours[number] = [int(share) * 255 / 100 for share in shares]
        elif number is not None:
            colour = number
        elif back:
            at = 0
        elif down:
            at, top = 0, top + 6
        else:
            bits, times = ord(repeated or once) - 63, int(count or 1)
            for row in range(6):
                if bits >> row & 1:
                    drawn[top + row, at : at + times] = colours[colour]
            at += times
    assert (drawn[height:] == -1).all()
    return drawn[:height]


def test_sixels_show_the_picture() -> None:
    picture = draw_picture((80, 60))
    drawn = shown_by_terminal(sixels(picture, Room(40, 20), (4, 8)))
    # As large as 40 columns of 4 pixels allow, at 4 : 3.
    assert drawn.shape == (120, 160, 3)
    expected = np.asarray(picture.resize((160, 120)), dtype=float)
    assert (drawn >= 0).all()
    assert np.abs(drawn - expected).mean() < 6


def test_sixels_of_one_colour_are_short() -> None:
    sequence = sixels(Image.new("RGB", (64, 64), (255, 0, 0)), Room(32, 16), (10, 20))
    assert len(sequence) < 1000
    assert (shown_by_terminal(sequence) == [255, 0, 0]).all()
