"""`gallery why`: a stranger understands why a face is shown as it is."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from gallery.faces import Box
from tests.support.cli_gallery import Gallery
from tests.support.make import face
from tests.support.terminal import run_in_terminal


def fill(gallery: Gallery) -> str:
    return gallery.add(
        "group.jpg",
        face("happy", 0.94, where=Box(10, 20, 60, 80)),
        face("fear", 0.4, where=Box(210, 20, 234, 80)),
        face("sad", 0.7, where=Box(110, 20, 160, 80), confidence=0.91),
    )


def test_card_of_each_detection_says_why(gallery: Gallery) -> None:
    path = fill(gallery)
    done = gallery.run("why", path)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (
        done.stdout
        == f"""{path}
3 detections, 2 of them counted as faces
found by test-detector 1

face 1  happy  from 10,20 to 60,80
  shown as happy: the highest score is 0.94 for happy, min_score asks for 0.50
  + confidence 0.99, min_confidence asks for 0.95
  + best score 0.94, min_score asks for 0.50
  + pixels 50, min_face asks for 30
  first says happy 0.94
  angry    0.01{" "}
  disgust  0.01{" "}
  fear     0.01{" "}
  happy    0.94 ███████████████████████
  sad      0.01{" "}
  surprise 0.01{" "}
  neutral  0.01{" "}

face 2  uncertain  from 210,20 to 234,80
  shown as uncertain: the highest score is 0.40 for fear, min_score asks for 0.50
  + confidence 0.99, min_confidence asks for 0.95
  - best score 0.40, min_score asks for 0.50
  - pixels 24, min_face asks for 30
  first says fear 0.40
  angry    0.10 ██
  disgust  0.10 ██
  fear     0.40 ██████████
  happy    0.10 ██
  sad      0.10 ██
  surprise 0.10 ██
  neutral  0.10 ██

face 3  not counted  from 110,20 to 160,80
  not counted: the detector is sure by 0.91 that it is a face, min_confidence asks for 0.95
  - confidence 0.91, min_confidence asks for 0.95
  + best score 0.70, min_score asks for 0.50
  + pixels 50, min_face asks for 30
  first says sad 0.70
  angry    0.05 █
  disgust  0.05 █
  fear     0.05 █
  happy    0.05 █
  sad      0.70 █████████████████
  surprise 0.05 █
  neutral  0.05 █
"""
    )


def test_json_holds_the_same(gallery: Gallery) -> None:
    path = fill(gallery)
    found = json.loads(gallery.run("why", path, "--json").stdout)
    assert (found["path"], found["hash"], found["unplaced"]) == (path, gallery.hash(path), [])
    assert [(one["number"], one["counts"], one["shown"]) for one in found["faces"]] == [
        (1, True, "happy"),
        (2, True, "uncertain"),
        (3, False, None),
    ]
    doubtful = found["faces"][2]
    assert doubtful["box"] == [110.0, 20.0, 160.0, 80.0]
    assert doubtful["checks"][0] == {"setting": "min_confidence", "value": 0.91, "least": 0.95, "passed": False}
    assert doubtful["models"][0]["scores"]["sad"] == 0.7
    assert doubtful["people"] == []


def test_drawn_face_is_told_from_those_that_were_found(gallery: Gallery) -> None:
    path = gallery.add("empty.jpg")
    gallery.run("label", path, "--box", "20,30,80,100", "happy")
    lines = gallery.run("why", path).stdout.splitlines()
    day = f"{datetime.now():%Y-%m-%d}"
    assert lines[4:7] == [
        "face 1  happy  from 20,30 to 80,100",
        f"  shown as happy: on {day} a person said so",
        "  a person drew it; no detector found it",
    ]
    assert not [line for line in lines if "min_confidence" in line or "min_face" in line]
    [face] = json.loads(gallery.run("why", path, "--json").stdout)["faces"]
    assert (face["drawn"], face["models"], face["counts"]) == (True, [], True)


def test_settings_of_this_run_are_explained(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fill(gallery)
    monkeypatch.setenv("GALLERY_MIN_SCORE", "0.95")
    found = json.loads(gallery.run("why", path, "--json").stdout)
    assert found["faces"][0]["because"] == (
        "shown as uncertain: the highest score is 0.94 for happy, min_score asks for 0.95"
    )


def test_annotated_picture_keeps_the_photo_and_adds_cards(gallery: Gallery) -> None:
    path, out = fill(gallery), gallery.folder / "why.png"
    before = Path(path).read_bytes()
    done = gallery.run("why", path, "--annotate", out, "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    assert Path(path).read_bytes() == before
    with Image.open(out) as drawn:
        assert drawn.width > 320
        assert drawn.height >= 240
        assert drawn.convert("RGB").getpixel((10, 50)) == (0xF5, 0xB3, 0x01)
    assert gallery.run("why", path, "--annotate", out).exit_code == 2
    assert gallery.run("why", path, "--annotate", out, "--force").stderr == f"drawn into {out}\n"


def test_annotate_never_writes_over_a_photo(gallery: Gallery) -> None:
    path, other = fill(gallery), gallery.add("other.jpg", seed=1)
    for out in (path, other):
        before = Path(out).read_bytes()
        done = gallery.run("why", path, "--annotate", out, "--force")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "never overwritten" in done.stderr
        assert Path(out).read_bytes() == before


def test_unknown_photo_and_one_without_faces(gallery: Gallery) -> None:
    path = gallery.add("empty.jpg")
    assert gallery.run("why", path).stdout.splitlines()[1] == "0 detections, 0 of them counted as faces"
    done = gallery.run("why", gallery.folder / "unknown.jpg")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "isn't in the database" in done.stderr


def test_hostile_name_is_shown_harmlessly(gallery: Gallery) -> None:
    path = gallery.add("\x1b[2J[red]x\n.jpg", face())
    code, seen = run_in_terminal(gallery, "why", path, NO_COLOR="1")
    assert code == 0
    assert "\\x1b[2J[red]x\\n.jpg" in seen
    assert "\x1b[2J" not in seen
