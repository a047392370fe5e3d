"""`gallery best`: tables for a person, winners for a program, an album where one is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gallery.faces import Box
from gallery.records import Capture
from tests.support.cli_gallery import Gallery, taken
from tests.support.make import face
from tests.support.real_face import BLURRED, SHARP
from tests.support.terminal import run_in_terminal, unstyled

WHERE = Box(100, 50, 180, 150)


def shoot(gallery: Gallery, name: str, when: str, happy: float, seed: int, crop: bytes = SHARP) -> str:
    """Adds a shot; those of one seed look alike."""
    seen, quality = face("happy", happy, where=WHERE, crop=crop), 90 - len(list(gallery.photos.glob("*")))
    return gallery.add(name, seen, seed=seed, capture=taken(when), quality=quality)


def fill(gallery: Gallery) -> dict[str, str]:
    """Two bursts, of three shots and of two, and a photo that stands alone."""
    return {
        "a1": shoot(gallery, "a1.jpg", "2024-05-01T10:00:00", 0.2, 1),
        "a2": shoot(gallery, "a2.jpg", "2024-05-01T10:00:02", 0.9, 1),
        "a3": shoot(gallery, "a3.jpg", "2024-05-01T10:00:04", 0.9, 1, BLURRED),
        "b1": shoot(gallery, "b1.jpg", "2024-05-02T10:00:00", 0.8, 2),
        "b2": shoot(gallery, "b2.jpg", "2024-05-02T10:00:00", 0.3, 2),
        "alone": shoot(gallery, "alone.jpg", "2024-05-01T10:00:01", 0.99, 3),
    }


def test_pipe_gets_the_winner_of_each_burst_oldest_first(gallery: Gallery) -> None:
    shots = fill(gallery)
    done = gallery.run("best")
    assert (done.exit_code, done.stdout) == (0, f"{shots['a2']}\n{shots['b1']}\n")
    assert done.stderr == "6 photos looked at for the first time\n"
    again = gallery.run("best", "-0")
    assert (again.exit_code, again.stdout, again.stderr) == (0, f"{shots['a2']}\0{shots['b1']}\0", "")


def test_json_tells_why(gallery: Gallery) -> None:
    shots = fill(gallery)
    first, second = json.loads(gallery.run("best", "--json", "-q").stdout)
    assert [shot["path"] for shot in first["shots"]] == [shots["a2"], shots["a3"], shots["a1"]]
    assert [shot["path"] for shot in second["shots"]] == [shots["b1"], shots["b2"]]
    best = first["shots"][0]
    assert best.keys() == {
        "path",
        "hash",
        "taken_at",
        "faces",
        "lost_faces",
        "least_happy",
        "eyes_open",
        "sharpness",
        "score",
        "word",
        "replaced",
        "reason",
    }
    assert (best["taken_at"], best["faces"], best["lost_faces"]) == ("2024-05-01T10:00:02", 1, 0)
    assert best["least_happy"] == 0.9
    # The sharpest of its burst has the whole half for it.
    assert best["score"] == pytest.approx(0.9 + 0.2 * best["eyes_open"] + 0.5, abs=1e-3)


def test_terminal_gets_a_table_per_burst(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("best", "-q")
    code, seen = run_in_terminal(gallery, "best", "-q", COLUMNS="300")
    assert code == 0
    rows = [line.split() for line in unstyled(seen).splitlines() if line.strip()]
    assert (rows[0], rows[-1]) == (["in", str(gallery.photos)], ["2", "bursts,", "5", "shots"])
    named = [row[0] for row in rows[1:-1]]
    assert named == ["burst", "a2.jpg", "a3.jpg", "a1.jpg", "burst", "b1.jpg", "b2.jpg"]
    assert rows[2][1:] == ["2024-05-01", "10:00:02", "looks", "happy,", "sharp"]


def test_query_and_gap_narrow_the_bursts(gallery: Gallery) -> None:
    shots = fill(gallery)
    assert gallery.run("best", "-q", "--until", "2024-05-01").stdout == f"{shots['a2']}\n"
    assert gallery.run("best", "-q", "--gap", "1").stdout == f"{shots['b1']}\n"
    assert gallery.run("best", "-q", "path:a1").stdout == ""


def test_album_collects_the_winners_and_undo_takes_it_back(gallery: Gallery) -> None:
    shots = fill(gallery)
    gallery.run("best", "-q")
    tried = gallery.run("best", "--album", "Winners", "--dry-run")
    told = "dry run, nothing was changed: would be 2 photos added to the new album 'Winners'\n"
    assert (tried.exit_code, tried.stderr) == (0, told)
    assert gallery.run("album", "list").stdout == ""

    made = gallery.run("best", "--album", "Winners")
    assert (made.exit_code, made.stderr) == (0, "2 photos added to the new album 'Winners'\n")
    assert gallery.run("album", "show", "Winners").stdout == f"{shots['a2']}\n{shots['b1']}\n"
    assert gallery.run("best", "--album", "winners").stderr == "0 photos added to album 'winners'\n"
    gallery.run("undo")
    assert gallery.run("album", "list").stdout == ""


def test_album_of_the_query_is_asked_for_in_words(gallery: Gallery) -> None:
    shots = fill(gallery)
    gallery.run("album", "create", "Few", shots["a1"], shots["a3"])
    assert gallery.run("best", "-q", "album:Few").stdout == f"{shots['a3']}\n"


def test_dry_run_without_an_album_makes_no_sense(gallery: Gallery) -> None:
    fill(gallery)
    done = gallery.run("best", "-n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "error: --dry-run goes with --album; without it nothing is written anyway\n"


def test_shot_whose_file_cannot_be_read_is_told_and_the_rest_ranked(gallery: Gallery) -> None:
    shots = fill(gallery)
    Path(shots["b2"]).write_bytes(b"damaged")
    done = gallery.run("best")
    assert (done.exit_code, done.stdout) == (1, f"{shots['a2']}\n")
    assert done.stderr.splitlines() == [
        f"failed: {shots['b2']}: has changed since it was indexed; run `gallery index` on its folder",
        "6 photos looked at for the first time, 1 failed",
    ]


def test_photos_are_left_as_they_are(gallery: Gallery) -> None:
    before = {path: (Path(path).read_bytes(), Path(path).stat().st_mtime_ns) for path in fill(gallery).values()}
    gallery.run("best", "--album", "Winners")
    assert {path: (Path(path).read_bytes(), Path(path).stat().st_mtime_ns) for path in before} == before


def test_photos_without_time_or_any_photos_make_no_burst(gallery: Gallery) -> None:
    gallery.add("a.jpg", capture=Capture())

    assert gallery.run("best", "-q").stdout == ""
    assert gallery.run("best", "--json", "-q").stdout == "[]\n"


def test_picked_shots_win_and_rejected_ones_never(gallery: Gallery) -> None:
    shots = fill(gallery)
    gallery.run("best", "-q")
    gallery.run("pick", shots["a1"], shots["a3"])
    gallery.run("pick", "--reject", shots["b1"], shots["b2"])
    assert gallery.run("best", "--album", "Best").stdout == f"{shots['a3']}\n{shots['a1']}\n"
    assert gallery.run("album", "show", "Best").stdout == f"{shots['a3']}\n{shots['a1']}\n"
    code, seen = run_in_terminal(gallery, "best", "-q", COLUMNS="300")
    rows = [line.split() for line in unstyled(seen).splitlines() if line.strip()]
    assert code == 0
    said = {row[0]: " ".join(row[3:5]) for row in rows if row[0].endswith(".jpg")}
    assert said == {
        "a3.jpg": "picked by",
        "a1.jpg": "picked by",
        "a2.jpg": "looks happy,",
        "b1.jpg": "rejected by",
        "b2.jpg": "rejected by",
    }
