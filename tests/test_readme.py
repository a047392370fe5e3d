"""The tour in README and docs/using.md is run, command by command, and must print what stands there."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from gallery.emotions import EMOTIONS
from gallery.faces import Prediction
from tests.support.cli_gallery import Gallery
from tests.support.fakes import FACE_COLOURS, FakeClassifier, FakeDetector
from tests.support.terminal import plain, run_in_terminal

CHECKOUT = Path(__file__).parents[1]
TOUR = (("README.md", "## A tour"), ("docs/using.md", "## The tour goes on"))
"""The texts that tell it, one after the other, and where in them."""
HOME = "/home/ana"
WIDTH = "100"


@dataclass(frozen=True)
class Shot:
    """A photo of the tour: where it is, when it was taken, and the faces in it with the scores to read from them."""

    name: str
    taken: str
    faces: tuple[tuple[str, float], ...]


SHOTS = (
    Shot("2023-italy/beach.jpg", "2023-06-14 17:02:10", (("happy", 0.97), ("happy", 0.91))),
    Shot("2023-italy/dinner.jpg", "2023-06-14 20:41:03", (("happy", 0.88), ("neutral", 0.71), ("surprise", 0.64))),
    Shot("2023-italy/rain.jpg", "2023-06-16 09:15:44", (("sad", 0.58),)),
    Shot("2023-italy/view.jpg", "2023-06-17 12:00:00", ()),
    Shot("2024-carnival/mask.jpg", "2024-02-13 15:30:00", (("angry", 0.83), ("happy", 0.79))),
    Shot("2024-carnival/parade.jpg", "2024-02-13 15:52:21", (("surprise", 0.9), ("fear", 0.42))),
)


class ScoreReader(FakeClassifier):
    """Reads the emotion from the colour of a face, and its score from the grey of the strip below."""

    def _read(self, crop: Image.Image) -> Prediction:
        emotion = super()._read(crop).emotion
        grey = crop.convert("L").getpixel((crop.width // 2, round(crop.height * 0.8)))
        assert isinstance(grey, int)
        score = round(grey / 255, 2)
        rest = (1 - score) / (len(EMOTIONS) - 1)
        return Prediction(tuple(score if label == emotion else rest for label in EMOTIONS))


def draw(shot: Shot, path: Path) -> None:
    """Faces as FakeDetector finds them."""
    picture = Image.new("RGB", (640, 480), (16, 16, 16))
    pen = ImageDraw.Draw(picture)
    for place, (emotion, score) in enumerate(shot.faces):
        left, grey = 20 + 150 * place, round(score * 255)
        pen.rectangle((left, 100, left + 99, 165), fill=FACE_COLOURS[emotion])
        pen.rectangle((left, 166, left + 99, 199), fill=(grey, grey, grey))
    pen.text((20, 400), shot.name, fill=(90, 90, 90))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = datetime.fromisoformat(shot.taken).strftime("%Y:%m:%d %H:%M:%S")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=95, exif=exif)


def tour() -> Iterator[tuple[str, str]]:
    """Every command of the tour, and what it prints."""
    texts = (read_section(*where) for where in TOUR)
    for block in re.findall(r"```console\n(.*?)```", "\n".join(texts), re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def read_section(text: str, heading: str) -> str:
    """What stands below a heading of the second level."""
    return (CHECKOUT / text).read_text(encoding="utf-8").partition(f"{heading}\n")[2].partition("\n## ")[0]


def comparable(text: str, home: Path) -> str:
    """Without colours, bars and trailing space, at Ana's place; what differs from run to run has a name instead."""
    told = plain(text).replace("\r", "\n").replace(str(home), HOME)
    told = re.sub(r"^(.*━.*| +[0-9]+/[0-9]+\b.*)\n", "", told, flags=re.MULTILINE)
    told = re.sub(r"[0-9.]+ s, [0-9.]+ photos/s", "TIME", told)
    told = re.sub(r"\b[0-9a-f]{64}\b", "HASH", told)
    told = re.sub(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b(?! [0-9]{2}:)", "TODAY", told)
    return "\n".join(line.rstrip() for line in told.splitlines() if line.strip())


def words(command: str, home: Path) -> Sequence[str]:
    return [word.replace("~", str(home), 1) if word.startswith("~") else word for word in shlex.split(command)]


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder whose path is as long as Ana's: the columns of tables depend on it."""
    made = Path("/tmp") / secrets.token_hex(2)  # noqa: S108
    if len(str(made)) != len(HOME) or not os.access("/tmp", os.W_OK):  # noqa: S108
        pytest.skip("no folder /tmp here in which paths could be as long as the README's")
    made.mkdir()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def ana(gallery: Gallery, home: Path, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(
        "gallery.cli.network_options.networks", lambda *_, **__: (FakeDetector(), ScoreReader("resnet18"))
    )
    for shot in SHOTS:
        draw(shot, home / "Photos" / shot.name)
    (home / "Photos" / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    monkeypatch.chdir(home)
    return gallery


def test_tour_prints_what_the_texts_show(ana: Gallery, home: Path) -> None:
    commands = list(tour())
    assert len(commands) >= 15
    for command, shown in commands:
        program, *args = words(command, home)
        assert program == "gallery"
        _, printed = run_in_terminal(ana, *args, COLUMNS=WIDTH, NO_COLOR="1")
        assert comparable(printed, home) == comparable(shown, Path(HOME)), command
